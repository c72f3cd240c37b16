#include "formats/hdf5/encoding.h"

#include <algorithm>

#include "base/checked.h"

namespace larder::internal {

namespace {

void append_head(Hdf5Encoder& out, int type_class, int version, std::uint64_t bits, std::uint64_t size) {
  out.u8(static_cast<std::uint64_t>(version << 4 | type_class)).u16(bits & 0xffff).u8(bits >> 16).u32(size);
}

std::uint64_t order_bit(const DType& dtype) { return dtype.order() == ByteOrder::big ? 1 : 0; }

void append_integer(Hdf5Encoder& out, const DType& dtype) {
  const std::uint64_t is_signed = dtype.kind() == DTypeKind::unsigned_int ? 0 : 0x08;
  append_head(out, 0, 1, order_bit(dtype) | is_signed, dtype.itemsize());
  out.u16(0).u16(dtype.itemsize() * 8);
}

void append_float(Hdf5Encoder& out, ByteOrder order, std::size_t size) {
  constexpr std::uint64_t implied_bit = 0x20;
  constexpr std::uint64_t stored_bit = 0;
  struct Parts {
    std::uint64_t precision, exponent_size, mantissa_size, bias;
  };
  Parts parts{};
  switch (size) {
    case 2:
      parts = {16, 5, 10, 15};
      break;
    case 4:
      parts = {32, 8, 23, 127};
      break;
    case 8:
      parts = {64, 11, 52, 1023};
      break;
    case 16:
      parts = {80, 15, 64, 16'383};
      break;
    default:
      fail(ErrorKind::unsupported, "HDF5 files hold no floats of ", size, " bytes");
  }
  const std::uint64_t bits = (order == ByteOrder::big ? 1U : 0U) | (size == 16 ? stored_bit : implied_bit);
  append_head(out, 1, 1, bits | (parts.precision - 1) << 8, size);
  out.u16(0).u16(parts.precision).u8(parts.mantissa_size).u8(parts.exponent_size).u8(0).u8(parts.mantissa_size);
  out.u32(parts.bias);
}

// A name up to a multiple of 8 with at least one NUL.
void append_name(Hdf5Encoder& out, std::string_view name) { out.text(name).zeros(8 - name.size() % 8); }

void append_dtype(Hdf5Encoder& out, const DType& dtype);

void append_structure(Hdf5Encoder& out, const DType& dtype) {
  if (dtype.fields().size() > 0xffff || dtype.fields().empty())
    fail(ErrorKind::unsupported, "HDF5 files hold structures of 1 to 65,535 fields, not ", dtype.fields().size());
  append_head(out, 6, 2, dtype.fields().size(), dtype.itemsize());
  for (const Field& field : dtype.fields()) {
    if (field.name.find('\0') != std::string::npos)
      fail(ErrorKind::unsupported, "HDF5 files hold no field called ", internal::quoted(field.name));
    append_name(out, field.name);
    out.u32(field.offset);
    append_dtype(out, field.dtype);
  }
}

// Recurses no deeper than a DType can be, 64 levels.
void append_dtype(Hdf5Encoder& out, const DType& dtype) {
  if (dtype.itemsize() == 0) fail(ErrorKind::unsupported, "HDF5 files hold no elements without bytes: ", dtype.name());
  switch (dtype.kind()) {
    case DTypeKind::boolean:
      append_head(out, 8, 1, 2, 1);
      append_integer(out, DType::of<std::int8_t>());
      append_name(out, "FALSE");
      append_name(out, "TRUE");
      out.u8(0).u8(1);
      return;
    case DTypeKind::signed_int:
    case DTypeKind::unsigned_int:
      append_integer(out, dtype);
      return;
    case DTypeKind::floating:
      append_float(out, dtype.order(), dtype.itemsize());
      return;
    case DTypeKind::complex:
      append_head(out, 6, 2, 2, dtype.itemsize());
      for (const std::size_t part : {0UL, 1UL}) {
        append_name(out, part == 0 ? "r" : "i");
        out.u32(part * dtype.itemsize() / 2);
        append_float(out, dtype.order(), dtype.itemsize() / 2);
      }
      return;
    case DTypeKind::bytes:
      append_head(out, 3, 1, 1, dtype.itemsize());  // NUL-padded, ASCII
      return;
    case DTypeKind::raw:
    case DTypeKind::bfloat16:
      append_head(out, 5, 1, 0, dtype.itemsize());
      return;
    case DTypeKind::structured:
      append_structure(out, dtype);
      return;
    case DTypeKind::subarray:
      append_head(out, 10, 2, 0, dtype.itemsize());
      out.u8(dtype.shape().size()).zeros(3);
      for (const std::uint64_t size : dtype.shape()) out.u32(size);
      out.zeros(4 * dtype.shape().size());
      append_dtype(out, dtype.base());
      return;
    default:
      fail(ErrorKind::unsupported, "HDF5 files hold no ", dtype.name());
  }
}

}  // namespace

// Recurses no deeper than a DType can be.
bool hdf5_has_dtype(const DType& dtype) {
  if (dtype.itemsize() == 0) return false;
  switch (dtype.kind()) {
    case DTypeKind::floating:
      return dtype.itemsize() != 12;
    case DTypeKind::complex:
      return dtype.itemsize() != 24;
    case DTypeKind::unicode:
    case DTypeKind::datetime:
    case DTypeKind::timedelta:
    case DTypeKind::object:
      return false;
    case DTypeKind::structured:
      return !dtype.fields().empty() && dtype.fields().size() <= 0xffff &&
             std::ranges::all_of(dtype.fields(), [](const Field& field) { return hdf5_has_dtype(field.dtype); });
    case DTypeKind::subarray:
      return hdf5_has_dtype(dtype.base());
    default:
      return dtype.kind() <= DTypeKind::bfloat16;
  }
}

std::string hdf5_type_message(const DType& dtype) {
  Hdf5Encoder out;
  append_dtype(out, dtype);
  return out.bytes();
}

std::string hdf5_text_message() {
  constexpr std::uint64_t is_text = 1;
  constexpr std::uint64_t utf8 = 1 << 8;
  Hdf5Encoder out;
  append_head(out, 9, 1, is_text | utf8, 16);
  append_head(out, 3, 1, utf8 >> 4, 1);  // of one letter
  return out.bytes();
}

std::string hdf5_space_message(const Hdf5Space& space) {
  Hdf5Encoder out;
  if (space.is_null) return out.u8(2).u8(0).u8(0).u8(2).bytes();
  if (space.shape.size() > 32)
    fail(ErrorKind::unsupported, "HDF5 files hold arrays of up to 32 axes, not ", space.shape.size());
  out.u8(1).u8(space.shape.size()).zeros(6);
  for (const std::uint64_t size : space.shape) out.u64(size);
  return out.bytes();
}

}  // namespace larder::internal
