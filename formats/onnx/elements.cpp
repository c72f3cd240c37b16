#include "formats/onnx/elements.h"

#include <array>
#include <vector>

#include "base/byte_order.h"
#include "base/checked.h"
#include "base/text.h"
#include "formats/elements.h"
#include "formats/nested_list.h"

namespace larder::internal {

namespace {

WireType unpacked_type(OnnxField field) {
  if (field == OnnxField::floats) return WireType::fixed32;
  return field == OnnxField::doubles ? WireType::fixed64 : WireType::varint;
}

void require_budget(const ArrayBudget& budget, std::uint64_t size) {
  if (size > budget.left().bytes)
    fail(ErrorKind::limit, "a tensor needs ", size, " bytes, Limits::bytes allows ", budget.left().bytes);
}

}  // namespace

Value OnnxElements::read(const OnnxTensor& tensor) {
  if (tensor.type->is_text()) return texts(tensor);
  const Value stored = document_.array(array(tensor));
  if (!tensor.type->is_packed()) return stored;
  std::vector<Value> axes;
  for (const std::uint64_t size : tensor.shape) axes.push_back(Value::integer(static_cast<std::int64_t>(size)));
  const Value dict = document_.dict();
  document_.insert(dict, document_.str("dtype"), document_.str(tensor.type->name));
  document_.insert(dict, document_.str("shape"), document_.list(axes));
  document_.insert(dict, document_.str("packed"), stored);
  return dict;
}

Array OnnxElements::array(const OnnxTensor& tensor) {
  const Shape shape = tensor.type->stored_shape(tensor.shape);
  switch (tensor.place) {
    case OnnxTensor::Place::plain:
      return plain(tensor, shape);
    case OnnxTensor::Place::listed:
      return listed(tensor, shape);
    case OnnxTensor::Place::external:
      return external(tensor, shape);
    default:
      return Array::from_region(tensor.type->dtype(), shape, Order::c, {});
  }
}

Array OnnxElements::plain(const OnnxTensor& tensor, const Shape& shape) {
  const Array array = whole_.elements(tensor.data.offset, tensor.type->dtype(), shape, Order::c);
  const bool is_aligned = reinterpret_cast<std::uintptr_t>(array.origin()) % array.dtype().alignment() == 0;
  if (array.mapped() || is_aligned) return array;
  // Protocol buffers put raw data anywhere.
  require_budget(whole_.budget(), array.nbytes());
  whole_.budget().take(array.nbytes());
  return array.copy();
}

Array OnnxElements::listed(const OnnxTensor& tensor, const Shape& shape) {
  const std::uint64_t size = tensor.nbytes();
  require_budget(whole_.budget(), size);
  whole_.budget().take(size);
  Array array = Array::allocate(tensor.type->dtype(), shape);
  const MutableBytes bytes = array.mutable_bytes();
  const std::size_t step = tensor.type->listed_size();
  const bool is_bool = tensor.type->kind == DTypeKind::boolean;
  std::size_t at = 0;
  WireFields fields(whole_, tensor.field.range);
  while (const auto field = fields.next()) {
    if (field->number != static_cast<std::uint32_t>(tensor.type->field)) continue;
    for_each_number(whole_, *field, unpacked_type(tensor.type->field), [&](std::uint64_t number) {
      if (at == bytes.size()) fail(ErrorKind::malformed, "a tensor lists more elements than its shape has");
      std::array<std::byte, 8> little;
      store_le<std::uint64_t>(little.data(), is_bool ? number != 0 : number);
      std::ranges::copy(Bytes(little).first(step), bytes.begin() + static_cast<std::ptrdiff_t>(at));
      at += step;
    });
  }
  if (at != bytes.size()) fail(ErrorKind::malformed, "a tensor lists fewer elements than its shape has");
  return whole_.source().native_byte_order ? array.to_native() : array;
}

void OnnxElements::open(const std::string& location) {
  if (sibling_.reader && sibling_.name == location) return;
  const ReadSource& source = whole_.source();
  if (!source.open_sibling)
    fail(ErrorKind::unsupported, "a tensor lies in the file ", internal::quoted(location),
         " beside this one; load by path");
  sibling_ = {.name = location, .reader = source.open_sibling(location), .mapped = std::nullopt};
  if (whole_.is_mapped()) sibling_.mapped = sibling_.reader->map(source.map_mode);
}

Array OnnxElements::external(const OnnxTensor& tensor, const Shape& shape) {
  open(tensor.location);
  Reader& reader = *sibling_.reader;
  const std::uint64_t size = tensor.nbytes();
  const auto end = checked_add(tensor.offset, size);
  const auto there = reader.size();
  const bool is_inside = end && (!there || *end <= *there);
  if (!is_inside || (!tensor.size && there && *end != *there)) {
    fail(ErrorKind::malformed, "a tensor has ", size, " bytes from byte ", tensor.offset, " of the file ",
         internal::quoted(tensor.location), ", which has ", there.value_or(0));
  }
  if (reader.can_seek())
    reader.seek(tensor.offset);
  else if (reader.position() <= tensor.offset)
    reader.skip(tensor.offset - reader.position(), "the external data");
  else
    fail(ErrorKind::unsupported, reader.name(), " can only be read once, and its tensors are in another order");
  const ReadSource& source = whole_.source();
  const ReadSource beside{.reader = reader,
                          .limits = source.limits,
                          .native_byte_order = source.native_byte_order,
                          .mapped_file = sibling_.mapped ? &*sibling_.mapped : nullptr,
                          .warn = source.warn,
                          .map_mode = source.map_mode,
                          .choice = source.choice};
  return read_elements(beside, whole_.budget(), tensor.type->dtype(), shape, Order::c);
}

Value OnnxElements::texts(const OnnxTensor& tensor) {
  std::vector<Value> members;
  WireFields fields(whole_, tensor.field.range);
  while (const auto field = fields.next()) {
    if (field->number == static_cast<std::uint32_t>(OnnxField::texts))
      members.push_back(document_.bytes(as_bytes(bytes_of(whole_, *field))));
  }
  return nested_list(document_, tensor.shape, std::move(members));
}

}  // namespace larder::internal
