#include "persist/brief.h"

#include <algorithm>

#include "base/text.h"
#include "base/unicode.h"
#include "document/json_text.h"

namespace larder::internal {

namespace {

constexpr std::string_view left_out = "\"...\"";

class BriefPrinter {
 public:
  explicit BriefPrinter(std::size_t most) : most_(most) {}

  // Recurses `depth` times at most.
  void print(Value value, int depth) {
    switch (value.kind()) {
      case ValueKind::none:
        return append("null");
      case ValueKind::boolean:
        return append(value.as_bool() ? "true" : "false");
      case ValueKind::integer:
        return append(value.fits_int64() ? std::to_string(value.as_int()) : left_out);
      case ValueKind::floating:
        return append_json_float(out_, value.as_float());
      case ValueKind::complex:
        return append("{\"$complex\": \"...\"}");
      case ValueKind::str:
        return print_text(value.as_str());
      case ValueKind::bytes:
      case ValueKind::bytearray:
        return print_bytes(value.as_bytes());
      case ValueKind::array:
        return append(join("{\"$array\": {\"size\": ", value.as_array().size(), "}}"));
      case ValueKind::global:
        return print_global(value);
      case ValueKind::object:
        return print_object(value, depth);
      case ValueKind::dict:
        return print_dict(value, depth);
      default:
        return print_sequence(value, depth);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void append(std::string_view text) { out_.append(text); }
  bool is_full() const { return out_.size() >= most_; }
  std::size_t room() const { return most_ - std::min(most_, out_.size()); }

  void print_text(std::string_view text) { append_json_string(out_, shortened(text, room())); }

  void print_bytes(Bytes bytes) {
    if (bytes.size() > room()) return append(join("{\"$bytes\": \"... ", bytes.size(), " bytes\"}"));
    append_json_bytes(out_, bytes);
  }

  void print_global(Value value) {
    append("{\"$global\": ");
    print_text(join(shortened(value.module_name(), room()), '.', shortened(value.qualified_name(), room())));
    append("}");
  }

  void print_object(Value value, int depth) {
    append("{\"$object\": ");
    print_member(value.callable().is_none() ? value.arguments() : value.callable(), depth);
    append("}");
  }

  void print_dict(Value dict, int depth) {
    append("{\"$dict\": [");
    for (std::size_t i = 0; i < dict.size(); ++i) {
      if (i != 0) append(", ");
      if (is_full()) {
        append(left_out);
        break;
      }
      append("[");
      print_member(dict.key(i), depth);
      append(", ");
      print_member(dict.value(i), depth);
      append("]");
    }
    append("]}");
  }

  void print_sequence(Value value, int depth) {
    const bool is_list = value.is(ValueKind::list);
    append(is_list ? std::string("[") : join("{\"$", name_of(value.kind()), "\": ["));
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i != 0) append(", ");
      if (is_full()) {
        append(left_out);
        break;
      }
      print_member(value[i], depth);
    }
    append(is_list ? "]" : "]}");
  }

  void print_member(Value value, int depth) {
    if (depth == 0 || is_full())
      append(left_out);
    else
      print(value, depth - 1);
  }

  std::size_t most_;
  std::string out_;
};

constexpr int deepest = 4;

}  // namespace

std::string shortened(std::string_view text, std::size_t most) {
  std::string_view rest = text;
  while (!rest.empty() && text.size() - rest.size() < most) static_cast<void>(take_utf8(rest));
  const std::string shown(text.substr(0, text.size() - rest.size()));
  return rest.empty() ? shown : shown + "...";
}

std::string brief_json(Value value, std::size_t most) {
  BriefPrinter printer(most);
  printer.print(value, deepest);
  return printer.take();
}

}  // namespace larder::internal
