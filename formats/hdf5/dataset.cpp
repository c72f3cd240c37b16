#include "formats/hdf5/dataset.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/unicode.h"
#include "formats/hdf5/chunks.h"
#include "formats/nested_list.h"

namespace larder::internal {

namespace {

std::string_view without_padding(std::string_view text) {
  const std::size_t last = text.find_last_not_of('\0');
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

}  // namespace

std::pair<std::string, Value> Hdf5Values::attribute(Hdf5Block block) {
  const std::uint8_t version = block.u8();
  if (version < 1 || version > 3) block.unsupported("is an attribute of version ", version + 0);
  const std::uint8_t flags = block.u8();
  const std::uint16_t name_size = block.u16();
  const std::uint16_t type_size = block.u16();
  const std::uint16_t space_size = block.u16();
  if (version == 3) block.skip(1);
  const auto padded = [&](std::uint64_t size) { return version == 1 ? (size + 7) / 8 * 8 : size; };
  const std::string_view padded_name = as_text(block.take(padded(name_size))).substr(0, name_size);
  std::string name(padded_name.substr(0, padded_name.find('\0')));
  if (invalid_utf8(name)) block.refuse("is an attribute whose name is no UTF-8");
  Hdf5Block type_block = block.part(padded(type_size), "an attribute's datatype");
  if (version > 1 && (flags & 0x01) != 0) type_block = hdf5_shared(file_, std::move(type_block), Hdf5Message::datatype);
  Hdf5Block space_block = block.part(padded(space_size), "an attribute's dataspace");
  if (version > 1 && (flags & 0x02) != 0) space_block.unsupported("is a shared dataspace");
  const Hdf5Type type = read_hdf5_type(std::move(type_block));
  const Hdf5Space space = read_hdf5_space(std::move(space_block));
  const std::uint64_t size = space.is_null ? 0 : checked_nbytes(space.shape, type.size);
  return {std::move(name), value_of(type, space, block.take(size))};
}

Value Hdf5Values::value_of(const Hdf5Type& type, const Hdf5Space& space, Bytes content) {
  if (space.is_null) return Value::none();
  if (type.is_text) return texts(space, content);
  if (type.dtype.kind() == DTypeKind::bytes && space.shape.empty())
    return document_.bytes(as_bytes(without_padding(as_text(content))));
  return array_of(type.dtype, space.shape, Region::copy_of(content));
}

Value Hdf5Values::array_of(const DType& dtype, const Shape& shape, Region elements) {
  if (file_.whole().source().native_byte_order)
    return document_.array(native_array(dtype, shape, Order::c, std::move(elements)));
  return document_.array(Array::from_region(dtype, shape, Order::c, std::move(elements)));
}

Value Hdf5Values::texts(const Hdf5Space& space, Bytes references) {
  const std::size_t size = 8 + file_.sizes().offset;
  std::vector<Value> members;
  for (; !references.empty(); references = references.subspan(size)) members.push_back(text(references.first(size)));
  return nested_list(document_, space.shape, std::move(members));
}

Value Hdf5Values::text(Bytes reference) {
  const std::size_t offset = file_.sizes().offset;
  const auto size = load_le<std::uint32_t>(reference.data());
  std::uint64_t address = 0;
  for (std::size_t i = offset; i-- > 0;) address = address << 8 | std::to_integer<std::uint64_t>(reference[4 + i]);
  const auto index = load_le<std::uint32_t>(reference.data() + 4 + offset);
  if (size == 0) return document_.str("");
  const std::string_view object = heap_object(address, index);
  if (size > object.size())
    fail(ErrorKind::malformed, "HDF5: a text of ", size, " bytes refers to ", object.size(), " in the heap at byte ",
         address);
  const std::string_view content = object.substr(0, size);
  if (invalid_utf8(content)) return document_.bytes(as_bytes(without_padding(content)));  // as a fixed text has them
  return document_.str(content);
}

std::string_view Hdf5Values::heap_object(std::uint64_t address, std::uint32_t index) {
  const auto known = collections_.find(address);
  const Collection& heap = known != collections_.end() ? known->second : collection(address);
  const auto found = heap.objects.find(index);
  if (found == heap.objects.end())
    fail(ErrorKind::malformed, "HDF5: the heap at byte ", address, " has no object ", index);
  return found->second;
}

const Hdf5Values::Collection& Hdf5Values::collection(std::uint64_t address) {
  constexpr std::string_view what = "a heap of texts";
  const std::size_t length = file_.sizes().length;
  Hdf5Block head = file_.block(address, 8 + length, what);
  head.signature("GCOL");
  head.version(1, 1);
  head.skip(3);
  const std::uint64_t size = head.length();
  collected_ += std::min(size, file_.whole().size());
  if (collected_ > file_.whole().size()) head.refuse("overlaps others");
  Hdf5Block all = file_.block(address, size, what);
  all.skip(8 + length);
  Collection& made = collections_[address];
  const Bytes content = all.take(all.left());
  made.bytes.assign(content.begin(), content.end());
  Bytes rest = made.bytes;
  const std::size_t object_head = 8 + (length + 7) / 8 * 8;
  while (rest.size() >= object_head) {
    const auto index = load_le<std::uint16_t>(rest.data());
    std::uint64_t object = 0;
    for (std::size_t i = length; i-- > 0;) object = object << 8 | std::to_integer<std::uint64_t>(rest[8 + i]);
    if (index == 0) break;  // the free space, which is last
    rest = rest.subspan(object_head);
    if (object > rest.size()) head.refuse("holds an object of ", object, " bytes where ", rest.size(), " are left");
    made.objects.emplace(index, as_text(rest.first(static_cast<std::size_t>(object))));
    rest = rest.subspan(std::min(rest.size(), (static_cast<std::size_t>(object) + 7) / 8 * 8));
  }
  return made;
}

Region Hdf5Values::filled(const Hdf5Header& header, std::uint64_t size, std::size_t element) {
  ArrayBudget& budget = file_.whole().budget();
  if (size > budget.left().bytes)
    fail(ErrorKind::limit, "HDF5: a dataset of ", size, " bytes, Limits::bytes allows ", budget.left().bytes);
  budget.take(size);
  std::optional<Bytes> fill;
  if (auto block = header.find(Hdf5Message::fill_value)) {
    const std::uint8_t version = block->u8();
    if (version < 1 || version > 3) block->unsupported("is a fill value of version ", version + 0);
    const std::uint8_t flags = version == 3 ? block->u8() : std::uint8_t{0};
    if (version < 3) block->skip(2);
    const bool defined = version == 3 ? (flags & 0x20) != 0 : block->u8() != 0 || version == 1;
    if (defined) fill = block->take(block->u32());
  } else if (auto old = header.find(Hdf5Message::old_fill_value)) {
    fill = old->take(old->u32());
  }
  Region region = Region::allocate(size);
  const MutableBytes bytes = region.mutable_bytes();
  if (!bytes.empty()) std::memset(bytes.data(), 0, bytes.size());
  if (!fill || fill->empty() || element == 0) return region;
  if (fill->size() != element)
    fail(ErrorKind::malformed, "HDF5: a fill value of ", fill->size(), " bytes for elements of ", element);
  if (std::ranges::all_of(*fill, [](std::byte byte) { return byte == std::byte{0}; })) return region;
  for (std::size_t at = 0; at < bytes.size(); at += element) std::memcpy(bytes.data() + at, fill->data(), element);
  return region;
}

Region Hdf5Values::chunked(const Hdf5Header& header, Hdf5Block layout, std::uint8_t version, const Shape& shape,
                           std::size_t element) {
  std::vector<Hdf5Filter> filters;
  if (const auto block = header.find(Hdf5Message::filters)) filters = read_hdf5_filters(*block);
  Hdf5Chunks chunks;
  if (version == 4) {
    chunks = read_hdf5_newer_chunks(file_, std::move(layout), shape, element, !filters.empty());
  } else {
    const std::uint8_t axes = layout.u8();
    const std::uint64_t root = layout.offset();
    std::vector<std::uint64_t> chunk;
    for (int axis = 0; axis + 1 < axes; ++axis) chunk.push_back(layout.u32());
    if (layout.u32() != element) layout.refuse("has chunks of other elements");
    chunks = read_hdf5_chunk_tree(file_, root, std::move(chunk), shape, element);
  }
  Region region = filled(header, checked_nbytes(shape, element), element);
  read_hdf5_chunks(file_, chunks, filters, shape, element, region.mutable_bytes());
  return region;
}

Value Hdf5Values::dataset(const Hdf5Header& header, bool is_bfloat16) {
  enum Layout : std::uint8_t { compact = 0, contiguous = 1, chunked_layout = 2, virtual_layout = 3 };
  const auto type_block = header.find(Hdf5Message::datatype);
  const auto space_block = header.find(Hdf5Message::dataspace);
  auto layout = header.find(Hdf5Message::layout);
  if (!type_block || !space_block || !layout)
    fail(ErrorKind::unsupported, "HDF5: the object at byte ", header.address(), " is neither a group nor a dataset");
  if (header.find(Hdf5Message::external_files))
    fail(ErrorKind::unsafe_reference, "HDF5: the dataset at byte ", header.address(), " lies in other files");
  Hdf5Type type = read_hdf5_type(*type_block);
  if (is_bfloat16 && type.dtype.kind() == DTypeKind::raw && type.size == 2)
    type.dtype = DType::of(DTypeKind::bfloat16, 2, ByteOrder::little);
  const Hdf5Space space = read_hdf5_space(*space_block);
  if (space.is_null) return Value::none();
  const std::uint64_t size = checked_nbytes(space.shape, type.size);
  const std::uint8_t version = layout->u8();
  if (version < 3 || version > 4) layout->unsupported("is a layout of version ", version + 0);
  Region content;
  switch (const std::uint8_t kind = layout->u8()) {
    case compact: {
      const Bytes bytes = layout->take(layout->u16());
      if (bytes.size() < size) layout->refuse("holds ", bytes.size(), " bytes of a dataset of ", size);
      return value_of(type, space, bytes.first(static_cast<std::size_t>(size)));
    }
    case contiguous: {
      const std::uint64_t address = layout->offset();
      if (layout->length() < size && address != hdf5_nowhere)
        layout->refuse("holds less than the dataset's ", size, " bytes");
      if (address == hdf5_nowhere || size == 0) {
        content = filled(header, size, type.size);
        break;
      }
      const std::uint64_t place = file_.place(address, size, "a dataset");
      if (!type.is_text && !(type.dtype.kind() == DTypeKind::bytes && space.shape.empty()))
        return document_.array(file_.whole().elements(place, type.dtype, space.shape, Order::c));
      content = file_.whole().bytes(place, size, "a dataset");
      break;
    }
    case chunked_layout:
      content = chunked(header, *layout, version, space.shape, type.size);
      break;
    case virtual_layout:
      fail(ErrorKind::unsafe_reference, "HDF5: the dataset at byte ", header.address(),
           " is put together from other files");
    default:
      layout->refuse("is a layout of class ", kind + 0);
  }
  if (type.is_text || space.shape.empty()) return value_of(type, space, content.bytes());
  return array_of(type.dtype, space.shape, std::move(content));
}

}  // namespace larder::internal
