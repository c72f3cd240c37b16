// The records of a ZIP archive: their signatures, sizes and flags, and the numbers in them.
//
// Source: PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5; docs/formats/zip.md.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include <larder/bytes.h>

#include "base/byte_order.h"

namespace larder::internal::zip {

inline constexpr std::uint32_t local_signature = 0x04034b50;
inline constexpr std::uint32_t central_signature = 0x02014b50;
inline constexpr std::uint32_t end_signature = 0x06054b50;
inline constexpr std::uint32_t end64_signature = 0x06064b50;
inline constexpr std::uint32_t locator_signature = 0x07064b50;
inline constexpr std::uint32_t descriptor_signature = 0x08074b50;

// Without what is of no fixed length: names, extra fields, comments.
inline constexpr std::size_t local_size = 30;
inline constexpr std::size_t central_size = 46;
inline constexpr std::size_t end_size = 22;
inline constexpr std::size_t end64_size = 56;
inline constexpr std::size_t locator_size = 20;

// What a field says where the number is in the zip64 extra field, or record, instead.
inline constexpr std::uint16_t in_zip64_16 = 0xffff;
inline constexpr std::uint32_t in_zip64_32 = 0xffffffff;

inline constexpr std::uint16_t zip64_extra = 0x0001;
inline constexpr std::uint16_t unicode_path_extra = 0x7075;

inline constexpr std::uint16_t encrypted_flag = 1 << 0;
inline constexpr std::uint16_t deflate_effort_flags = 3 << 1;  // of no use for reading
inline constexpr std::uint16_t descriptor_flag = 1 << 3;
inline constexpr std::uint16_t patch_flag = 1 << 5;
inline constexpr std::uint16_t strong_encryption_flag = 1 << 6;
inline constexpr std::uint16_t utf8_flag = 1 << 11;
inline constexpr std::uint16_t masked_flag = 1 << 13;

inline constexpr std::uint16_t stored_method = 0;
inline constexpr std::uint16_t deflated_method = 8;

// Numbers one after another. The caller sees to it that they are there.
class Fields {
 public:
  explicit Fields(Bytes bytes) : next_(bytes.data()) {}
  template <std::integral T>
  T take() noexcept {
    const T value = load_le<T>(next_);
    next_ += sizeof(T);
    return value;
  }
  std::uint16_t u16() noexcept { return take<std::uint16_t>(); }
  std::uint32_t u32() noexcept { return take<std::uint32_t>(); }
  std::uint64_t u64() noexcept { return take<std::uint64_t>(); }

 private:
  const std::byte* next_;
};

}  // namespace larder::internal::zip
