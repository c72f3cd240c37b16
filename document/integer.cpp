#include "document/integer.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace larder::internal {

namespace {

bool is_negative(Bytes bytes) { return !bytes.empty() && (bytes.back() & std::byte{0x80}) != std::byte{0}; }

// Absolute value in base 2^32, little-endian, from two's complement.
std::vector<std::uint32_t> magnitude_of(Bytes bytes) {
  const bool negative = is_negative(bytes);
  std::vector<std::uint32_t> words((bytes.size() + 3) / 4 + 1);
  unsigned carry = negative ? 1 : 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned part = std::to_integer<unsigned>(negative ? ~bytes[i] : bytes[i]) + carry;
    carry = part >> 8;
    words[i / 4] |= (part & 0xff) << (8 * (i % 4));
  }
  if (carry != 0) words[bytes.size() / 4] |= 1u << (8 * (bytes.size() % 4));
  return words;
}

std::string twos_complement_of(const std::vector<std::uint32_t>& magnitude, bool negative) {
  std::string bytes;
  unsigned carry = negative ? 1 : 0;
  for (const std::uint32_t word : magnitude) {
    for (int shift = 0; shift < 32; shift += 8) {
      const unsigned part = (word >> shift) & 0xff;
      const unsigned byte = (negative ? ~part & 0xff : part) + carry;
      carry = byte >> 8;
      bytes.push_back(static_cast<char>(byte & 0xff));
    }
  }
  bytes.push_back(static_cast<char>((negative ? 0xff : 0) + carry));
  bytes.resize(without_sign_bytes(as_bytes(bytes)).size());
  return bytes;
}

}  // namespace

Bytes without_sign_bytes(Bytes bytes) noexcept {
  while (!bytes.empty()) {
    const std::byte top = bytes.back();
    const bool below_negative = bytes.size() > 1 && (bytes[bytes.size() - 2] & std::byte{0x80}) != std::byte{0};
    const bool redundant = top == std::byte{0} ? !below_negative : top == std::byte{0xff} && below_negative;
    if (!redundant) break;
    bytes = bytes.first(bytes.size() - 1);
  }
  return bytes;
}

std::optional<std::int64_t> as_int64(Bytes bytes) noexcept {
  bytes = without_sign_bytes(bytes);
  if (bytes.size() > 8) return std::nullopt;
  std::uint64_t value = is_negative(bytes) ? ~std::uint64_t{0} : 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = (value << 8) | std::to_integer<std::uint64_t>(bytes[i]);
  return static_cast<std::int64_t>(value);
}

std::string bytes_of(std::int64_t value) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  bytes.resize(without_sign_bytes(as_bytes(bytes)).size());
  return bytes;
}

std::string decimal_of(Bytes bytes) {
  constexpr std::uint32_t billion = 1'000'000'000;
  std::vector<std::uint32_t> words = magnitude_of(bytes);
  std::string digits;  // backwards
  while (!words.empty()) {
    std::uint64_t rest = 0;
    for (std::size_t i = words.size(); i-- > 0;) {
      const std::uint64_t part = (rest << 32) | words[i];
      words[i] = static_cast<std::uint32_t>(part / billion);
      rest = part % billion;
    }
    while (!words.empty() && words.back() == 0) words.pop_back();
    for (int i = 0; i < 9; ++i, rest /= 10) digits.push_back(static_cast<char>('0' + rest % 10));
  }
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  if (digits.empty()) digits.assign(1, '0');
  if (is_negative(bytes)) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<std::string> bytes_of_text(std::string_view digits, unsigned base) {
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty()) return std::nullopt;
  std::vector<std::uint32_t> words;
  for (const char letter : digits) {
    const unsigned lower = static_cast<unsigned char>(letter) | 0x20u;
    const unsigned digit = letter >= '0' && letter <= '9' ? static_cast<unsigned>(letter - '0')
                           : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                          : base;
    if (digit >= base) return std::nullopt;
    std::uint64_t carry = digit;
    for (std::uint32_t& word : words) {
      carry += std::uint64_t{word} * base;
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) words.push_back(static_cast<std::uint32_t>(carry));
  }
  return twos_complement_of(words, negative);
}

}  // namespace larder::internal
