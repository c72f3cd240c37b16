#include "tools/report.h"

#include "base/checked.h"
#include "base/text.h"
#include "base/unicode.h"

namespace larder::tools {

namespace {

// Each byte beyond ASCII as a lone surrogate; Python's os.fsencode gives the bytes back.
std::string with_surrogates(std::string_view bytes) {
  std::string text;
  for (const char letter : bytes) {
    const auto code = static_cast<unsigned char>(letter);
    internal::append_utf8(text, code < 0x80 ? code : 0xdc00U + code);
  }
  return text;
}

}  // namespace

Value Report::text(std::string_view text) {
  return internal::invalid_utf8(text, true) ? document_.str(with_surrogates(text)) : document_.str(text);
}

Value Report::number(std::uint64_t number) {
  const auto fitting = internal::checked_cast<std::int64_t>(number);
  if (!fitting)
    internal::fail(ErrorKind::limit, "the report would hold the number ", number, ", which is more than 2^63 - 1");
  return Value::integer(*fitting);
}

Value Report::texts(const std::vector<std::string>& texts) {
  const Value list = document_.list();
  for (const auto& one : texts) document_.append(list, text(one));
  return list;
}

void Report::set(Value object, std::string_view key, Value value) {
  document_.insert(object, document_.str(key), value);
}

std::string Report::json(Value root) const {
  JsonOptions options;
  options.pretty = true;
  return to_json(root, options) + "\n";
}

void Report::print(Value root, Console& console) const { console.print(json(root)); }

}  // namespace larder::tools
