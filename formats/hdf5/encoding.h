// The metadata of an HDF5 file that is being made: addresses are offsets in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <larder/dtype.h>

#include "base/byte_order.h"
#include "formats/hdf5/datatype.h"

namespace larder::internal {

// Little-endian numbers, one after another; offsets and lengths have 8 bytes.
class Hdf5Encoder {
 public:
  std::uint64_t size() const noexcept { return bytes_.size(); }
  const std::string& bytes() const noexcept { return bytes_; }

  Hdf5Encoder& u8(std::uint64_t value) { return number(value, 1); }
  Hdf5Encoder& u16(std::uint64_t value) { return number(value, 2); }
  Hdf5Encoder& u32(std::uint64_t value) { return number(value, 4); }
  Hdf5Encoder& u64(std::uint64_t value) { return number(value, 8); }
  Hdf5Encoder& text(std::string_view text) {
    bytes_.append(text);
    return *this;
  }
  Hdf5Encoder& zeros(std::uint64_t count) {
    bytes_.append(static_cast<std::size_t>(count), '\0');
    return *this;
  }
  // Zeros up to a multiple of `unit`.
  Hdf5Encoder& align(std::uint64_t unit) { return zeros((unit - bytes_.size() % unit) % unit); }

  // Replaces 8 bytes that were written before.
  void patch(std::uint64_t at, std::uint64_t value) {
    store_le(reinterpret_cast<std::byte*>(bytes_.data() + at), value);
  }

 private:
  Hdf5Encoder& number(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_.push_back(static_cast<char>(value >> 8 * i & 0xff));
    return *this;
  }

  std::string bytes_;
};

// Whether hdf5_type_message has a message for it.
bool hdf5_has_dtype(const DType& dtype);
// Datatype messages, the reverse of read_hdf5_type; bfloat16 becomes opaque, as Keras has it. Error `unsupported` for
// what HDF5 lacks: texts in UTF-32, times, float8, elements without bytes.
std::string hdf5_type_message(const DType& dtype);
// Texts of any length, in UTF-8.
std::string hdf5_text_message();
std::string hdf5_space_message(const Hdf5Space& space);

}  // namespace larder::internal
