#include "formats/tensorflow/bundle.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <unordered_map>

#include "base/checked.h"
#include "base/unicode.h"
#include "codecs/filename.h"
#include "formats/nested_list.h"
#include "formats/sibling_source.h"
#include "formats/tensorflow/crc32c.h"
#include "formats/tensorflow/slice_key.h"
#include "formats/tensorflow/table.h"
#include "formats/tensorflow/varint.h"

namespace larder::internal {

namespace {

constexpr std::string_view index_suffix = ".index";
constexpr std::uint64_t text_type = 7;

struct NumberType {
  std::uint64_t number;
  DTypeKind kind;
  std::size_t size;
};

// tensorflow/core/framework/types.proto. Quantized numbers are kept as the integers they are stored in.
constexpr NumberType number_types[] = {
    {1, DTypeKind::floating, 4},       {2, DTypeKind::floating, 8},      {3, DTypeKind::signed_int, 4},
    {4, DTypeKind::unsigned_int, 1},   {5, DTypeKind::signed_int, 2},    {6, DTypeKind::signed_int, 1},
    {8, DTypeKind::complex, 8},        {9, DTypeKind::signed_int, 8},    {10, DTypeKind::boolean, 1},
    {11, DTypeKind::signed_int, 1},    {12, DTypeKind::unsigned_int, 1}, {13, DTypeKind::signed_int, 4},
    {14, DTypeKind::bfloat16, 2},      {15, DTypeKind::signed_int, 2},   {16, DTypeKind::unsigned_int, 2},
    {17, DTypeKind::unsigned_int, 2},  {18, DTypeKind::complex, 16},     {19, DTypeKind::floating, 2},
    {22, DTypeKind::unsigned_int, 4},  {23, DTypeKind::unsigned_int, 8}, {24, DTypeKind::float8_e5m2, 1},
    {25, DTypeKind::float8_e4m3fn, 1},
};

struct Header {
  std::uint64_t shards = 0;
  ByteOrder order = ByteOrder::little;
};

Header read_header(std::string_view message) {
  Header header;
  VarintText text(message, "the header of a checkpoint");
  while (const auto field = next_field(text)) {
    if (field->number == 1) header.shards = field->value;
    if (field->number == 2 && field->value == 1) header.order = ByteOrder::big;
  }
  if (header.shards == 0 || header.shards > 100'000)
    fail(ErrorKind::malformed, "a checkpoint has 1 to 99,999 shards, not ", header.shards);
  return header;
}

// A tensor, or a slice of one.
struct Entry {
  std::uint64_t type = 0;
  Shape shape{};
  std::uint64_t shard = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
  std::vector<std::vector<SliceExtent>> slices{};  // of a tensor that is stored in slices: an extent for each axis
};

Shape read_shape(std::string_view message) {
  Shape shape;
  VarintText text(message, "the shape of a tensor");
  while (const auto field = next_field(text)) {
    if (field->number == 3 && field->value != 0) fail(ErrorKind::malformed, "a tensor of a checkpoint has no shape");
    if (field->number != 2) continue;
    VarintText axis(field->content, "an axis of a tensor");
    std::uint64_t size = 0;
    while (const auto part = next_field(axis))
      if (part->number == 1) size = part->value;
    shape.push_back(size);
  }
  static_cast<void>(checked_nbytes(shape, 16));
  return shape;
}

std::vector<SliceExtent> read_slice(std::string_view message) {
  std::vector<SliceExtent> extents;
  VarintText text(message, "a slice of a tensor");
  while (const auto field = next_field(text)) {
    if (field->number != 1) continue;
    SliceExtent extent;
    VarintText part(field->content, "an extent of a slice");
    while (const auto number = next_field(part)) {
      if (number->number == 1) extent.start = number->value;
      if (number->number == 2) extent.size = number->value;
    }
    extents.push_back(extent);
  }
  return extents;
}

Entry read_entry(std::string_view message) {
  Entry entry;
  VarintText text(message, "an entry of a checkpoint");
  while (const auto field = next_field(text)) {
    switch (field->number) {
      case 1:
        entry.type = field->value;
        break;
      case 2:
        entry.shape = read_shape(field->content);
        break;
      case 3:
        entry.shard = field->value;
        break;
      case 4:
        entry.offset = field->value;
        break;
      case 5:
        entry.size = field->value;
        break;
      case 6:
        entry.crc = static_cast<std::uint32_t>(field->value);
        break;
      case 7:
        entry.slices.push_back(read_slice(field->content));
        break;
      default:
        break;  // of newer versions
    }
  }
  return entry;
}

class Bundle {
 public:
  Bundle(WholeSource& index, Document& document) : index_(index), source_(index.source()), document_(document) {}

  Value read() {
    std::vector<TableEntry> entries = read_table(index_);
    if (entries.empty() || !entries.front().key.empty())
      fail(ErrorKind::malformed, "the index of a checkpoint has no header");
    header_ = read_header(entries.front().value);
    for (const TableEntry& entry : entries)
      if (is_slice_key(entry.key)) slices_[entry.key] = entry.value;
    const Value root = document_.dict();
    for (std::size_t i = 1; i < entries.size(); ++i) {
      if (is_slice_key(entries[i].key) || !index_.wants(entries[i].key)) continue;
      try {
        document_.insert(root, document_.str(entries[i].key), tensor(entries[i].key, read_entry(entries[i].value)));
      } catch (Error& error) {
        if (!error.has_place()) error.at(join("tensor ", internal::quoted(entries[i].key)));
        throw;
      }
    }
    return root;
  }

 private:
  Value tensor(const std::string& key, const Entry& entry) {
    if (invalid_utf8(key)) fail(ErrorKind::malformed, "a tensor's name is no UTF-8");
    if (!entry.slices.empty()) return document_.array(joined(key, entry));
    return entry.type == text_type ? texts(entry) : document_.array(numbers(entry));
  }

  DType dtype_of(const Entry& entry) const {
    const auto found = std::ranges::find(number_types, entry.type, &NumberType::number);
    if (found == std::ranges::end(number_types))
      fail(ErrorKind::unsupported, "tensors of TensorFlow's type ", entry.type, " are not read");
    return DType::of(found->kind, found->size, header_.order);
  }

  Array numbers(const Entry& entry) {
    const DType dtype = dtype_of(entry);
    if (checked_nbytes(entry.shape, dtype.itemsize()) != entry.size) {
      fail(ErrorKind::malformed, "a tensor of ", entry.size, " bytes has a shape of ",
           checked_nbytes(entry.shape, dtype.itemsize()));
    }
    WholeSource& shard = open_shard(entry.shard);
    Array array = shard.elements(entry.offset, dtype, entry.shape, Order::c);
    const bool passed_over = source_.choice != nullptr;  // what stands in has no content yet
    if (!passed_over && (!array.mapped() || source_.verify)) verify(entry, array);
    return array;
  }

  void verify(const Entry& entry, const Array& array) const {
    constexpr std::uint64_t most_bytes = std::uint64_t{1} << 20;
    const std::uint64_t step = most_bytes / array.dtype().itemsize();
    const bool is_swapped = array.dtype().order() != dtype_of(entry).order();
    std::vector<std::byte> bytes;
    std::uint32_t crc = 0;
    // In pieces that are copied: mapped pages may vanish.
    for (std::uint64_t first = 0; first < array.size(); first += step) {
      const std::uint64_t count = std::min(step, array.size() - first);
      bytes.resize(static_cast<std::size_t>(count) * array.dtype().itemsize());
      array.copy_elements(first, count, Order::c, bytes);
      if (is_swapped) swap_bytes(bytes.data(), static_cast<std::size_t>(count), array.dtype());
      crc = crc32c(bytes, crc);
    }
    require_checksum(entry, crc);
  }

  static void require_checksum(const Entry& entry, std::uint32_t found) {
    if (masked_crc32c(found) == entry.crc) return;
    fail(ErrorKind::checksum, "the checksum of a tensor is ", hex(masked_crc32c(found), 8), ", stored is ",
         hex(entry.crc, 8));
  }

  // All lengths, their checksum, then the texts.
  Value texts(const Entry& entry) {
    const Region region = open_shard(entry.shard).bytes(entry.offset, entry.size, "the texts of a tensor");
    std::string content(region.size(), '\0');
    region.read(0, std::as_writable_bytes(std::span(content)));
    VarintText text(content, "a tensor of texts");
    const std::uint64_t count = checked_nbytes(entry.shape, 1);
    if (count > content.size())
      fail(ErrorKind::malformed, "a tensor of ", count, " texts has ", content.size(), " bytes");
    std::vector<std::uint64_t> sizes;
    std::uint32_t crc = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      sizes.push_back(text.varint());
      // Lengths beyond 32 bits count with 64.
      std::array<std::byte, 8> number;
      store_le(number.data(), sizes.back());
      crc = crc32c(Bytes(number).first(sizes.back() > 0xffff'ffff ? 8 : 4), crc);
    }
    const std::uint32_t stored = text.fixed32();
    if (masked_crc32c(crc) != stored)
      fail(ErrorKind::checksum, "the checksum of the lengths of a tensor's texts is wrong");
    std::array<std::byte, 4> word;
    store_le(word.data(), stored);
    crc = crc32c(word, crc);
    std::vector<Value> members;
    for (const std::uint64_t size : sizes) {
      const Bytes bytes = as_bytes(text.take(size));
      crc = crc32c(bytes, crc);
      members.push_back(document_.bytes(bytes));
    }
    if (!text.empty()) fail(ErrorKind::malformed, "a tensor of texts has more bytes than its texts");
    require_checksum(entry, crc);
    return nested_list(document_, entry.shape, std::move(members));
  }

  // A tensor that is stored in slices, put together in memory.
  Array joined(const std::string& key, const Entry& entry) {
    const DType dtype = dtype_of(entry);
    const std::uint64_t size = checked_nbytes(entry.shape, dtype.itemsize());
    ArrayBudget& budget = index_.budget();
    if (size > budget.left().bytes)
      fail(ErrorKind::limit, "a tensor in slices needs ", size, " bytes, Limits::bytes allows ", budget.left().bytes);
    budget.take(size);
    Array whole;
    std::uint64_t placed = 0;
    for (const std::vector<SliceExtent>& slice : entry.slices) {
      const auto found = slices_.find(slice_key(key, slice));
      if (found == slices_.end()) fail(ErrorKind::malformed, "a slice of a tensor is missing in the index");
      const Entry part = read_entry(found->second);
      if (part.type != entry.type || !part.slices.empty()) fail(ErrorKind::malformed, "a slice of a tensor is none");
      const Array content = numbers(part);
      if (placed == 0) whole = Array::allocate(content.dtype(), entry.shape);
      place(content, slice, whole);
      placed += content.size();
    }
    // Slices do not overlap in files that are real; in others some elements would have no content.
    if (placed != whole.size() || placed * dtype.itemsize() != size)
      fail(ErrorKind::malformed, "the slices of a tensor are not all of it");
    return whole;
  }

  static void place(const Array& content, const std::vector<SliceExtent>& slice, Array& whole) {
    const Shape& shape = whole.shape();
    const std::size_t axes = shape.size();
    bool fits = slice.size() == axes && content.shape().size() == axes && axes != 0;
    for (std::size_t axis = 0; fits && axis < axes; ++axis) {
      const std::uint64_t size = slice[axis].size.value_or(shape[axis]);
      fits =
          size == content.shape()[axis] && slice[axis].start <= shape[axis] && size <= shape[axis] - slice[axis].start;
    }
    if (!fits) fail(ErrorKind::malformed, "a slice of a tensor lies outside of it");
    const std::uint64_t row = content.shape().back();
    std::vector<std::byte> bytes(static_cast<std::size_t>(row) * content.dtype().itemsize());
    Shape index(axes, 0);
    for (std::uint64_t first = 0; first < content.size(); first += row) {
      content.copy_elements(first, row, Order::c, bytes);
      std::uint64_t to = 0;
      for (std::size_t axis = 0; axis < axes; ++axis) to = to * shape[axis] + slice[axis].start + index[axis];
      std::ranges::copy(bytes,
                        whole.mutable_bytes().begin() + static_cast<std::ptrdiff_t>(to * content.dtype().itemsize()));
      for (std::size_t axis = axes - 1; axis-- > 0;) {
        if (++index[axis] < content.shape()[axis]) break;
        index[axis] = 0;
      }
    }
  }

  WholeSource& open_shard(std::uint64_t number) {
    if (number >= header_.shards) fail(ErrorKind::malformed, "a tensor lies in shard ", number, " of ", header_.shards);
    if (const auto open = shards_.find(number); open != shards_.end()) return open->second.whole();
    return shards_.try_emplace(number, index_, shard_name(number)).first->second.whole();
  }

  std::string shard_name(std::uint64_t number) const {
    const std::string_view name = without_codec(source_.name);
    if (!name.ends_with(index_suffix))
      fail(ErrorKind::unsupported,
           "a checkpoint's index is called NAME.index, for its tensors lie in files called NAME too");
    const std::string_view stem = name.substr(0, name.size() - index_suffix.size());
    const auto five = [](std::uint64_t value) {
      const std::string digits = std::to_string(value);
      return std::string(5 - std::min<std::size_t>(digits.size(), 5), '0') + digits;
    };
    return join(stem, ".data-", five(number), "-of-", five(header_.shards));
  }

  WholeSource& index_;
  const ReadSource& source_;
  Document& document_;
  Header header_;
  std::unordered_map<std::string, std::string> slices_;  // entries by slice_key
  std::map<std::uint64_t, SiblingSource> shards_;
};

}  // namespace

Value read_bundle(WholeSource& index, Document& document) {
  const Value root = Bundle(index, document).read();
  if (index.source().verify) index.tell_verified("CRC-32C");
  return root;
}

}  // namespace larder::internal
