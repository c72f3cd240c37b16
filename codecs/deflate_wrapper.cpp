#include "codecs/deflate_wrapper.h"

#include <algorithm>

#include "base/byte_order.h"
#include "base/text.h"
#include "codecs/deflate_checksum.h"

namespace larder::internal {
namespace {

constexpr std::size_t gzip_effort = 8;  // where in the header; it has one of these, or 0
constexpr unsigned gzip_smallest = 2;
constexpr unsigned gzip_fastest = 4;
constexpr unsigned deflate_method = 8;

unsigned byte_at(Bytes bytes, std::size_t index) noexcept { return std::to_integer<unsigned>(bytes[index]); }

constexpr std::size_t gzip_fixed_size = 10;

// Flags of a gzip header.
constexpr unsigned flag_checksum = 0x02;
constexpr unsigned flag_extra = 0x04;
constexpr unsigned flag_name = 0x08;
constexpr unsigned flag_comment = 0x10;
constexpr unsigned flags_reserved = 0xe0;

}  // namespace

bool is_zlib_header(Bytes head) noexcept {
  constexpr unsigned largest_window = 7;
  return head.size() >= 2 && (byte_at(head, 0) & 0x0f) == deflate_method && byte_at(head, 0) >> 4 <= largest_window &&
         (byte_at(head, 0) << 8 | byte_at(head, 1)) % 31 == 0;
}

bool is_gzip_header(Bytes head) noexcept {
  return head.size() >= 2 && byte_at(head, 0) == 0x1f && byte_at(head, 1) == 0x8b &&
         (head.size() < 3 || byte_at(head, 2) == deflate_method) &&
         (head.size() < 4 || (byte_at(head, 3) & flags_reserved) == 0);
}

std::uint32_t checksum_of_nothing(Wrapper wrapper) noexcept {
  return wrapper == Wrapper::zlib ? adler32_of_nothing : crc32_of_nothing;
}

std::uint32_t checksum(Wrapper wrapper, std::uint32_t before, Bytes bytes) noexcept {
  return wrapper == Wrapper::zlib ? adler32(before, bytes) : crc32(before, bytes);
}

std::uint32_t joined_checksum(Wrapper wrapper, std::uint32_t first, std::uint32_t second,
                              std::uint64_t size_of_second) noexcept {
  return wrapper == Wrapper::zlib ? joined_adler32(first, second, size_of_second)
                                  : joined_crc32(first, second, size_of_second);
}

std::size_t WrapperHeader::take(Bytes in) {
  std::size_t taken = 0;
  while (!complete() && taken < in.size()) put(in[taken++]);
  return taken;
}

void WrapperHeader::put(std::byte byte) {
  if (part_ != Part::checksum) crc_ = crc32(crc_, Bytes(&byte, 1));
  if (count_ < start_.size()) start_[count_] = byte;
  ++count_;
  if (is_whole(byte)) enter_next_part();
}

bool WrapperHeader::is_whole(std::byte last) {
  switch (part_) {
    case Part::fixed:
      return is_whole_fixed();
    case Part::extra_size:
      extra_size_ = load_le<std::uint16_t>(start_.data());
      return count_ == 2;
    case Part::extra:
      return count_ == extra_size_;
    case Part::name:
    case Part::comment:
      return last == std::byte{0};
    case Part::checksum:
      if (count_ == 2 && load_le<std::uint16_t>(start_.data()) != (crc_ & 0xffff))
        fail(ErrorKind::checksum, "the checksum of the gzip header is wrong");
      return count_ == 2;
    case Part::none:
      break;
  }
  return true;
}

bool WrapperHeader::is_whole_fixed() {
  const Bytes head = Bytes(start_).first(count_);
  if (count_ < 2) return false;
  if (wrapper_ == Wrapper::zlib) {
    constexpr unsigned preset_dictionary = 0x20;
    if (!is_zlib_header(head)) fail(ErrorKind::malformed, "this is no zlib header");
    if ((byte_at(head, 1) & preset_dictionary) != 0)
      fail(ErrorKind::unsupported, "the stream needs a preset dictionary");
    return true;
  }
  if (!is_gzip_header(head)) fail(ErrorKind::malformed, "this is no gzip header");
  if (count_ == gzip_fixed_size) gzip_flags_ = byte_at(head, 3);
  return count_ == gzip_fixed_size;
}

bool WrapperHeader::has(Part part) const noexcept {
  switch (part) {
    case Part::extra_size:
      return (gzip_flags_ & flag_extra) != 0;
    case Part::extra:
      return extra_size_ != 0;
    case Part::name:
      return (gzip_flags_ & flag_name) != 0;
    case Part::comment:
      return (gzip_flags_ & flag_comment) != 0;
    case Part::checksum:
      return (gzip_flags_ & flag_checksum) != 0;
    default:
      return true;
  }
}

void WrapperHeader::enter_next_part() {
  do {
    part_ = static_cast<Part>(static_cast<int>(part_) + 1);
  } while (!has(part_));
  count_ = 0;
}

std::size_t trailer_size(Wrapper wrapper) noexcept { return wrapper == Wrapper::zlib ? 4 : 8; }

const char* fault_of_trailer(Wrapper wrapper, Bytes trailer, std::uint32_t checksum, std::uint64_t size) noexcept {
  if (wrapper == Wrapper::zlib)
    return load_be<std::uint32_t>(trailer.data()) == checksum ? nullptr : "the checksum of the content is wrong";
  if (load_le<std::uint32_t>(trailer.data()) != checksum) return "the checksum of the content is wrong";
  if (load_le<std::uint32_t>(trailer.data() + 4) != (size & 0xffffffff)) return "the length of the content is wrong";
  return nullptr;
}

Bytes write_header(Wrapper wrapper, int level, MutableBytes to) noexcept {
  if (wrapper == Wrapper::zlib) {
    constexpr unsigned deflate_in_32_kib = 0x7800;
    const unsigned effort = level >= 7 ? 3 : level == 6 ? 2 : level >= 2 ? 1 : 0;
    const unsigned head = deflate_in_32_kib | effort << 6;
    store_be(to.data(), static_cast<std::uint16_t>(head + (31 - head % 31) % 31));
    return to.first(2);
  }
  constexpr unsigned unix_system = 3;
  const unsigned effort = level == 9 ? gzip_smallest : level == 1 ? gzip_fastest : 0;
  const std::array<unsigned, gzip_fixed_size> head = {0x1f, 0x8b, deflate_method, 0, 0, 0, 0, 0, effort, unix_system};
  std::transform(head.begin(), head.end(), to.begin(), [](unsigned byte) { return static_cast<std::byte>(byte); });
  return to.first(head.size());
}

int likely_level(Wrapper wrapper, Bytes header) noexcept {
  if (wrapper == Wrapper::zlib) {
    constexpr std::array levels = {1, 3, 6, 9};
    return levels[std::to_integer<unsigned>(header[1]) >> 6];
  }
  const auto effort = std::to_integer<unsigned>(header[gzip_effort]);
  return effort == gzip_fastest ? 1 : effort == gzip_smallest ? 9 : 3;
}

Bytes write_trailer(Wrapper wrapper, std::uint32_t checksum, std::uint64_t size, MutableBytes to) noexcept {
  if (wrapper == Wrapper::zlib) {
    store_be(to.data(), checksum);
  } else {
    store_le(to.data(), checksum);
    store_le(to.data() + 4, static_cast<std::uint32_t>(size));
  }
  return to.first(trailer_size(wrapper));
}

}  // namespace larder::internal
