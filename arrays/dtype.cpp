#include <larder/dtype.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "arrays/time_unit.h"
#include "base/checked.h"
#include "base/text.h"
#include "base/unicode.h"

namespace larder {

using internal::fail;

namespace {

// numpy holds sizes in a C int.
constexpr std::uint64_t most_bytes = std::numeric_limits<std::int32_t>::max();
// Walks over a dtype (compare, print, swap) are recursive and as long as it has parts, counted as if nothing were
// shared.
constexpr std::size_t most_depth = 64;
constexpr std::size_t most_parts = 65'536;
constexpr std::size_t most_axes = 64;

bool has_order(DTypeKind kind, std::size_t itemsize) {
  switch (kind) {
    case DTypeKind::signed_int:
    case DTypeKind::unsigned_int:
      return itemsize > 1;
    case DTypeKind::floating:
    case DTypeKind::complex:
    case DTypeKind::unicode:
    case DTypeKind::datetime:
    case DTypeKind::timedelta:
    case DTypeKind::bfloat16:
      return true;
    default:
      return false;
  }
}

bool has_size(DTypeKind kind, std::size_t size) {
  switch (kind) {
    case DTypeKind::boolean:
    case DTypeKind::float8_e4m3fn:
    case DTypeKind::float8_e4m3fnuz:
    case DTypeKind::float8_e5m2:
    case DTypeKind::float8_e5m2fnuz:
    case DTypeKind::float8_e8m0fnu:
      return size == 1;
    case DTypeKind::signed_int:
    case DTypeKind::unsigned_int:
      return size == 1 || size == 2 || size == 4 || size == 8;
    case DTypeKind::floating:
      return size == 2 || size == 4 || size == 8 || size == 12 || size == 16;
    case DTypeKind::complex:
      return size == 8 || size == 16 || size == 24 || size == 32;
    case DTypeKind::bytes:
    case DTypeKind::raw:
      return true;
    case DTypeKind::unicode:
      return size % 4 == 0;
    case DTypeKind::datetime:
    case DTypeKind::timedelta:
    case DTypeKind::object:
      return size == 8;
    case DTypeKind::bfloat16:
      return size == 2;
    case DTypeKind::structured:
    case DTypeKind::subarray:
      return false;
  }
  return false;
}

std::size_t alignment_of(DTypeKind kind, std::size_t size) {
  switch (kind) {
    case DTypeKind::bytes:
    case DTypeKind::raw:
      return 1;
    case DTypeKind::unicode:
      return 4;
    case DTypeKind::complex:
      return alignment_of(DTypeKind::floating, size / 2);
    default:
      return size == 12 ? 4 : size;
  }
}

void require_size(std::uint64_t size) {
  if (size > most_bytes) {
    fail(ErrorKind::limit, "an element of ", size, " bytes is too large: ", most_bytes, " bytes are possible");
  }
}

void require_parts(std::size_t depth, std::size_t parts) {
  if (depth > most_depth) fail(ErrorKind::limit, "dtypes are nested more than ", most_depth, " deep");
  if (parts > most_parts) fail(ErrorKind::limit, "a dtype has more than ", most_parts, " parts");
}

// Names and titles share one space in numpy.
void require_distinct_names(const std::vector<Field>& fields) {
  std::vector<std::string_view> names;
  for (const Field& field : fields) {
    names.push_back(field.name);
    if (field.title) names.push_back(*field.title);
  }
  for (const std::string_view name : names) {
    if (internal::invalid_utf8(name, true)) {
      fail(ErrorKind::malformed, "the name or title of a field is not UTF-8");
    }
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    fail(ErrorKind::malformed, "two fields share the name or title ", internal::quoted(*twice));
  }
}

void require_no_overlap(const std::vector<Field>& fields) {
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  for (const Field& field : fields) {
    if (field.dtype.itemsize() != 0) ranges.emplace_back(field.offset, field.offset + field.dtype.itemsize());
  }
  std::sort(ranges.begin(), ranges.end());
  const auto overlap = std::adjacent_find(ranges.begin(), ranges.end(),
                                          [](const auto& one, const auto& next) { return one.second > next.first; });
  if (overlap != ranges.end()) {
    fail(ErrorKind::malformed, "fields overlap at byte ", overlap->first, " of a structure that holds objects");
  }
}

// `dtype` with the byte order of each part that has one replaced by `order_for(part)`.
template <class OrderFor>
DType reordered(const DType& dtype, const OrderFor& order_for) {
  switch (dtype.kind()) {
    case DTypeKind::structured: {
      std::vector<Field> fields = dtype.fields();
      for (Field& field : fields) field.dtype = reordered(field.dtype, order_for);
      return DType::structure(std::move(fields), dtype.itemsize(), dtype.is_aligned());
    }
    case DTypeKind::subarray:
      return DType::subarray(reordered(dtype.base(), order_for), dtype.shape());
    case DTypeKind::datetime:
    case DTypeKind::timedelta:
      return DType::time(dtype.kind(), dtype.unit(), order_for(dtype));
    default:
      if (dtype.order() == ByteOrder::none) return dtype;
      return DType::of(dtype.kind(), dtype.itemsize(), order_for(dtype));
  }
}

}  // namespace

struct DType::Impl {
  explicit Impl(DTypeKind of_kind) : kind(of_kind) {}

  DTypeKind kind;
  ByteOrder order = ByteOrder::none;
  bool native = true;
  bool has_object = false;
  bool aligned = false;
  std::size_t itemsize = 0;
  std::size_t alignment = 1;
  std::size_t depth = 0;
  std::size_t parts = 1;
  std::vector<Field> fields;
  std::optional<DType> base;
  std::vector<std::uint64_t> shape;
  std::string unit;
};

ByteOrder DType::native() noexcept {
  return std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big;
}

DType::DType() : DType(of(DTypeKind::floating, sizeof(double))) {}

DType DType::of(DTypeKind kind, std::size_t itemsize, ByteOrder order) {
  require_size(itemsize);
  if (kind == DTypeKind::datetime || kind == DTypeKind::timedelta || !has_size(kind, itemsize)) {
    fail(ErrorKind::usage, "DType::of cannot make this kind with ", itemsize, " bytes an element");
  }
  const auto make = [](DTypeKind made_kind, std::size_t made_size, ByteOrder made_order) {
    Impl impl(made_kind);
    if (has_order(made_kind, made_size)) impl.order = made_order == ByteOrder::none ? native() : made_order;
    impl.native = impl.order == ByteOrder::none || impl.order == native();
    impl.has_object = made_kind == DTypeKind::object;
    impl.itemsize = made_size;
    impl.alignment = alignment_of(made_kind, made_size);
    return DType(std::make_shared<const Impl>(std::move(impl)));
  };
  // As in numpy, there is one object for each of the machine's own numbers: same_as() tells them apart from copies.
  static const std::vector<DType> singletons = {
      make(DTypeKind::boolean, 1, native()),
      make(DTypeKind::signed_int, 1, native()),
      make(DTypeKind::signed_int, 2, native()),
      make(DTypeKind::signed_int, 4, native()),
      make(DTypeKind::signed_int, 8, native()),
      make(DTypeKind::unsigned_int, 1, native()),
      make(DTypeKind::unsigned_int, 2, native()),
      make(DTypeKind::unsigned_int, 4, native()),
      make(DTypeKind::unsigned_int, 8, native()),
      make(DTypeKind::floating, 2, native()),
      make(DTypeKind::floating, 4, native()),
      make(DTypeKind::floating, 8, native()),
      make(DTypeKind::floating, sizeof(long double), native()),
      make(DTypeKind::complex, 8, native()),
      make(DTypeKind::complex, 16, native()),
      make(DTypeKind::complex, 2 * sizeof(long double), native()),
      make(DTypeKind::object, 8, native()),
  };
  if (order != (native() == ByteOrder::little ? ByteOrder::big : ByteOrder::little) || !has_order(kind, itemsize)) {
    for (const DType& known : singletons) {
      if (known.impl_->kind == kind && known.impl_->itemsize == itemsize) return known;
    }
  }
  return make(kind, itemsize, order);
}

DType DType::time(DTypeKind kind, std::string_view unit, ByteOrder order) {
  if (kind != DTypeKind::datetime && kind != DTypeKind::timedelta) {
    fail(ErrorKind::usage, "DType::time makes the kinds datetime and timedelta only");
  }
  Impl impl(kind);
  impl.order = order == ByteOrder::none ? native() : order;
  impl.native = impl.order == native();
  impl.itemsize = 8;
  impl.alignment = 8;
  impl.unit = internal::canonical_time_unit(unit);
  return DType(std::make_shared<const Impl>(std::move(impl)));
}

DType DType::structure(std::vector<Field> fields, std::size_t itemsize, bool aligned) {
  require_size(itemsize);
  Impl impl(DTypeKind::structured);
  impl.aligned = aligned;
  impl.itemsize = itemsize;
  for (const Field& field : fields) {
    const Impl& part = *field.dtype.impl_;
    if (field.offset > itemsize || part.itemsize > itemsize - field.offset) {
      fail(ErrorKind::malformed, "field ", internal::quoted(field.name), " (", part.itemsize, " bytes at ",
           field.offset, ") is not inside its structure of ", itemsize, " bytes");
    }
    impl.native = impl.native && part.native;
    impl.has_object = impl.has_object || part.has_object;
    if (aligned) impl.alignment = std::max(impl.alignment, part.alignment);
    impl.depth = std::max(impl.depth, part.depth + 1);
    impl.parts += part.parts;
    require_parts(impl.depth, impl.parts);
  }
  require_distinct_names(fields);
  if (impl.has_object) require_no_overlap(fields);
  impl.fields = std::move(fields);
  return DType(std::make_shared<const Impl>(std::move(impl)));
}

DType DType::subarray(DType base, std::vector<std::uint64_t> shape) {
  if (shape.empty()) return base;
  if (shape.size() > most_axes) fail(ErrorKind::limit, "a sub-array has more than ", most_axes, " axes");
  const bool is_empty = std::find(shape.begin(), shape.end(), 0U) != shape.end();
  std::uint64_t count = is_empty ? 0 : 1;
  for (const std::uint64_t length : shape) {
    // Each factor is below 2^31 and so is the product so far, or this has failed.
    require_size(length);
    count *= length;
    require_size(count);
  }
  require_size(count * base.itemsize());
  Impl impl(DTypeKind::subarray);
  const Impl& part = *base.impl_;
  impl.native = part.native;
  impl.has_object = part.has_object;
  impl.itemsize = count * part.itemsize;
  impl.alignment = part.alignment;
  impl.depth = part.depth + 1;
  impl.parts = part.parts + 1;
  require_parts(impl.depth, impl.parts);
  impl.base = std::move(base);
  impl.shape = std::move(shape);
  return DType(std::make_shared<const Impl>(std::move(impl)));
}

DTypeKind DType::kind() const noexcept { return impl_->kind; }
std::size_t DType::itemsize() const noexcept { return impl_->itemsize; }
std::size_t DType::alignment() const noexcept { return impl_->alignment; }
ByteOrder DType::order() const noexcept { return impl_->order; }
bool DType::is_native() const noexcept { return impl_->native; }
bool DType::has_object() const noexcept { return impl_->has_object; }
bool DType::is_aligned() const noexcept { return impl_->aligned; }
const std::vector<Field>& DType::fields() const noexcept { return impl_->fields; }
const DType& DType::base() const noexcept { return impl_->base ? *impl_->base : *this; }
const std::vector<std::uint64_t>& DType::shape() const noexcept { return impl_->shape; }
const std::string& DType::unit() const noexcept { return impl_->unit; }

DType DType::to_native() const {
  if (is_native()) return *this;
  return reordered(*this, [](const DType&) { return native(); });
}

DType DType::swapped() const {
  return reordered(
      *this, [](const DType& part) { return part.order() == ByteOrder::little ? ByteOrder::big : ByteOrder::little; });
}

bool DType::operator==(const DType& other) const noexcept {
  if (impl_ == other.impl_) return true;
  const Impl& a = *impl_;
  const Impl& b = *other.impl_;
  if (a.kind != b.kind || a.itemsize != b.itemsize || a.order != b.order || a.unit != b.unit || a.shape != b.shape ||
      a.fields.size() != b.fields.size()) {
    return false;
  }
  if (a.base && *a.base != *b.base) return false;
  return std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), [](const Field& one, const Field& two) {
    return one.offset == two.offset && one.name == two.name && one.title == two.title && one.dtype == two.dtype;
  });
}

}  // namespace larder
