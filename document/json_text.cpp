#include "document/json_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/byte_order.h"
#include "base/text.h"
#include "base/unicode.h"

namespace larder::internal {

namespace {

void append_escape(std::string& out, std::uint32_t unit) {
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[(unit >> shift) & 15]);
}

// IEEE half precision as double.
double half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const double fraction = bits & 0x3ff;
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : std::nan("");
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25));
}

double floating(const std::byte* at, std::size_t size) {
  if (size == 2) return half(load_le<std::uint16_t>(at));
  if (size == 4) return static_cast<double>(std::bit_cast<float>(load_le<std::uint32_t>(at)));
  return std::bit_cast<double>(load_le<std::uint64_t>(at));
}

std::uint64_t unsigned_integer(const std::byte* at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = (value << 8) | std::to_integer<std::uint64_t>(at[i]);
  return value;
}

std::int64_t signed_integer(const std::byte* at, std::size_t size) {
  const int unused = static_cast<int>(64 - 8 * size);
  return static_cast<std::int64_t>(unsigned_integer(at, size) << unused) >> unused;
}

// U: UCS-4 with NUL padding; what is no code point becomes U+FFFD.
std::string utf8_of_ucs4(const std::byte* at, std::size_t size) {
  std::vector<std::uint32_t> letters(size / 4);
  for (std::size_t i = 0; i < letters.size(); ++i) letters[i] = load_le<std::uint32_t>(at + 4 * i);
  while (!letters.empty() && letters.back() == 0) letters.pop_back();
  std::string text;
  for (const std::uint32_t letter : letters) append_utf8(text, letter <= 0x10ffff ? letter : 0xfffd);
  return text;
}

bool has_text(const DType& dtype) {
  switch (dtype.kind()) {
    case DTypeKind::floating:
      return dtype.itemsize() <= 8;
    case DTypeKind::complex:
      return dtype.itemsize() <= 16;
    default:
      return dtype.kind() < DTypeKind::raw || dtype.kind() == DTypeKind::datetime ||
             dtype.kind() == DTypeKind::timedelta;
  }
}

// One little-endian element.
void append_element(std::string& out, const std::byte* at, const DType& dtype) {
  const std::size_t size = dtype.itemsize();
  switch (dtype.kind()) {
    case DTypeKind::boolean:
      out.append(at[0] != std::byte{0} ? "true" : "false");
      break;
    case DTypeKind::unsigned_int:
      append_text(out, unsigned_integer(at, size));
      break;
    case DTypeKind::floating:
      append_json_float(out, floating(at, size));
      break;
    case DTypeKind::complex:
      out.append("{\"$complex\": [");
      append_json_float(out, floating(at, size / 2));
      out.append(", ");
      append_json_float(out, floating(at + size / 2, size / 2));
      out.append("]}");
      break;
    case DTypeKind::bytes: {
      std::size_t length = size;
      while (length > 0 && at[length - 1] == std::byte{0}) --length;
      append_json_bytes(out, {at, length});
      break;
    }
    case DTypeKind::unicode:
      append_json_string(out, utf8_of_ucs4(at, size));
      break;
    default:  // signed integers and times
      append_text(out, signed_integer(at, size));
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view utf8) {
  out.push_back('"');
  while (!utf8.empty()) {
    const std::string_view rest = utf8;
    const std::uint32_t letter = take_utf8(utf8);
    if (letter == '"' || letter == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(letter));
    } else if (letter == '\n') {
      out.append("\\n");
    } else if (letter == '\t') {
      out.append("\\t");
    } else if (letter < 0x20 || letter == 0x7f || (letter >= 0xd800 && letter <= 0xdfff)) {
      append_escape(out, letter);
    } else {
      out.append(rest.substr(0, rest.size() - utf8.size()));
    }
  }
  out.push_back('"');
}

void append_json_bytes(std::string& out, Bytes bytes) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out.append("{\"$bytes\": \"");
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = (group << 8) | (i + k < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k) {
      const bool padding = i + k > bytes.size();
      out.push_back(padding ? '=' : letters[(group >> (18 - 6 * k)) & 63]);
    }
  }
  out.append("\"}");
}

void append_json_float(std::string& out, double value) {
  if (std::isnan(value)) {
    out.append("{\"$float\": \"nan\"}");
  } else if (std::isinf(value)) {
    out.append(value > 0 ? "{\"$float\": \"inf\"}" : "{\"$float\": \"-inf\"}");
  } else {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    std::string_view number(text, static_cast<std::size_t>(end - text));
    out.append(number);
    if (number.find_first_of(".e") == std::string_view::npos) out.append(".0");
    static_cast<void>(error);  // 32 characters hold every double
  }
}

void append_json_array(std::string& out, const Array& array, std::size_t most_items) {
  out.append("{\"$array\": {\"dtype\": ");
  append_json_string(out, array.dtype().name());
  out.append(", \"shape\": [");
  for (std::size_t i = 0; i < array.ndim(); ++i) {
    if (i != 0) out.append(", ");
    append_text(out, array.shape()[i]);
  }
  out.append("]");
  if (array.size() <= most_items && has_text(array.dtype())) {
    std::vector<std::byte> elements(static_cast<std::size_t>(array.nbytes()));
    array.copy_elements(0, array.size(), Order::c, elements);
    if (array.dtype().order() == ByteOrder::big)
      swap_bytes(elements.data(), static_cast<std::size_t>(array.size()), array.dtype());
    out.append(", \"data\": [");
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i != 0) out.append(", ");
      append_element(out, elements.data() + i * array.dtype().itemsize(), array.dtype());
    }
    out.append("]");
  }
  out.append("}}");
}

}  // namespace larder::internal
