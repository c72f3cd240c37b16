#include <larder/document.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "document/attributes.h"
#include "document/elements.h"
#include "document/json_text.h"
#include "document/records.h"

namespace larder {

using internal::Access;

namespace {

// One named or unnamed part of something that is being printed.
struct Part {
  std::string_view name;  // of an object's part
  Value value;
};

// A value with parts, half printed.
struct Frame {
  Value value;
  bool pairs = false;       // a dict whose keys are not all str: printed as [[key, value], ...]
  std::size_t next = 0;     // part to print next
  std::vector<Part> parts;  // of an object; other values are asked directly
  const char* close = "]";
};

class JsonPrinter {
 public:
  explicit JsonPrinter(const JsonOptions& options) : options_(options) {}

  std::string run(Value root) {
    print(root);
    while (!stack_.empty()) step();
    check_size();
    return std::move(out_);
  }

 private:
  void step() {
    Frame& frame = stack_.back();
    const std::size_t size = size_of(frame);
    if (frame.next == size) {
      if (size != 0) new_line(stack_.size() - 1);
      out_.append(frame.close);
      open_.erase(frame.value.identity());
      stack_.pop_back();
      return;
    }
    if (frame.next != 0) out_.append(options_.pretty ? "," : ", ");
    new_line(stack_.size());
    print_part(frame, frame.next++);
    check_size();
  }

  void check_size() const {
    if (out_.size() > options_.limits.text)
      internal::fail(ErrorKind::limit, "the text is longer than Limits::text allows (", options_.limits.text,
                     " bytes)");
  }

  // May push a frame, which invalidates `frame`.
  void print_part(Frame& frame, std::size_t index) {
    if (frame.value.is(ValueKind::object)) {
      const Part part = frame.parts[index];
      internal::append_json_string(out_, part.name);
      out_.append(": ");
      print(part.value);
    } else if (!frame.value.is(ValueKind::dict)) {
      print(Access::members(frame.value)[index]);
    } else if (!frame.pairs) {
      const Value dict = frame.value;
      internal::append_json_string(out_, dict.key(index).as_str());
      out_.append(": ");
      print(dict.value(index));
    } else {
      // Keys and values alternate; each key opens a pair and each value closes it.
      const bool is_key = index % 2 == 0;
      if (is_key) out_.append("[");
      const Value slot = Access::members(frame.value)[index];
      const std::size_t depth = stack_.size();
      print(slot);
      if (is_key) return;
      if (stack_.size() == depth)
        out_.append("]");
      else
        stack_.back().close = closed_with_pair(stack_.back().close);
    }
  }

  static const char* closed_with_pair(std::string_view close) {
    return close == "]" ? "]]" : close == "}" ? "}]" : close == "]}" ? "]}]" : "}}]";
  }

  static std::size_t size_of(const Frame& frame) {
    if (frame.value.is(ValueKind::object)) return frame.parts.size();
    if (frame.value.is(ValueKind::dict)) return frame.value.size() * (frame.pairs ? 2 : 1);
    return Access::members(frame.value).size();
  }

  void new_line(std::size_t depth) {
    if (options_.pretty) out_.append("\n").append(2 * depth, ' ');
  }

  void print(Value value) {
    switch (value.kind()) {
      case ValueKind::none:
        out_.append("null");
        break;
      case ValueKind::boolean:
        out_.append(value.as_bool() ? "true" : "false");
        break;
      case ValueKind::integer:
        out_.append(value.int_text(options_.limits.int_digits));
        break;
      case ValueKind::floating:
        internal::append_json_float(out_, value.as_float());
        break;
      case ValueKind::complex:
        out_.append("{\"$complex\": [");
        internal::append_json_float(out_, value.as_complex().real());
        out_.append(", ");
        internal::append_json_float(out_, value.as_complex().imag());
        out_.append("]}");
        break;
      case ValueKind::str:
        internal::append_json_string(out_, value.as_str());
        break;
      case ValueKind::bytes:
      case ValueKind::bytearray:
        internal::append_json_bytes(out_, value.as_bytes());
        break;
      case ValueKind::array:
        print_array(value.as_array());
        break;
      case ValueKind::global:
        out_.append("{\"$global\": ");
        internal::append_json_string(out_,
                                     std::string(value.module_name()) + "." + std::string(value.qualified_name()));
        out_.append("}");
        break;
      case ValueKind::object:
        if (const auto scalar = internal::numpy_scalar(value))
          print_scalar(scalar->as_array());
        else
          open(value);
        break;
      default:
        open(value);
    }
  }

  void print_array(const Array& array) {
    out_.append("{\"$array\": {\"dtype\": ");
    internal::append_json_string(out_, array.dtype().name());
    out_.append(", \"shape\": [");
    for (std::size_t i = 0; i < array.ndim(); ++i) {
      if (i != 0) out_.append(", ");
      internal::append_text(out_, array.shape()[i]);
    }
    out_.append("]");
    Document document(options_.limits);
    const auto elements =
        array.size() <= options_.array_items ? internal::element_values(array, document) : std::nullopt;
    if (elements) {
      out_.append(", \"data\": [");
      for (std::size_t i = 0; i < elements->size(); ++i) {
        if (i != 0) out_.append(", ");
        print((*elements)[i]);
      }
      out_.append("]");
    }
    out_.append("}}");
  }

  void print_scalar(const Array& scalar) {
    out_.append("{\"$scalar\": {\"dtype\": ");
    internal::append_json_string(out_, scalar.dtype().name());
    Document document(options_.limits);
    if (const auto elements = internal::element_values(scalar, document)) {
      out_.append(", \"data\": ");
      print(elements->front());
    }
    out_.append("}}");
  }

  void open(Value value) {
    const auto cycle = open_.find(value.identity());
    if (value.identity() != nullptr && cycle != open_.end()) {
      out_.append("{\"$cycle\": ").append(std::to_string(stack_.size() - cycle->second)).append("}");
      return;
    }
    if (stack_.size() >= options_.limits.depth)
      internal::fail(ErrorKind::limit, "values are nested deeper than Limits::depth allows (", options_.limits.depth,
                     ")");
    open_.emplace(value.identity(), stack_.size());
    Frame frame;
    frame.value = value;
    switch (value.kind()) {
      case ValueKind::list:
        out_.append("[");
        break;
      case ValueKind::dict:
        frame.pairs = !all_keys_are_str(value);
        out_.append(frame.pairs ? "{\"$dict\": [" : "{");
        frame.close = frame.pairs ? "]}" : "}";
        break;
      case ValueKind::object:
        frame.parts = parts_of(value);
        out_.append("{\"$object\": {");
        frame.close = "}}";
        break;
      default:
        out_.append("{\"$").append(name_of(value.kind())).append("\": [");
        frame.close = "]}";
    }
    stack_.push_back(std::move(frame));
  }

  static bool all_keys_are_str(Value dict) {
    for (std::size_t i = 0; i < dict.size(); ++i) {
      // A key that looks like one of the marks of this notation must not be taken for one.
      if (!dict.key(i).is(ValueKind::str) || dict.key(i).as_str().starts_with("$")) return false;
    }
    return true;
  }

  static std::vector<Part> parts_of(Value object) {
    std::vector<Part> parts;
    const auto add = [&](std::string_view name, Value value) {
      if (!value.is_none()) parts.push_back({name, value});
    };
    add("callable", object.callable());
    add("arguments", object.arguments());
    add("keywords", object.keywords());
    static constexpr std::string_view names[] = {"items", "entries", "members", "state", "effect"};
    for (const Change& change : object.changes())
      parts.push_back({names[static_cast<std::size_t>(change.kind)], change.value});
    return parts;
  }

  const JsonOptions& options_;
  std::string out_;
  std::vector<Frame> stack_;
  std::unordered_map<const void*, std::size_t> open_;  // values on the stack, with their depth
};

}  // namespace

std::string to_json(Value value, const JsonOptions& options) { return JsonPrinter(options).run(value); }

}  // namespace larder
