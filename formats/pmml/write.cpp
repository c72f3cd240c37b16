#include "formats/pmml/write.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/unicode.h"
#include "formats/pmml/arrays.h"
#include "formats/pmml/element.h"

namespace larder::internal {

namespace {

[[noreturn]] void refuse(std::string_view what) {
  fail(ErrorKind::unsupported, "a PMML document is written from what reading one gave: ", what);
}

std::optional<Value> part_of(Value node, std::string_view key, ValueKind kind) {
  const auto found = node.is(ValueKind::dict) ? node.find(key) : std::nullopt;
  if (found && !found->is(kind)) refuse(join("a part \"", key, "\" is no ", name_of(kind)));
  return found;
}

std::string_view text_of(Value node, std::string_view key) {
  const auto found = part_of(node, key, ValueKind::str);
  if (!found) refuse(join("a node has no \"", key, '"'));
  return found->as_str();
}

void require_letters(std::string_view text) {
  const auto is_letter = [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return byte >= 0x20 || letter == '\t' || letter == '\n' || letter == '\r';
  };
  if (invalid_utf8(text) || !std::ranges::all_of(text, is_letter))
    fail(ErrorKind::unsupported, "XML cannot hold the text ", internal::quoted(text));
}

std::string_view checked_name(std::string_view name) {
  constexpr std::string_view never = " \t\r\n<>&\"'/=?!;,()[]{}|\\";
  constexpr std::string_view never_first = "-.0123456789";
  require_letters(name);
  if (name.empty() || name.find_first_of(never) != name.npos || never_first.find(name.front()) != never_first.npos)
    fail(ErrorKind::unsupported, "XML cannot have the name ", internal::quoted(name));
  return name;
}

// Blanks that are not written as themselves would be changed by whoever reads them.
void append_escaped(std::string& out, std::string_view text, bool is_attribute) {
  require_letters(text);
  for (const char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '"':
        out += is_attribute ? "&quot;" : "\"";
        break;
      case '\n':
        out += is_attribute ? "&#10;" : "\n";
        break;
      case '\t':
        out += is_attribute ? "&#9;" : "\t";
        break;
      default:
        out += letter;
    }
  }
}

class TreeWriter {
 public:
  explicit TreeWriter(Writer& writer) : writer_(writer) {}

  void write(Value root) {
    if (!root.is(ValueKind::dict) || local_name(text_of(root, "tag")) != "PMML") refuse("the root is no node PMML");
    out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    write_beside(part_of(root, "before", ValueKind::list));
    begin(root);
    while (!open_.empty()) step();
    out_ += '\n';
    write_beside(part_of(root, "after", ValueKind::list));
    flush();
  }

 private:
  // An element whose children are being written.
  struct Open {
    std::string_view tag;
    Value children;
    std::size_t next = 0;
    std::optional<Document> made{};  // where it has other children than the document's
  };

  void step() {
    Open& open = open_.back();
    if (open.next == open.children.size()) {
      out_.append("</").append(open.tag).append(">");
      open_.pop_back();
      flush();
      return;
    }
    const Value child = open.children[open.next++];
    if (child.is(ValueKind::str))
      append_escaped(out_, child.as_str(), false);
    else if (child.is(ValueKind::dict) && child.find("tag"))
      begin(child);
    else
      write_aside(child);
  }

  void begin(Value node) {
    // Deeper ones are not read again; a tree that holds itself has no end.
    if (open_.size() == Limits().depth) refuse(join("it has more than ", Limits().depth, " nodes inside each other"));
    static_cast<void>(checked_name(text_of(node, "tag")));
    auto attributes = part_of(node, "attributes", ValueKind::dict);
    auto children = part_of(node, "children", ValueKind::list);
    if (!attributes || !children) refuse("a node has no attributes, or no children");
    std::optional<Document> made = changed(node);
    if (made) {
      attributes = made->root().find("attributes");
      children = made->root().find("children");
    }
    const std::string_view tag = text_of(node, "tag");
    out_.append("<").append(tag);
    write_attributes(*attributes);
    if (children->empty()) {
      out_ += "/>";
      return;
    }
    out_ += '>';
    open_.push_back({tag, *children, 0, std::move(made)});
  }

  // The node anew, where its "array" is not what its children say.
  static std::optional<Document> changed(Value node) {
    const auto array = node.find("array");
    if (!array) return std::nullopt;
    Document scratch;
    ArrayBudget budget{Limits()};
    const auto read = array_of(node, budget, scratch);
    if (read && equal(*read, *array)) return std::nullopt;
    scratch.set_root(node_with_array(node, *array, scratch));
    return scratch;
  }

  void write_attributes(Value attributes) {
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (!attributes.key(i).is(ValueKind::str) || !attributes.value(i).is(ValueKind::str))
        refuse("attributes are texts with names");
      out_.append(" ").append(checked_name(attributes.key(i).as_str())).append("=\"");
      append_escaped(out_, attributes.value(i).as_str(), true);
      out_ += '"';
    }
  }

  // A comment or an instruction.
  void write_aside(Value aside) {
    if (const auto comment = part_of(aside, "comment", ValueKind::str)) {
      const std::string_view text = comment->as_str();
      require_letters(text);
      if (text.find("--") != text.npos || text.ends_with('-')) refuse("a comment has -- in it");
      out_.append("<!--").append(text).append("-->");
      return;
    }
    const std::string_view name = checked_name(text_of(aside, "instruction"));
    const std::string_view content = text_of(aside, "content");
    require_letters(content);
    if (content.find("?>") != content.npos) refuse("an instruction has ?> in it");
    out_.append("<?").append(name).append(content.empty() ? "" : " ").append(content).append("?>");
  }

  void write_beside(const std::optional<Value>& asides) {
    for (std::size_t i = 0; asides && i < asides->size(); ++i) {
      write_aside((*asides)[i]);
      out_ += '\n';
    }
  }

  void flush() {
    writer_.write(as_bytes(out_));
    out_.clear();
  }

  Writer& writer_;
  std::string out_;
  std::vector<Open> open_;
};

}  // namespace

void write_pmml(Value root, Writer& writer) { TreeWriter(writer).write(root); }

}  // namespace larder::internal
