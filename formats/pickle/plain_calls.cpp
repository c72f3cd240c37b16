#include "formats/pickle/plain_calls.h"

#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/unicode.h"
#include "document/records.h"

namespace larder::internal {

namespace {

using Evaluate = std::optional<Value> (*)(Document&, Value arguments);

constexpr std::array<std::string_view, 6> names = {"_codecs.encode", "bytes",  "bytearray", "set",
                                                   "frozenset",      "complex"};

// A str of Latin-1 letters as the bytes it stands for.
std::optional<std::string> latin1_of(Value text, Value encoding) {
  if (!text.is(ValueKind::str) || !encoding.is(ValueKind::str)) return std::nullopt;
  const auto name = encoding.as_str();
  if (name != "latin1" && name != "latin-1") return std::nullopt;
  return latin1_of_utf8(text.as_str());
}

std::optional<Value> encode(Document& document, Value arguments) {
  const auto bytes = arguments.size() == 2 ? latin1_of(arguments[0], arguments[1]) : std::nullopt;
  if (!bytes) return std::nullopt;
  return Access::spelled_bytes(document, as_bytes(*bytes), arguments);
}

std::optional<Value> bytes(Document& document, Value arguments) {
  if (!arguments.empty()) return std::nullopt;
  return document.bytes({});
}

std::optional<Value> bytearray(Document& document, Value arguments) {
  if (arguments.empty()) return document.bytearray({});
  if (arguments.size() == 1 && arguments[0].is(ValueKind::bytes)) return document.bytearray(arguments[0].as_bytes());
  const auto content = arguments.size() == 2 ? latin1_of(arguments[0], arguments[1]) : std::nullopt;
  if (!content) return std::nullopt;
  return document.bytearray(as_bytes(*content));
}

std::optional<Value> set(Document& document, Value arguments) {
  const Value made = document.set();
  if (arguments.empty()) return made;
  if (arguments.size() != 1 || !arguments[0].is(ValueKind::list)) return std::nullopt;
  for (std::size_t i = 0; i < arguments[0].size(); ++i) document.add(made, arguments[0][i]);
  return made;
}

std::optional<Value> frozenset(Document& document, Value arguments) {
  if (arguments.empty()) return document.frozenset();
  if (arguments.size() != 1 || !arguments[0].is(ValueKind::list)) return std::nullopt;
  std::vector<Value> members;
  for (std::size_t i = 0; i < arguments[0].size(); ++i) members.push_back(arguments[0][i]);
  return document.frozenset(members);
}

std::optional<Value> complex(Document& document, Value arguments) {
  if (arguments.size() != 2 || !arguments[0].is(ValueKind::floating) || !arguments[1].is(ValueKind::floating))
    return std::nullopt;
  return document.complex({arguments[0].as_float(), arguments[1].as_float()});
}

}  // namespace

std::optional<Value> evaluate_plain_call(Document& document, Known callable, Value arguments) {
  static constexpr std::array<Evaluate, 6> evaluators = {encode, bytes, bytearray, set, frozenset, complex};
  static_assert(static_cast<int>(Known::encode) == 1 && static_cast<int>(Known::complex) == 6);
  if (callable < Known::encode || callable > Known::complex) return std::nullopt;
  const auto value = evaluators[static_cast<std::size_t>(callable) - 1](document, arguments);
  if (!value)
    fail(ErrorKind::malformed, "a call of ", names[static_cast<std::size_t>(callable) - 1],
         " with these arguments is not plain data");
  return value;
}

}  // namespace larder::internal
