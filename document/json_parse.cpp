#include "document/json_parse.h"

#include <vector>

#include <nlohmann/json.hpp>

#include "base/checked.h"
#include "base/text.h"

namespace larder::internal {

namespace {

// Gets the parser's events and builds values from them.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(Document& document, const JsonRules& rules) : document_(document), rules_(rules) {}

  Value result() const noexcept { return result_; }

  bool null() override { return put(Value::none()); }
  bool boolean(bool value) override { return put(Value::boolean(value)); }
  bool number_integer(number_integer_t value) override { return put(Value::integer(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (const auto fitting = checked_cast<std::int64_t>(value)) return put(Value::integer(*fitting));
    std::byte bytes[9] = {};
    for (std::size_t i = 0; i < sizeof value; ++i) bytes[i] = static_cast<std::byte>(value >> (8 * i));
    return put(document_.integer(bytes));
  }
  bool number_float(number_float_t value, const string_t&) override { return put(Value::floating(value)); }
  bool string(string_t& value) override { return put(document_.str(value)); }
  bool binary(binary_t&) override { return false; }  // JSON text has none

  bool start_object(std::size_t) override { return open(document_.dict()); }
  bool key(string_t& value) override {
    open_.back().key = document_.str(value);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(document_.list()); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception&) override {
    fail(ErrorKind::malformed, "no JSON from byte ", position, " on, at ", internal::quoted(token));
  }

 private:
  struct Open {
    Value container;
    Value key;  // of a dict: what the next value belongs to
  };

  bool put(Value value) {
    if (open_.empty()) {
      result_ = value;
    } else if (const Open& top = open_.back(); top.container.is(ValueKind::list)) {
      document_.append(top.container, value);
    } else {
      const std::size_t size = top.container.size();
      document_.insert(top.container, top.key, value);
      if (rules_.unique_keys && top.container.size() == size)
        fail(ErrorKind::malformed, "the key ", internal::quoted(top.key.as_str()), " stands twice in one JSON object");
    }
    return true;
  }

  bool open(Value container) {
    put(container);
    if (open_.size() == rules_.depth) fail(ErrorKind::malformed, "this JSON has more than ", rules_.depth, " levels");
    open_.push_back({container, {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Document& document_;
  const JsonRules& rules_;
  Value result_;
  std::vector<Open> open_;
};

}  // namespace

Value parse_json(std::string_view json, Document& document, const JsonRules& rules) {
  // The parser would take it for the end.
  if (const std::size_t nul = json.find('\0'); nul != json.npos)
    fail(ErrorKind::malformed, "no JSON from byte ", nul, " on, which is 0");
  Builder builder(document, rules);
  if (!nlohmann::json::sax_parse(json, &builder)) fail(ErrorKind::malformed, "no JSON");
  return builder.result();
}

}  // namespace larder::internal
