#include "formats/torch/tar.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace larder::internal {

namespace {

constexpr std::size_t block = 512;
constexpr std::string_view magic = "ustar";
constexpr std::size_t magic_at = 257;

using Header = std::array<std::byte, block>;

std::string_view field(const Header& header, std::size_t at, std::size_t size) {
  const std::string_view text = as_text(header).substr(at, size);
  return text.substr(0, text.find('\0'));
}

std::uint64_t octal(std::string_view digits) {
  digits = digits.substr(0, digits.find(' '));
  std::uint64_t number = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '7')
      fail(ErrorKind::malformed, "a tar header holds ", internal::quoted(digits), " for a number");
    number = number * 8 + static_cast<std::uint64_t>(digit - '0');  // at most 12 digits
  }
  return number;
}

// The sum of the header's bytes, its own field taken for blanks.
std::uint64_t checksum(const Header& header) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block; ++i) sum += i >= 148 && i < 156 ? ' ' : std::to_integer<std::uint64_t>(header[i]);
  return sum;
}

}  // namespace

bool begins_as_tar(Bytes head) noexcept {
  return head.size() >= magic_at + magic.size() && as_text(head).substr(magic_at, magic.size()) == magic;
}

std::map<std::string, TarMember, std::less<>> tar_members(WholeSource& whole) {
  std::map<std::string, TarMember, std::less<>> members;
  Header header;
  for (std::uint64_t at = 0;; at += block) {
    whole.read(at, header, "a tar header");
    if (std::ranges::all_of(header, [](std::byte byte) { return byte == std::byte{}; })) return members;
    if (!begins_as_tar(header) || octal(field(header, 148, 8)) != checksum(header))
      fail(ErrorKind::malformed, "there is no tar header at byte ", at);
    const std::uint64_t size = octal(field(header, 124, 12));
    const std::uint64_t padded = (size + block - 1) / block * block;
    const char type = as_text(header)[156];
    if (type == '0' || type == '\0') {
      const std::string name(field(header, 0, 100));
      if (!members.try_emplace(name, TarMember{at + block, size}).second)
        fail(ErrorKind::malformed, "the tar archive holds ", internal::quoted(name), " twice");
    } else if (type != 'x' && type != 'g') {
      fail(ErrorKind::unsupported, "the tar archive holds ", internal::quoted(field(header, 0, 100)),
           ", which is no plain file");
    }
    if (padded > whole.size() - at - block) fail(ErrorKind::truncated, "a member of the tar archive is cut at its end");
    at += padded;
  }
}

}  // namespace larder::internal
