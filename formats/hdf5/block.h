// A piece of an HDF5 file in memory, taken apart from front to back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <larder/bytes.h>

#include "base/byte_order.h"
#include "base/text.h"

namespace larder::internal {

// The sizes of numbers that a file chooses in its superblock: 2, 4 or 8 bytes each.
struct Hdf5Sizes {
  std::size_t offset = 8;
  std::size_t length = 8;
};

// Addresses of this value lead nowhere.
inline constexpr std::uint64_t hdf5_nowhere = ~std::uint64_t{0};

// Copies share the bytes. Whatever reaches behind the end is Error `malformed`, naming what the block is and where.
class Hdf5Block {
 public:
  Hdf5Block(std::vector<std::byte> bytes, std::uint64_t address, std::string_view what, Hdf5Sizes sizes)
      : keeper_(std::make_shared<const std::vector<std::byte>>(std::move(bytes))),
        rest_(*keeper_),
        address_(address),
        what_(what),
        sizes_(sizes) {}

  // Where the next byte stands in the file.
  std::uint64_t address() const noexcept { return address_; }
  std::size_t left() const noexcept { return rest_.size(); }
  const Hdf5Sizes& sizes() const noexcept { return sizes_; }

  Bytes take(std::uint64_t size) {
    if (size > rest_.size()) refuse("needs ", size, " bytes where ", rest_.size(), " are left");
    const Bytes taken = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan(taken.size());
    address_ += size;
    return taken;
  }
  void skip(std::uint64_t size) { static_cast<void>(take(size)); }

  // The next `size` bytes as a block of their own.
  Hdf5Block part(std::uint64_t size, std::string_view what) {
    Hdf5Block part = *this;
    part.rest_ = take(size);
    part.what_ = what;
    return part;
  }

  // A little-endian number of 1 to 8 bytes.
  std::uint64_t number(std::size_t size) {
    const Bytes bytes = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t length() { return number(sizes_.length); }
  // An address, hdf5_nowhere for the undefined one of any size.
  std::uint64_t offset() {
    const std::uint64_t value = number(sizes_.offset);
    const std::uint64_t undefined = sizes_.offset == 8 ? hdf5_nowhere : (std::uint64_t{1} << 8 * sizes_.offset) - 1;
    return value == undefined ? hdf5_nowhere : value;
  }

  // A text up to its NUL, which is taken too.
  std::string_view text() {
    const std::string_view all = as_text(rest_);
    const std::size_t end = all.find('\0');
    if (end == std::string_view::npos) refuse("holds a name without an end");
    skip(end + 1);
    return all.substr(0, end);
  }

  // Skips the signature, or refuses.
  void signature(std::string_view wanted) {
    if (as_text(take(wanted.size())) != wanted) refuse("does not begin with ", wanted);
  }
  void version(std::uint8_t lowest, std::uint8_t highest) {
    const std::uint8_t found = u8();
    if (found < lowest || found > highest)
      fail(ErrorKind::unsupported, "HDF5: ", what_, " at byte ", address_ - 1, " has version ", found + 0);
  }

  // Error `malformed`, or `unsupported`, with the place.
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail(ErrorKind::malformed, "HDF5: ", what_, " at byte ", address_, " ", parts...);
  }
  template <class... Parts>
  [[noreturn]] void unsupported(const Parts&... parts) const {
    fail(ErrorKind::unsupported, "HDF5: ", what_, " at byte ", address_, " ", parts...);
  }

 private:
  std::shared_ptr<const std::vector<std::byte>> keeper_;
  Bytes rest_;
  std::uint64_t address_;
  std::string_view what_;
  Hdf5Sizes sizes_;
};

}  // namespace larder::internal
