#include "formats/pmml/tree.h"

#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/unicode.h"
#include "base/xml.h"
#include "formats/pmml/arrays.h"
#include "formats/pmml/element.h"

namespace larder::internal {

namespace {

class TreeBuilder final : public XmlVisitor {
 public:
  TreeBuilder(const Limits& limits, Document& document) : left_(limits), document_(document) {}

  Value root() const {
    if (!root_ || local_name(root_->find("tag")->as_str()) != "PMML")
      fail(ErrorKind::malformed, "the document's root is no element PMML");
    return *root_;
  }

  void begin(std::string_view name, std::span<const XmlAttribute> attributes) override {
    settle_text();
    if (open_.empty() && root_) fail(ErrorKind::malformed, "a document of XML has two roots");
    const Value node = document_.dict();
    const Value named = document_.dict();
    const Value children = document_.list();
    for (const XmlAttribute& attribute : attributes) {
      if (named.find(attribute.name))
        fail(ErrorKind::malformed, "an element has two attributes called ", internal::quoted(attribute.name));
      document_.insert(named, str(attribute.name), str(attribute.value));
    }
    document_.insert(node, tag_, str(name));
    document_.insert(node, attributes_, named);
    document_.insert(node, children_, children);
    open_.push_back({node, children});
  }

  void text(std::string_view letters) override {
    if (!open_.empty()) text_ += letters;  // CDATA joins what is around it
  }

  void end() override {
    settle_text();
    const Value node = open_.back().node;
    open_.pop_back();
    const Value parent = open_.empty() ? Value() : open_.back().node;
    if (!is_part_of_array(node, parent)) {
      if (const auto array = array_of(node, left_, document_)) document_.insert(node, document_.str("array"), *array);
    }
    if (open_.empty())
      set_root(node);
    else
      document_.append(open_.back().children, node);
  }

  void comment(std::string_view letters) override {
    const Value made = document_.dict();
    document_.insert(made, document_.str("comment"), str(letters));
    add(made);
  }

  void instruction(std::string_view name, std::string_view content) override {
    const Value made = document_.dict();
    document_.insert(made, document_.str("instruction"), str(name));
    document_.insert(made, document_.str("content"), str(content));
    add(made);
  }

 private:
  struct Open {
    Value node;
    Value children;
  };

  Value str(std::string_view text) {
    if (invalid_utf8(text)) fail(ErrorKind::malformed, "a text of XML is no UTF-8: ", internal::quoted(text));
    return document_.str(text);
  }

  void settle_text() {
    if (text_.empty()) return;
    document_.append(open_.back().children, str(text_));
    text_.clear();
  }

  void set_root(Value node) {
    root_ = node;
    if (!before_.empty()) document_.insert(node, document_.str("before"), document_.list(before_));
  }

  // What is no element, among the children of one or beside the root.
  void add(Value value) {
    if (!open_.empty()) {
      settle_text();
      document_.append(open_.back().children, value);
    } else if (root_) {
      if (!root_->find("after")) document_.insert(*root_, document_.str("after"), document_.list());
      document_.append(*root_->find("after"), value);
    } else {
      before_.push_back(value);
    }
  }

  ArrayBudget left_;
  Document& document_;
  const Value tag_ = document_.str("tag");
  const Value attributes_ = document_.str("attributes");
  const Value children_ = document_.str("children");
  std::vector<Open> open_;
  std::string text_;
  std::vector<Value> before_;
  std::optional<Value> root_;
};

}  // namespace

Value read_pmml_tree(Bytes text, std::string_view name, const Limits& limits, Document& document) {
  TreeBuilder builder(limits, document);
  walk_xml(text, name, builder, {.depth = limits.depth, .all = true});
  return builder.root();
}

}  // namespace larder::internal
