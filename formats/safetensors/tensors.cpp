#include "formats/safetensors/tensors.h"

#include <algorithm>

#include "base/byte_order.h"
#include "base/text.h"
#include "base/unicode.h"
#include "document/attributes.h"
#include "document/named_arrays.h"

namespace larder::internal {

namespace {

Value value_of(WholeSource& whole, const SafetensorsEntry& entry, std::uint64_t data, Document& document) {
  const DType dtype = entry.type->dtype();
  const bool is_packed = !entry.type->packed_dtype.empty();
  const Shape shape = is_packed ? Shape{entry.end - entry.begin} : entry.shape;
  const Value array = document.array(whole.elements(data + entry.begin, dtype, shape, Order::c));
  if (!is_packed) return array;
  const Value packed = document.dict();
  std::vector<Value> lengths;
  for (const std::uint64_t length : entry.shape) lengths.push_back(Value::integer(static_cast<std::int64_t>(length)));
  document.insert(packed, document.str("dtype"), document.str(entry.type->packed_dtype));
  document.insert(packed, document.str("shape"), document.list(lengths));
  document.insert(packed, document.str("packed"), array);
  return packed;
}

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  fail(ErrorKind::unsupported, "files of the format safetensors hold tensors by name; ", internal::quoted(name), ' ',
       why);
}

// {"dtype", "shape", "packed"}: elements that share bytes.
SafetensorsTensor packed_tensor(std::string_view name, Value value) {
  const auto dtype = value.find("dtype");
  const auto shape = value.find("shape");
  const auto packed = value.find("packed");
  const auto* const type = dtype && dtype->is(ValueKind::str) ? safetensors_type_packed_as(dtype->as_str()) : nullptr;
  if (type == nullptr || !shape || !shape->is(ValueKind::list) || !packed || !packed->is(ValueKind::array))
    refuse(name, "is a dict, and not of elements that share bytes");
  SafetensorsTensor tensor{std::string(name), type, {}, packed->as_array()};
  for (std::size_t i = 0; i < shape->size(); ++i) {
    const Value length = (*shape)[i];
    if (!length.is(ValueKind::integer) || !length.fits_int64() || length.as_int() < 0)
      refuse(name, "has a shape that is none");
    tensor.shape.push_back(static_cast<std::uint64_t>(length.as_int()));
  }
  const Array& bytes = tensor.elements;
  if (bytes.dtype() != type->dtype() || bytes.size() != safetensors_size(*type, tensor.shape))
    refuse(name, "has other bytes than its shape needs");
  return tensor;
}

SafetensorsTensor tensor_of(std::string_view name, Value value) {
  if (value.is(ValueKind::dict)) return packed_tensor(name, value);
  const auto found = array_in(value);
  if (!found) refuse(name, join("is a ", name_of(value.kind())));
  const Array& array = found->as_array();
  const SafetensorsType* const type = safetensors_type_of(array.dtype());
  if (type == nullptr) refuse(name, join("has the dtype ", array.dtype().name(), ", which safetensors lacks"));
  return {std::string(name), type, array.shape(), array};
}

std::vector<std::pair<std::string, std::string>> texts_of(Value metadata) {
  if (!metadata.is(ValueKind::dict)) refuse(safetensors_metadata_key, "is no dict of texts");
  std::vector<std::pair<std::string, std::string>> texts;
  for (std::size_t i = 0; i < metadata.size(); ++i) {
    const Value key = metadata.key(i);
    const Value text = metadata.value(i);
    const bool fits = key.is(ValueKind::str) && text.is(ValueKind::str) && !invalid_utf8(key.as_str()) &&
                      !invalid_utf8(text.as_str());
    if (!fits) refuse(safetensors_metadata_key, "is no dict of texts");
    texts.emplace_back(key.as_str(), text.as_str());
  }
  return texts;
}

}  // namespace

SafetensorsContent read_safetensors(WholeSource& whole, const std::function<bool(std::string_view name)>& wants,
                                    Document& document) {
  std::byte length_bytes[safetensors_length_size];
  whole.read(0, length_bytes, "the length of a safetensors header");
  const auto length = load_le<std::uint64_t>(length_bytes);
  if (length > longest_safetensors_header) {
    throw Error(ErrorKind::malformed,
                join("a safetensors header of ", length, " bytes is longer than ", longest_safetensors_header))
        .at(whole.place(0));
  }
  const std::uint64_t data = safetensors_length_size + length;
  const auto reader = whole.reader(0, whole.size());
  reader->skip(safetensors_length_size, "the length of a safetensors header");
  const Region json = read_within(*reader, length, whole.budget().left(), "the header of a safetensors file");
  const SafetensorsHeader header = read_safetensors_header(as_text(json.bytes()), whole.size() - data, whole.budget());

  SafetensorsContent content{document.dict(), Value::none()};
  bool has_unaligned = false;
  for (const SafetensorsEntry& entry : header.tensors) {
    if (!wants(entry.name)) continue;
    try {
      document.insert(content.tensors, document.str(entry.name), value_of(whole, entry, data, document));
      has_unaligned |= (data + entry.begin) % entry.type->dtype().alignment() != 0;
    } catch (Error& error) {
      if (!error.has_place()) error.at(join("the tensor ", internal::quoted(entry.name)));
      throw;
    }
  }
  if (has_unaligned && whole.is_mapped()) {
    whole.source().warn(join("tensors in ", whole.source().reader.name(),
                             " are not aligned in the file, which slows some libraries down and may crash others; "
                             "write it again to align them"));
  }
  if (header.metadata) {
    content.metadata = document.dict();
    for (const auto& [key, text] : *header.metadata)
      document.insert(content.metadata, document.str(key), document.str(text));
  }
  return content;
}

SafetensorsTensors tensors_of(Value root) {
  const auto entries = entries_of(root);
  if (!entries)
    fail(ErrorKind::unsupported, "files of the format safetensors hold tensors by name; this is a ",
         name_of(root.kind()));
  SafetensorsTensors content;
  for (std::size_t i = 0; !entries->is_none() && i < entries->size(); ++i) {
    const Value key = entries->key(i);
    if (!key.is(ValueKind::str) || invalid_utf8(key.as_str()))
      fail(ErrorKind::unsupported, "files of the format safetensors hold tensors by name; a key is a ",
           name_of(key.kind()), " that is no UTF-8");
    if (key.as_str() == safetensors_metadata_key)
      content.metadata = texts_of(entries->value(i));
    else
      content.tensors.push_back(tensor_of(key.as_str(), entries->value(i)));
  }
  return content;
}

void write_safetensors(SafetensorsTensors content, Writer& writer) {
  std::ranges::sort(content.tensors, [](const SafetensorsTensor& a, const SafetensorsTensor& b) {
    return a.type != b.type ? a.type > b.type : a.name < b.name;
  });
  SafetensorsHeader header{{}, std::move(content.metadata)};
  std::uint64_t end = 0;
  for (const SafetensorsTensor& tensor : content.tensors) {
    const std::uint64_t begin = end;
    end += tensor.elements.nbytes();
    header.tensors.push_back({tensor.name, tensor.type, tensor.shape, begin, end});
  }
  writer.write(as_bytes(safetensors_head(header)));
  for (const SafetensorsTensor& tensor : content.tensors) {
    const bool is_big = tensor.elements.dtype().order() == ByteOrder::big;
    write_elements(is_big ? tensor.elements.byte_swapped() : tensor.elements, Order::c, writer);
  }
}

}  // namespace larder::internal
