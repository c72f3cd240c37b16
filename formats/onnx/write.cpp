#include "formats/onnx/write.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "document/walk.h"
#include "formats/elements.h"
#include "formats/onnx/cut.h"
#include "formats/onnx/elements.h"

namespace larder::internal {

namespace {

constexpr std::uint64_t most_bytes = (std::uint64_t{1} << 31) - 1;
constexpr std::uint64_t alignment = 64;
constexpr std::uint64_t external = 1;

// What a tensor is to be.
struct NewTensor {
  const OnnxType* type = nullptr;
  Shape shape{};
  Array stored{};  // little-endian, in the layout of the file
};

// Bytes of the file, and what stands there instead.
struct Piece {
  WireRange replaced;
  std::string text;
  std::optional<Array> elements{};  // behind the text

  std::uint64_t size() const { return text.size() + (elements ? elements->nbytes() : 0); }
};

[[noreturn]] void refuse_tensor(const std::string& key, std::string_view why) {
  fail(ErrorKind::unsupported, "the tensor ", internal::quoted(key), " cannot be written: ", why);
}

NewTensor packed_tensor(Value value, const std::string& key) {
  const auto part = [&](std::string_view name, ValueKind kind) {
    const auto found = value.find(name);
    if (!found || !found->is(kind)) refuse_tensor(key, join("it has no ", name));
    return *found;
  };
  NewTensor made{.type = onnx_type_named(part("dtype", ValueKind::str).as_str())};
  if (made.type == nullptr || !made.type->is_packed()) refuse_tensor(key, "its dtype is none that is packed");
  const Value shape = part("shape", ValueKind::list);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!shape[i].is(ValueKind::integer) || !shape[i].fits_int64() || shape[i].as_int() < 0)
      refuse_tensor(key, "its shape is none");
    made.shape.push_back(static_cast<std::uint64_t>(shape[i].as_int()));
  }
  made.stored = part("packed", ValueKind::array).as_array();
  if (made.stored.dtype() != DType::of<std::uint8_t>() || made.stored.shape() != made.type->stored_shape(made.shape))
    refuse_tensor(key, "its bytes are not those of its shape");
  return made;
}

NewTensor new_tensor(Value value, const std::string& key) {
  if (value.is(ValueKind::dict)) return packed_tensor(value, key);
  if (!value.is(ValueKind::array)) refuse_tensor(key, join("a ", name_of(value.kind()), " is no array"));
  const Array& array = value.as_array();
  const OnnxType* const type = onnx_type(array.dtype());
  if (type == nullptr) refuse_tensor(key, join("ONNX has no dtype ", array.dtype().name()));
  return {type, array.shape(), array.dtype().order() == ByteOrder::big ? array.byte_swapped() : array};
}

// The fields of a tensor that do not say what it holds.
std::string kept_fields(WholeSource& whole, const OnnxTensor& tensor) {
  constexpr auto replaced = std::to_array<std::uint32_t>(
      {onnx_dims, onnx_data_type, 4, 5, 6, 7, 9, 10, 11, onnx_external_data, onnx_data_location});
  std::string kept;
  WireFields fields(whole, tensor.field.range);
  while (const auto field = fields.next()) {
    if (std::ranges::find(replaced, field->number) != replaced.end()) continue;
    const std::size_t size = kept.size();
    kept.resize(size + static_cast<std::size_t>(field->whole.size));
    whole.read(field->whole.offset, std::as_writable_bytes(std::span(kept)).subspan(size), "a tensor");
  }
  return kept;
}

std::string type_fields(const NewTensor& tensor) {
  std::string fields;
  for (const std::uint64_t size : tensor.shape) append_number(fields, onnx_dims, size);
  append_number(fields, onnx_data_type, tensor.type->number);
  return fields;
}

// Elements in a file beside, one after another.
class ExternalData {
 public:
  explicit ExternalData(const WriteOptions& options) : options_(options), name_(std::string(options.name) + ".data") {}

  // Where the elements will be: fields of a tensor.
  std::string add(Array elements) {
    if (!options_.create_sibling || options_.name.empty())
      fail(ErrorKind::unsupported, "the model has tensors in a file beside it: write it to a path");
    const std::uint64_t offset = (end_ + alignment - 1) / alignment * alignment;
    end_ = offset + elements.nbytes();
    std::string fields;
    for (const auto& [key, value] : {std::pair<std::string_view, std::string>{"location", name_},
                                     {"offset", std::to_string(offset)},
                                     {"length", std::to_string(elements.nbytes())}}) {
      std::string entry;
      append_bytes(entry, 1, key);
      append_bytes(entry, 2, value);
      append_bytes(fields, onnx_external_data, entry);
    }
    append_number(fields, onnx_data_location, external);
    elements_.push_back(std::move(elements));
    return fields;
  }

  void write() const {
    if (elements_.empty()) return;
    Writer& writer = options_.create_sibling(name_);
    constexpr std::array<std::byte, alignment> zeros{};
    std::uint64_t at = 0;
    for (const Array& elements : elements_) {
      const std::uint64_t gap = (alignment - at % alignment) % alignment;
      writer.write(Bytes(zeros).first(static_cast<std::size_t>(gap)));
      write_elements(elements, Order::c, writer);
      at += gap + elements.nbytes();
    }
  }

 private:
  const WriteOptions& options_;
  std::string name_;
  std::uint64_t end_ = 0;
  std::vector<Array> elements_;
};

class ModelWriter {
 public:
  ModelWriter(Value value, const WriteOptions& options)
      : value_(value),
        reader_(model_in(value)),
        source_{.reader = reader_, .limits = limits_, .native_byte_order = false, .mapped_file = nullptr, .warn = {}},
        whole_(source_),
        model_(read_onnx_model(whole_, scratch_)),
        external_(options) {
    if (!std::ranges::equal(plain_ranges(model_), reader_.cuts(), [](const WireRange& a, const WireRange& b) {
          return a.offset == b.offset && a.size == b.size;
        })) {
      fail(ErrorKind::unsupported, "the \"model\" of an ONNX file was cut elsewhere than its tensors are");
    }
    require_outline();
    require_keys();
  }

  void write(Writer& writer) {
    for (const OnnxSlot& slot : model_.slots) plan(slot);
    plan_messages();
    std::ranges::sort(pieces_, {}, [](const Piece& piece) { return piece.replaced.offset; });
    require_size();
    external_.write();
    std::uint64_t at = 0;
    for (const Piece& piece : pieces_) {
      copy({at, piece.replaced.offset - at}, writer);
      writer.write(as_bytes(piece.text));
      if (piece.elements) write_elements(*piece.elements, Order::c, writer);
      at = piece.replaced.end();
    }
    copy({at, whole_.size() - at}, writer);
  }

 private:
  static Value model_in(Value value) {
    const auto model = value.is(ValueKind::dict) ? value.find("model") : std::nullopt;
    return model.value_or(Value::none());
  }

  Value section(std::string_view name) const {
    const auto found = value_.find(name);
    if (!found || !found->is(ValueKind::dict)) fail(ErrorKind::unsupported, "an ONNX model has a dict of its ", name);
    return *found;
  }

  // What stands in the document beside the tensors is what stands in the model.
  void require_outline() const {
    const auto is_section = [](std::string_view key) {
      return key == onnx_initializers || key == onnx_constants || key == "model";
    };
    for (std::size_t i = 0; i < value_.size(); ++i) {
      const Value key = value_.key(i);
      if (key.is(ValueKind::str) && is_section(key.as_str())) continue;
      const auto read = model_.outline.find(key);
      if (!read || !equal(*read, value_.value(i))) {
        fail(ErrorKind::unsupported, "of an ONNX model only tensors can be changed, not ",
             key.is(ValueKind::str) ? internal::quoted(key.as_str()) : "what has no name");
      }
    }
    if (value_.size() != model_.outline.size() + 1)  // "model" is not in the outline
      fail(ErrorKind::unsupported, "of an ONNX model only tensors can be changed, nothing be left out");
  }

  void require_keys() const {
    for (const std::string_view name : {onnx_initializers, onnx_constants}) {
      std::set<std::string_view> known;
      for (const OnnxSlot& slot : model_.slots)
        if (slot.section == name) known.insert(slot.key);
      const Value dict = section(name);
      for (std::size_t i = 0; i < dict.size(); ++i) {
        if (!dict.key(i).is(ValueKind::str) || !known.contains(dict.key(i).as_str()))
          fail(ErrorKind::unsupported, "the model has no tensor for one of the ", name, ": ",
               dict.key(i).is(ValueKind::str) ? internal::quoted(dict.key(i).as_str()) : "its name is no str");
      }
    }
    for (const OnnxSparse& sparse : model_.sparse) require_sparse(sparse);
  }

  void require_sparse(const OnnxSparse& sparse) const {
    const Value dict = value_of(sparse.section, sparse.key);
    const auto part = [&](std::string_view name, ValueKind kind) {
      const auto found = dict.is(ValueKind::dict) ? dict.find(name) : std::nullopt;
      if (!found || !found->is(kind)) refuse_tensor(sparse.key, join("it has no ", name));
      return *found;
    };
    const Value shape = part("shape", ValueKind::list);
    bool same = shape.size() == sparse.shape.size();
    for (std::size_t i = 0; same && i < sparse.shape.size(); ++i)
      same = equal(shape[i], Value::integer(static_cast<std::int64_t>(sparse.shape[i])));
    if (!same) refuse_tensor(sparse.key, "a sparse tensor keeps its shape");
    const Array& values = part("values", ValueKind::array).as_array();
    const Array& indices = part("indices", ValueKind::array).as_array();
    if (!fits_sparse(values.shape(), indices.shape(), sparse.shape) ||
        indices.dtype().to_native() != DType::of<std::int64_t>())
      refuse_tensor(sparse.key, "its indices do not fit its values");
  }

  Value value_of(std::string_view section_name, const std::string& key) const {
    const auto found = section(section_name).find(key);
    if (!found) refuse_tensor(key, "it is missing");
    return *found;
  }

  Value value_of(const OnnxSlot& slot) const {
    const Value value = value_of(slot.section, slot.key);
    if (slot.part.empty()) return value;
    const auto part = value.find(slot.part);
    if (!part) refuse_tensor(slot.key, join("it has no ", slot.part));
    return *part;
  }

  void plan(const OnnxSlot& slot) {
    const Value value = value_of(slot);
    const OnnxTensor& old = slot.tensor;
    const bool is_listed = old.place == OnnxTensor::Place::listed;
    if (old.type->is_text()) {
      if (!equal(elements().read(old), value)) refuse_tensor(slot.key, "texts cannot be replaced");
      return;
    }
    NewTensor tensor = new_tensor(value, slot.key);
    const bool same_type = tensor.type == old.type && tensor.shape == old.shape;
    if (same_type && old.place == OnnxTensor::Place::nowhere) return;
    if (same_type && old.place == OnnxTensor::Place::plain) {
      pieces_.push_back({old.data, "", std::move(tensor.stored)});
      return;
    }
    if (same_type && is_listed && new_tensor(elements().read(old), slot.key).stored.identical(tensor.stored)) return;
    replace(slot, std::move(tensor));
  }

  // The whole message anew.
  void replace(const OnnxSlot& slot, NewTensor tensor) {
    const OnnxTensor& old = slot.tensor;
    std::string content = type_fields(tensor) + kept_fields(whole_, old);
    std::uint64_t behind = 0;
    if (old.place == OnnxTensor::Place::external) {
      content += external_.add(std::move(tensor.stored));
    } else {
      behind = tensor.stored.nbytes();
      append_bytes_header(content, static_cast<std::uint32_t>(OnnxField::raw), behind);
    }
    Piece piece{old.field.whole, "", {}};
    append_bytes_header(piece.text, old.field.number, content.size() + behind);
    piece.text += content;
    if (old.place != OnnxTensor::Place::external) piece.elements = std::move(tensor.stored);
    grow(slot.around, piece);
    pieces_.push_back(std::move(piece));
  }

  void grow(std::size_t message, const Piece& piece) {
    const auto growth = static_cast<std::int64_t>(piece.size()) - static_cast<std::int64_t>(piece.replaced.size);
    if (message != OnnxMessage::none && growth != 0) growth_[message] += growth;
  }

  // New lengths of the messages around what has another size now. Inner ones have greater numbers.
  void plan_messages() {
    while (!growth_.empty()) {
      const auto [number, growth] = *growth_.rbegin();
      growth_.erase(std::prev(growth_.end()));
      if (growth == 0) continue;
      const OnnxMessage& message = model_.messages[number];
      const WireField& field = message.field;
      Piece head{{field.whole.offset, field.whole.size - field.range.size}, "", {}};
      append_bytes_header(head.text, field.number,
                          static_cast<std::uint64_t>(static_cast<std::int64_t>(field.range.size) + growth));
      grow(message.around, head);
      if (message.around != OnnxMessage::none) growth_[message.around] += growth;
      pieces_.push_back(std::move(head));
    }
  }

  void require_size() const {
    std::uint64_t size = whole_.size();
    for (const Piece& piece : pieces_) size += piece.size() - piece.replaced.size;
    if (size > most_bytes) {
      fail(ErrorKind::unsupported, "an ONNX file of ", size,
           " bytes cannot be read: protocol buffers end at 2 GiB; put tensors "
           "into external data");
    }
  }

  void copy(WireRange range, Writer& writer) {
    std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(range.size, 64 * 1024)));
    while (range.size != 0) {
      const MutableBytes part(buffer.data(),
                              static_cast<std::size_t>(std::min<std::uint64_t>(range.size, buffer.size())));
      whole_.read(range.offset, part, "the model");
      writer.write(part);
      range = {range.offset + part.size(), range.size - part.size()};
    }
  }

  OnnxElements elements() { return {whole_, scratch_}; }

  Value value_;
  Limits limits_;
  CutReader reader_;
  ReadSource source_;
  WholeSource whole_;
  Document scratch_;
  OnnxModel model_;
  ExternalData external_;
  std::vector<Piece> pieces_;
  std::map<std::size_t, std::int64_t> growth_;  // of messages' contents
};

}  // namespace

void write_onnx(Value value, Writer& writer, const WriteOptions& options) { ModelWriter(value, options).write(writer); }

}  // namespace larder::internal
