#include "formats/hdf5/writer.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/checked.h"
#include "formats/elements.h"
#include "formats/hdf5/plan.h"
#include "formats/hdf5/symbol_table.h"
#include "formats/hdf5/text_heap.h"
#include "formats/hdf5/tree.h"

namespace larder::internal {

namespace {

constexpr std::uint64_t superblock_size = 96;
constexpr std::uint64_t data_alignment = 64;
constexpr std::size_t largest_message = 64'512;  // of an attribute in a header

enum class Message : std::uint16_t {
  dataspace = 0x01,
  datatype = 0x03,
  fill_value = 0x05,
  layout = 0x08,
  attribute = 0x0c,
  symbol_table = 0x11,
};

// The single numbers of Python as arrays without axes.
std::optional<Array> scalar_array(Value value) {
  const auto one = [](const auto& number) { return Array::copy_of(std::span(&number, 1), {}); };
  switch (value.kind()) {
    case ValueKind::boolean:
      return one(value.as_bool());
    case ValueKind::integer:
      if (!value.fits_int64()) return std::nullopt;
      return one(value.as_int());
    case ValueKind::floating:
      return one(value.as_float());
    case ValueKind::complex:
      return one(value.as_complex());
    default:
      return std::nullopt;
  }
}

// The texts of nested lists, all of one length on each axis; nothing for anything else.
struct Texts {
  Shape shape;
  std::vector<std::string_view> texts;
};

std::optional<Texts> texts_of(Value value) {
  Texts found;
  std::vector<Value> level = {value};
  while (!level.empty() && level.front().is(ValueKind::list)) {
    const std::size_t size = level.front().size();
    const bool even =
        std::ranges::all_of(level, [&](Value list) { return list.is(ValueKind::list) && list.size() == size; });
    if (!even || found.shape.size() == 32) return std::nullopt;
    found.shape.push_back(size);
    std::vector<Value> members;
    for (const Value list : level)
      for (std::size_t i = 0; i < size; ++i) members.push_back(list[i]);
    level = std::move(members);
  }
  for (const Value text : level) {
    if (!text.is(ValueKind::str)) return std::nullopt;
    found.texts.push_back(text.as_str());
  }
  return found;
}

}  // namespace

class Hdf5Writer::File {
 public:
  explicit File(Value root) : plan_(root) {
    out_.zeros(superblock_size);
    for (Hdf5Node* const node : plan_.nodes()) {
      try {
        append(*node);
      } catch (Error& error) {
        if (!error.has_place()) error.at(join("HDF5 object ", internal::quoted(node->path)));
        throw;
      }
    }
    heap_.append_to(out_);
    place_data();
  }

  std::uint64_t size() const noexcept { return end_; }

  void write(Writer& writer) const {
    writer.write(as_bytes(superblock()));
    writer.write(as_bytes(std::string_view(out_.bytes()).substr(superblock_size)));
    std::uint64_t at = out_.size();
    for (const Data& data : data_) {
      static constexpr std::array<std::byte, data_alignment> zeros{};
      writer.write(Bytes(zeros).first(static_cast<std::size_t>(data.address - at)));
      write_elements(data.array, Order::c, writer);
      at = data.address + data.array.nbytes();
    }
  }

 private:
  // The elements of a dataset, and where its header says where they are.
  struct Data {
    Array array;
    std::uint64_t reference;
    std::uint64_t address = 0;
  };

  // What a dataset or attribute is: messages, and the bytes of texts.
  struct Content {
    std::string type{};
    std::string space{};
    std::optional<Array> array{};
    std::vector<std::string_view> texts{};
    std::string fixed{};
  };

  static Content content_of(Value value) {
    if (value.is_none()) return {hdf5_type_message(DType::of<float>()), hdf5_space_message({.is_null = true})};
    if (value.is(ValueKind::bytes)) {
      // HDF5 has no text of no bytes: one NUL is padding.
      std::string fixed(as_text(value.as_bytes()));
      if (fixed.empty()) fixed.push_back('\0');
      return {hdf5_type_message(DType::of(DTypeKind::bytes, fixed.size())), hdf5_space_message({}), {}, {}, fixed};
    }
    std::optional<Array> array = scalar_array(value);
    if (value.is(ValueKind::array)) array = value.as_array();
    if (array) {
      const Hdf5Space space{.shape = array->shape()};
      return {hdf5_type_message(array->dtype()), hdf5_space_message(space), std::move(array)};
    }
    std::optional<Texts> texts = texts_of(value);
    if (!texts) fail(ErrorKind::unsupported, "HDF5 files hold no ", name_of(value.kind()), " such as this");
    return {hdf5_text_message(), hdf5_space_message({.shape = texts->shape}), {}, std::move(texts->texts)};
  }

  void append(Hdf5Node& node) {
    Hdf5SymbolTable table;
    Content content;
    std::uint64_t texts_at = hdf5_nowhere;
    if (!node.is_group) {
      content = content_of(node.value);
      texts_at = append_texts(content);
    } else {
      std::vector<Hdf5Member> members;
      for (const auto& [name, member] : node.members) members.push_back({name, member->header});
      table = append_hdf5_symbols(out_, std::move(members));
    }
    out_.align(8);
    node.header = out_.size();
    count_ = 0;
    out_.u8(1).u8(0).u16(0).u32(node.links).u32(0).zeros(4);
    const std::uint64_t first = out_.size();
    if (node.is_group)
      message(Message::symbol_table, Hdf5Encoder().u64(table.tree).u64(table.heap).bytes());
    else
      append_dataset(content, texts_at);
    append_attributes(node);
    // Version, a reserved byte and the number of messages share 8 bytes with the number of links.
    if (count_ > 0xffff || out_.size() - first > 0xffff'ffff)
      fail(ErrorKind::unsupported, "HDF5 objects have up to 65,535 attributes");
    out_.patch(node.header, 1 | count_ << 16 | std::uint64_t{node.links} << 32);
    out_.patch(node.header + 8, out_.size() - first);
  }

  // Appends a message; returns where its content begins.
  std::uint64_t message(Message type, std::string_view content) {
    const std::uint64_t size = (content.size() + 7) / 8 * 8;
    out_.u16(static_cast<std::uint64_t>(type)).u16(size).zeros(4);
    const std::uint64_t at = out_.size();
    out_.text(content).zeros(size - content.size());
    ++count_;
    return at;
  }

  // The bytes of texts, or what refers to them, in front of the header of the dataset they belong to; where they are.
  std::uint64_t append_texts(const Content& content) {
    if (content.texts.empty() && content.fixed.empty()) return hdf5_nowhere;
    out_.align(8);
    const std::uint64_t at = out_.size();
    out_.text(content.fixed);
    for (const std::string_view text : content.texts) heap_.refer(text, out_);
    return at;
  }

  void append_dataset(const Content& content, std::uint64_t texts_at) {
    constexpr std::string_view no_fill_value("\x02\x02\x02\x01\0\0\0\0", 8);
    message(Message::dataspace, content.space);
    message(Message::datatype, content.type);
    message(Message::fill_value, no_fill_value);
    const std::uint64_t size =
        content.array ? content.array->nbytes() : content.fixed.size() + 16 * content.texts.size();
    const std::uint64_t layout = message(Message::layout, Hdf5Encoder().u8(3).u8(1).u64(texts_at).u64(size).bytes());
    if (content.array && size != 0) data_.push_back({*content.array, layout + 2});
  }

  void append_attributes(const Hdf5Node& node) {
    std::set<std::string_view> written;
    for (const Value attributes : node.attributes) {
      for (std::size_t i = 0; i < attributes.size(); ++i) {
        if (!attributes.key(i).is(ValueKind::str)) fail(ErrorKind::unsupported, "an HDF5 attribute's name is a str");
        const std::string_view name = attributes.key(i).as_str();
        if (written.insert(name).second) append_attribute(name, attributes.value(i));
      }
    }
    const bool is_bfloat16 =
        node.value.is(ValueKind::array) && node.value.as_array().dtype().kind() == DTypeKind::bfloat16;
    if (!is_bfloat16 || written.contains("dtype")) return;
    Document document;
    append_attribute("dtype", document.str("bfloat16"));
  }

  void append_attribute(std::string_view name, Value value) {
    if (name.empty() || name.find('\0') != std::string_view::npos)
      fail(ErrorKind::unsupported, "an HDF5 attribute cannot be called ", internal::quoted(name));
    const Content content = content_of(value);
    Hdf5Encoder body;
    body.u8(1).u8(0).u16(name.size() + 1).u16(content.type.size()).u16(content.space.size());
    body.text(name).zeros(1).align(8).text(content.type).align(8).text(content.space).align(8).text(content.fixed);
    const std::uint64_t begins_at = out_.size() + 8;
    for (const std::string_view text : content.texts) heap_.refer(text, body, begins_at);
    const std::uint64_t bytes = content.array ? content.array->nbytes() : 0;
    if (body.size() + bytes > largest_message) {
      fail(ErrorKind::unsupported, "HDF5 attributes hold up to ", largest_message, " bytes; ", internal::quoted(name),
           " has ", body.size() + bytes);
    }
    if (content.array && bytes != 0) {
      const Array packed = content.array->copy(Order::c);
      body.text(as_text(packed.bytes()));
    }
    message(Message::attribute, body.bytes());
  }

  void place_data() {
    std::uint64_t end = out_.size();
    for (Data& data : data_) {
      const auto start = checked_add(end, (data_alignment - end % data_alignment) % data_alignment);
      const auto after = start ? checked_add(*start, data.array.nbytes()) : std::nullopt;
      if (!after || *after > std::uint64_t{1} << 62)
        fail(ErrorKind::unsupported, "an HDF5 file of more than 2^62 bytes");
      data.address = *start;
      out_.patch(data.reference, *start);
      end = *after;
    }
    end_ = end;
  }

  std::string superblock() const {
    Hdf5Encoder head;
    head.text(hdf5_signature).zeros(5).u8(8).u8(8).u8(0).u16(hdf5_leaf_k).u16(hdf5_internal_k).u32(0);
    head.u64(0).u64(hdf5_nowhere).u64(end_).u64(hdf5_nowhere);
    head.u64(0).u64(plan_.nodes().back()->header).zeros(24);
    return head.bytes();
  }

  Hdf5Plan plan_;
  Hdf5Encoder out_;
  Hdf5TextHeap heap_;
  std::uint64_t count_ = 0;  // messages of the header that is being made
  std::uint64_t end_ = 0;
  std::vector<Data> data_;
};

Hdf5Writer::Hdf5Writer(Value root) : file_(std::make_unique<File>(root)) {}
Hdf5Writer::~Hdf5Writer() = default;
std::uint64_t Hdf5Writer::size() const noexcept { return file_->size(); }
void Hdf5Writer::write(Writer& writer) const { file_->write(writer); }

}  // namespace larder::internal
