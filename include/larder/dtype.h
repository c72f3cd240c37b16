// DType: what one element of an array is, as numpy describes it.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <larder/export.h>

namespace larder {

// numpy's kinds, and the small floats of machine learning, which numpy itself does not have.
enum class DTypeKind : std::uint8_t {
  boolean,       // b
  signed_int,    // i
  unsigned_int,  // u
  floating,      // f: 2, 4, 8 bytes, or 12 or 16 for long double
  complex,       // c: twice a floating
  bytes,         // S: NUL-padded
  unicode,       // U: 4 bytes a character
  raw,           // V without fields
  datetime,      // M8
  timedelta,     // m8
  object,        // O: Python objects, stored elsewhere
  structured,    // V with fields
  subarray,      // a fixed shape of a base dtype
  bfloat16,
  float8_e4m3fn,
  float8_e4m3fnuz,
  float8_e5m2,
  float8_e5m2fnuz,
  float8_e8m0fnu,
};

enum class ByteOrder : std::uint8_t { little, big, none };  // none: single bytes and kinds without an order

struct Field;

// An element type. An immutable value, cheap to copy; copies share one description. Thread-safe.
//
// At most 2^31 - 1 bytes, 64 levels of nesting and 65536 parts (counted as if nothing were shared); whatever would make
// more is an Error of kind `limit`. The machine's own numbers, bool and object are one shared object each, as in numpy
// (same_as).
//
// Source of the rules: numpy's documentation of dtype, of the array interface and of the .npy format
// (docs/formats/npy.md).
class LARDER_API DType {
 public:
  // float64 of this machine, numpy's default.
  DType();

  // kind: one without fields, base or unit. itemsize in bytes, for `unicode` too (4 a character). Error `usage` for a
  // size that the kind does not have. order: `none` is this machine's; kinds without an order ignore it.
  static DType of(DTypeKind kind, std::size_t itemsize, ByteOrder order = native());
  // unit as in numpy: "ns", "25s", "D", "generic"; kind: datetime or timedelta.
  static DType time(DTypeKind kind, std::string_view unit, ByteOrder order = native());
  // Fields in the order of their names, at their offsets (holes and overlaps are legal); itemsize covers all of them.
  // Error `malformed` where it does not, where two names or titles are the same, or where a field overlaps an object.
  static DType structure(std::vector<Field> fields, std::size_t itemsize, bool aligned = false);
  // No axes: the base itself.
  static DType subarray(DType base, std::vector<std::uint64_t> shape);

  // The dtype of a C++ element type: bool, the integers, float, double, long double, std::complex of these, std::byte
  // (as uint8).
  template <class T>
  static DType of();

  // From numpy's text: "<f8", "f8", "float64", "=i4", "|S5", ">U3", "<M8[ns]", "|V7", "|O", "f4,i8", or the list that
  // .npy files hold:
  // "[('a', '<f8'), (('title', 'b'), '<i4', (2, 3))]". Error `malformed` naming the place, `limit` for what overflows,
  // `unsupported`.
  static DType parse(std::string_view descr);

  // As numpy's `dtype.descr` writes it into a .npy file, quotes included: "'<f8'" or "[('a', '<f8')]". parse accepts
  // it. The small floats are raw bytes there, as ml_dtypes writes them. Error `unsupported` where fields overlap or are
  // out of order.
  std::string descr() const;
  // A short name: "float64", "datetime64[ns]", "S5", "[('a', '<f8')]".
  std::string name() const;
  // The typestring without quotes: "<f8"; for structured "|V16".
  std::string typestr() const;

  DTypeKind kind() const noexcept;
  std::size_t itemsize() const noexcept;
  std::size_t alignment() const noexcept;  // what the machine wants for one element, 1 for packed structures
  ByteOrder order() const noexcept;
  bool is_native() const noexcept;   // no part is in foreign byte order
  bool has_object() const noexcept;  // some part is `object`
  bool is_aligned() const noexcept;  // a structure made with align=True

  const std::vector<Field>& fields() const noexcept;         // structured
  const DType& base() const noexcept;                        // subarray; else *this
  const std::vector<std::uint64_t>& shape() const noexcept;  // subarray; else empty
  const std::string& unit() const noexcept;                  // datetime and timedelta: "ns", "25s", "generic"

  // The same dtype in this machine's byte order, in all its parts.
  DType to_native() const;
  // The same dtype in the other byte order, in all its parts.
  DType swapped() const;

  // Equal descriptions: kinds, sizes, orders, names, titles, offsets, units.
  bool operator==(const DType& other) const noexcept;
  // Whether both are copies of one object, as Python's `is`.
  bool same_as(const DType& other) const noexcept { return impl_ == other.impl_; }
  const void* identity() const noexcept { return impl_.get(); }

  static ByteOrder native() noexcept;

 private:
  struct Impl;
  explicit DType(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

// A member of a structured dtype.
struct Field {
  std::string name;
  DType dtype;
  std::size_t offset = 0;
  std::optional<std::string> title;
};

// Reverses the byte order of `count` elements in place, in every part of `dtype` that has one.
LARDER_API void swap_bytes(void* elements, std::size_t count, const DType& dtype);

template <class T>
DType DType::of() {
  using U = std::remove_cv_t<T>;
  if constexpr (std::is_same_v<U, bool>)
    return of(DTypeKind::boolean, 1);
  else if constexpr (std::is_same_v<U, std::byte>)
    return of(DTypeKind::unsigned_int, 1);
  else if constexpr (std::is_integral_v<U>)
    return of(std::is_signed_v<U> ? DTypeKind::signed_int : DTypeKind::unsigned_int, sizeof(U));
  else if constexpr (std::is_floating_point_v<U>)
    return of(DTypeKind::floating, sizeof(U));
  else {
    static_assert(std::is_same_v<U, std::complex<float>> || std::is_same_v<U, std::complex<double>> ||
                      std::is_same_v<U, std::complex<long double>>,
                  "larder::DType::of: not an element type of numpy");
    return of(DTypeKind::complex, sizeof(U));
  }
}

}  // namespace larder
