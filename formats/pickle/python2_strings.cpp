#include "formats/pickle/python2_strings.h"

#include <algorithm>

#include "base/text.h"
#include "base/unicode.h"
#include "document/records.h"

namespace larder::internal {

Value Python2StringReader::read(Bytes content, std::uint64_t at) {
  const auto is_ascii = [](std::byte letter) { return letter < std::byte{0x80}; };
  if (choice_ == Python2Strings::bytes) return Access::text(document_, ValueKind::bytes, content);
  if (std::ranges::all_of(content, is_ascii)) return Access::text(document_, ValueKind::str, content);
  if (choice_ == Python2Strings::latin1) return Access::new_str(document_, utf8_of_latin1(as_text(content)));
  const Value undecoded = Access::text(document_, ValueKind::bytes, content);
  undecoded_.emplace(undecoded.identity(), at);
  return undecoded;
}

std::optional<Bytes> Python2StringReader::data(Value value) {
  if (value.is(ValueKind::bytes) || value.is(ValueKind::bytearray)) {
    if (!undecoded_.empty()) undecoded_.erase(value.identity());
    return value.as_bytes();
  }
  if (!value.is(ValueKind::str)) return std::nullopt;
  const auto bytes = latin1_of_utf8(value.as_str());
  if (!bytes) return std::nullopt;
  return document_.bytes(as_bytes(*bytes)).as_bytes();
}

void Python2StringReader::finish() const {
  if (undecoded_.empty()) return;
  const auto first = std::ranges::min_element(undecoded_, {}, [](const auto& entry) { return entry.second; });
  fail(ErrorKind::unsupported, "the str of Python 2 at byte ", first->second,
       " is not ASCII, and its encoding is not in the file; choose latin1 or bytes");
}

}  // namespace larder::internal
