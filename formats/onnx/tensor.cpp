#include "formats/onnx/tensor.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/checked.h"
#include "base/text.h"

namespace larder::internal {

namespace {

constexpr std::uint64_t most_axes = 64;
constexpr std::uint64_t is_external = 1;

// Reads the fields of one message.
class TensorParser {
 public:
  TensorParser(WholeSource& whole, const WireField& field) : whole_(whole) { tensor_.field = field; }

  OnnxTensor parse() {
    WireFields fields(whole_, message_of(tensor_.field));
    while (const auto field = fields.next()) take(*field);
    tensor_.type = onnx_type(type_);
    if (tensor_.type == nullptr) fail(ErrorKind::unsupported, "tensors of ONNX's type ", type_, " are not known");
    settle_place();
    return std::move(tensor_);
  }

 private:
  void take(const WireField& field) {
    switch (field.number) {
      case onnx_dims:
        for_each_number(whole_, field, WireType::varint, [this](std::uint64_t size) { add_axis(size); });
        break;
      case onnx_data_type:
        type_ = number_of(field);
        break;
      case onnx_segment:
        fail(ErrorKind::unsupported, "a tensor of ONNX that is only a segment of one");
      case onnx_tensor_name:
        tensor_.name = text_of(whole_, field);
        break;
      case onnx_external_data:
        add_external(field);
        break;
      case onnx_data_location:
        location_ = number_of(field);
        break;
      case static_cast<std::uint32_t>(OnnxField::raw):
        if (raw_) fail(ErrorKind::malformed, "a tensor has raw data twice");
        raw_ = message_of(field);
        break;
      case static_cast<std::uint32_t>(OnnxField::floats):
      case static_cast<std::uint32_t>(OnnxField::int32s):
      case static_cast<std::uint32_t>(OnnxField::texts):
      case static_cast<std::uint32_t>(OnnxField::int64s):
      case static_cast<std::uint32_t>(OnnxField::doubles):
      case static_cast<std::uint32_t>(OnnxField::uint64s):
        add_listed(field);
        break;
      default:
        break;  // a documentation, or of newer versions
    }
  }

  void add_axis(std::uint64_t size) {
    if (!checked_cast<std::int64_t>(size)) fail(ErrorKind::malformed, "an axis of a tensor has a negative size");
    if (tensor_.shape.size() == most_axes) fail(ErrorKind::limit, "a tensor has more than ", most_axes, " axes");
    tensor_.shape.push_back(size);
  }

  void add_listed(const WireField& field) {
    const bool is_bytes = field.type == WireType::bytes;
    if (is_bytes && field.range.size == 0 && field.number != static_cast<std::uint32_t>(OnnxField::texts)) return;
    if (listed_ != 0 && listed_ != field.number)
      fail(ErrorKind::malformed, "a tensor has its elements in the fields ", listed_, " and ", field.number);
    listed_ = field.number;
    packed_ = ++listed_fields_ == 1 && is_bytes ? std::optional(field.range) : std::nullopt;
    tensor_.listed_size += field.whole.size;
  }

  std::uint64_t number_in(std::string_view text, std::string_view what) const {
    std::uint64_t number = 0;
    if (text.empty() || !is_made_of(text, decimal_digits)) {
      fail(ErrorKind::malformed, "the ", what, " of a tensor's external data is ", internal::quoted(text));
    }
    for (const char digit : text) {
      const auto tenfold = checked_mul<std::uint64_t>(number, 10);
      const auto next =
          tenfold ? checked_add<std::uint64_t>(*tenfold, static_cast<std::uint64_t>(digit - '0')) : tenfold;
      if (!next) fail(ErrorKind::malformed, "the ", what, " of a tensor's external data is ", internal::quoted(text));
      number = *next;
    }
    return number;
  }

  // A key and its value. Those that are not known (checksum, basepath) say nothing about where the bytes are.
  void add_external(const WireField& field) {
    std::string key;
    std::string value;
    WireFields fields(whole_, message_of(field));
    while (const auto part = fields.next()) {
      if (part->number == 1) key = text_of(whole_, *part);
      if (part->number == 2) value = text_of(whole_, *part);
    }
    has_external_ = true;
    if (key == "location") tensor_.location = value;
    if (key == "offset") tensor_.offset = number_in(value, key);
    if (key == "length") tensor_.size = number_in(value, key);
  }

  void settle_place() {
    const OnnxType& type = *tensor_.type;
    const bool has_raw = raw_ && raw_->size != 0;
    if (location_ == is_external || has_external_) return settle_external(has_raw);
    if (has_raw && listed_ != 0) fail(ErrorKind::malformed, "a tensor has raw data and listed elements");
    if (type.is_text()) return settle_texts(has_raw);
    const std::uint64_t wanted = tensor_.nbytes();
    if (has_raw) return settle_plain(*raw_, wanted);
    if (listed_ == 0) {
      if (wanted != 0) fail(ErrorKind::malformed, "a tensor of ", wanted, " bytes has no elements");
      return;
    }
    if (listed_ != static_cast<std::uint32_t>(type.field))
      fail(ErrorKind::malformed, "a tensor of ", type.name, " has its elements in the field ", listed_);
    const bool is_fixed = type.field == OnnxField::floats || type.field == OnnxField::doubles;
    if (is_fixed && packed_) return settle_plain(*packed_, wanted);
    tensor_.place = OnnxTensor::Place::listed;
    if (wanted == 0) fail(ErrorKind::malformed, "a tensor without elements lists some");
    // Each takes a byte at least: nothing is allocated for what cannot be there.
    if (wanted / type.listed_size() > tensor_.listed_size)
      fail(ErrorKind::malformed, "a tensor of ", wanted, " bytes lists fewer elements");
  }

  void settle_plain(WireRange data, std::uint64_t wanted) {
    if (data.size != wanted)
      fail(ErrorKind::malformed, "a tensor of ", wanted, " bytes has ", data.size, " bytes of elements");
    tensor_.place = OnnxTensor::Place::plain;
    tensor_.data = data;
  }

  void settle_texts(bool has_raw) {
    if (has_raw) fail(ErrorKind::malformed, "a tensor of texts has raw data");
    if (listed_ != 0 && listed_ != static_cast<std::uint32_t>(OnnxField::texts))
      fail(ErrorKind::malformed, "a tensor of texts has its elements in the field ", listed_);
    const std::uint64_t wanted = checked_nbytes(tensor_.shape, 1);
    if (wanted != listed_fields_) fail(ErrorKind::malformed, "a tensor of ", wanted, " texts has ", listed_fields_);
    if (wanted != 0) tensor_.place = OnnxTensor::Place::listed;
  }

  void settle_external(bool has_raw) {
    if (has_raw || listed_ != 0) fail(ErrorKind::malformed, "a tensor has external data and elements of its own");
    if (tensor_.type->is_text()) fail(ErrorKind::malformed, "a tensor of texts has external data");
    if (location_ != is_external) fail(ErrorKind::malformed, "a tensor that lies in the file has external data");
    if (tensor_.location.empty()) fail(ErrorKind::malformed, "a tensor's external data is in no file");
    if (tensor_.size && *tensor_.size != tensor_.nbytes()) {
      fail(ErrorKind::malformed, "a tensor of ", tensor_.nbytes(), " bytes has ", *tensor_.size,
           " bytes of external data");
    }
    tensor_.place = OnnxTensor::Place::external;
  }

  WholeSource& whole_;
  OnnxTensor tensor_;
  std::uint64_t type_ = 0;
  std::uint64_t location_ = 0;
  bool has_external_ = false;
  std::optional<WireRange> raw_;
  std::uint32_t listed_ = 0;         // the number of the field
  std::uint64_t listed_fields_ = 0;  // how often it is there
  std::optional<WireRange> packed_;  // the only one, where it is packed
};

}  // namespace

OnnxTensor parse_tensor(WholeSource& whole, const WireField& field) { return TensorParser(whole, field).parse(); }

}  // namespace larder::internal
