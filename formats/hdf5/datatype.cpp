#include "formats/hdf5/datatype.h"

#include <algorithm>
#include <array>

#include "base/checked.h"
#include "base/unicode.h"

namespace larder::internal {

namespace {

enum class TypeClass : std::uint8_t {
  integer = 0,
  floating = 1,
  time = 2,
  text = 3,
  bits = 4,
  opaque = 5,
  compound = 6,
  reference = 7,
  enumeration = 8,
  variable = 9,
  array = 10,
  complex = 11,
};

constexpr int most_levels = 32;  // of types in types

struct Head {
  TypeClass kind{};
  std::uint8_t version = 0;
  std::uint32_t bits = 0;
  std::uint32_t size = 0;

  ByteOrder order() const noexcept { return (bits & 1) != 0 ? ByteOrder::big : ByteOrder::little; }
};

Head read_head(Hdf5Block& block) {
  const std::uint8_t first = block.u8();
  Head head{.kind = static_cast<TypeClass>(first & 0x0f), .version = static_cast<std::uint8_t>(first >> 4)};
  head.bits = static_cast<std::uint32_t>(block.number(3));
  head.size = block.u32();
  if (head.version < 1 || head.version > 5) block.unsupported("has a datatype of version ", head.version + 0);
  return head;
}

// A floating-point layout: where exponent and mantissa lie, and the bias.
struct FloatLayout {
  std::uint32_t size, precision, exponent_at, exponent_size, mantissa_at, mantissa_size, bias, sign_at;
  bool operator==(const FloatLayout&) const = default;
};

struct KnownFloat {
  FloatLayout layout;
  DTypeKind kind;
};

constexpr std::array<KnownFloat, 5> known_floats = {{
    {{2, 16, 10, 5, 0, 10, 15, 15}, DTypeKind::floating},
    {{4, 32, 23, 8, 0, 23, 127, 31}, DTypeKind::floating},
    {{8, 64, 52, 11, 0, 52, 1023, 63}, DTypeKind::floating},
    {{16, 80, 64, 15, 0, 64, 16383, 79}, DTypeKind::floating},
    {{2, 16, 7, 8, 0, 7, 127, 15}, DTypeKind::bfloat16},
}};

DType read_integer(Hdf5Block& block, const Head& head) {
  const std::uint16_t at = block.u16();
  const std::uint16_t precision = block.u16();
  const bool usual = head.size == 1 || head.size == 2 || head.size == 4 || head.size == 8;
  if (!usual || at != 0 || precision != head.size * 8)
    block.unsupported("has integers of ", precision, " bits in ", head.size, " bytes");
  const bool is_signed = head.kind == TypeClass::integer && (head.bits & 0x08) != 0;
  return DType::of(is_signed ? DTypeKind::signed_int : DTypeKind::unsigned_int, head.size, head.order());
}

DType read_float(Hdf5Block& block, const Head& head) {
  if ((head.bits & 0x40) != 0) block.unsupported("has floats in the byte order of a VAX");
  FloatLayout layout{};
  layout.size = head.size;
  layout.sign_at = head.bits >> 8 & 0xff;
  const std::uint16_t at = block.u16();
  layout.precision = block.u16();
  layout.exponent_at = block.u8();
  layout.exponent_size = block.u8();
  layout.mantissa_at = block.u8();
  layout.mantissa_size = block.u8();
  layout.bias = block.u32();
  const auto known = std::ranges::find(known_floats, layout, &KnownFloat::layout);
  if (known == known_floats.end() || at != 0)
    block.unsupported("has floats of an unusual layout: ", layout.exponent_size, " bits of exponent, ",
                      layout.mantissa_size, " of mantissa");
  return DType::of(known->kind, head.size, head.order());
}

DType read_dtype(Hdf5Block& block, int levels);

// Padded with NULs to a multiple of 8 before version 3.
std::string read_name(Hdf5Block& block, const Head& head) {
  const std::string name(block.text());
  if (head.version < 3) block.skip((8 - (name.size() + 1) % 8) % 8);
  if (invalid_utf8(name)) block.refuse("has a name that is no UTF-8");
  return name;
}

Field read_member(Hdf5Block& block, const Head& head, int levels) {
  std::string name = read_name(block, head);
  const std::size_t width = head.version < 3         ? 4
                            : head.size <= 0xff      ? 1
                            : head.size <= 0xffff    ? 2
                            : head.size <= 0xff'ffff ? 3
                                                     : 4;
  const std::uint64_t at = block.number(width);
  std::vector<std::uint64_t> shape;
  if (head.version == 1) {
    const std::uint8_t axes = block.u8();
    block.skip(11);
    for (int axis = 0; axis < 4; ++axis) {
      const std::uint32_t size = block.u32();
      if (axis < axes) shape.push_back(size);
    }
  }
  DType dtype = read_dtype(block, levels - 1);
  if (!shape.empty()) dtype = DType::subarray(std::move(dtype), std::move(shape));
  return {.name = std::move(name), .dtype = std::move(dtype), .offset = static_cast<std::size_t>(at), .title = {}};
}

DType read_compound(Hdf5Block& block, const Head& head, int levels) {
  const std::uint32_t count = head.bits & 0xffff;
  std::vector<Field> fields;
  for (std::uint32_t i = 0; i < count; ++i) fields.push_back(read_member(block, head, levels));
  const bool is_complex = count == 2 && fields[0].name == "r" && fields[1].name == "i" &&
                          fields[0].dtype == fields[1].dtype && fields[0].dtype.kind() == DTypeKind::floating &&
                          fields[0].dtype.itemsize() >= 4 && fields[0].offset == 0 &&
                          fields[1].offset == fields[0].dtype.itemsize() && head.size == 2 * fields[1].offset;
  if (is_complex) return DType::of(DTypeKind::complex, head.size, fields[0].dtype.order());
  return DType::structure(std::move(fields), head.size);
}

DType read_enumeration(Hdf5Block& block, const Head& head, int levels) {
  DType base = read_dtype(block, levels - 1);
  if (base.kind() != DTypeKind::signed_int && base.kind() != DTypeKind::unsigned_int)
    block.refuse("has an enumeration of no integers");
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < (head.bits & 0xffff); ++i) names.push_back(read_name(block, head));
  const Bytes values = block.take(names.size() * base.itemsize());
  const bool is_boolean = base.itemsize() == 1 && names == std::vector<std::string>{"FALSE", "TRUE"} &&
                          values[0] == std::byte{0} && values[1] == std::byte{1};
  return is_boolean ? DType::of<bool>() : base;
}

DType read_array(Hdf5Block& block, const Head& head, int levels) {
  const std::uint8_t axes = block.u8();
  if (head.version < 3) block.skip(3);
  std::vector<std::uint64_t> shape;
  for (int axis = 0; axis < axes; ++axis) shape.push_back(block.u32());
  if (head.version < 3) block.skip(std::uint64_t{4} * axes);
  return DType::subarray(read_dtype(block, levels - 1), std::move(shape));
}

DType read_dtype(Hdf5Block& block, int levels) {
  if (levels == 0) block.unsupported("has types in types, more than ", most_levels, " levels deep");
  const Head head = read_head(block);
  DType dtype;
  switch (head.kind) {
    case TypeClass::integer:
    case TypeClass::bits:
      dtype = read_integer(block, head);
      break;
    case TypeClass::floating:
      dtype = read_float(block, head);
      break;
    case TypeClass::text:
      dtype = DType::of(DTypeKind::bytes, head.size);
      break;
    case TypeClass::opaque:
      block.skip(head.bits & 0xff);
      dtype = DType::of(DTypeKind::raw, head.size);
      break;
    case TypeClass::compound:
      dtype = read_compound(block, head, levels);
      break;
    case TypeClass::enumeration:
      dtype = read_enumeration(block, head, levels);
      break;
    case TypeClass::array:
      dtype = read_array(block, head, levels);
      break;
    case TypeClass::complex: {
      const DType base = read_dtype(block, levels - 1);
      dtype = DType::of(DTypeKind::complex, head.size, base.order());
      break;
    }
    case TypeClass::time:
      block.unsupported("holds times");
    case TypeClass::reference:
      block.unsupported("holds references to other objects");
    case TypeClass::variable:
      block.unsupported("holds sequences of any length");
    default:
      block.refuse("has a datatype of class ", static_cast<int>(head.kind));
  }
  if (dtype.itemsize() != head.size) block.refuse("has elements of ", head.size, " bytes whose parts say otherwise");
  return dtype;
}

}  // namespace

Hdf5Type read_hdf5_type(Hdf5Block block) {
  Hdf5Block ahead = block;
  const Head head = read_head(ahead);
  const bool is_text = head.kind == TypeClass::variable && (head.bits & 0x0f) == 1;
  if (is_text) {
    if (head.size != 4 + block.sizes().offset + 4) ahead.refuse("has texts of any length in ", head.size, " bytes");
    return {.is_text = true, .is_utf8 = (head.bits >> 8 & 0x0f) == 1, .size = head.size};
  }
  Hdf5Type type;
  try {
    type.dtype = read_dtype(block, most_levels);
  } catch (Error& error) {
    // DType's own rules do not know where they are broken; `usage` is what they call a size that a kind does not have.
    if (error.kind() != ErrorKind::usage) throw;
    block.refuse("has a datatype that cannot be: ", error.message());
  }
  type.is_utf8 = head.kind == TypeClass::text && (head.bits >> 4 & 0x0f) == 1;
  type.size = type.dtype.itemsize();
  return type;
}

Hdf5Space read_hdf5_space(Hdf5Block block) {
  const std::uint8_t version = block.u8();
  const std::uint8_t rank = block.u8();
  block.skip(1);
  std::uint8_t kind = 1;
  if (version == 1)
    block.skip(5);
  else if (version == 2)
    kind = block.u8();
  else
    block.unsupported("is a dataspace of version ", version + 0);
  if (kind == 2) return {.is_null = true};
  if (rank > 32) block.refuse("has ", rank + 0, " axes; HDF5 has 32 at most");
  Hdf5Space space;
  for (int axis = 0; axis < rank; ++axis) space.shape.push_back(block.length());
  return space;
}

}  // namespace larder::internal
