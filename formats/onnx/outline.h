// Small parts of ONNX models as values.
#pragma once

#include <larder/document.h>

#include "formats/protobuf/wire.h"

namespace larder::internal {

// Puts values into dicts, by the names that a schema gives them.
class OnnxOutline {
 public:
  OnnxOutline(WholeSource& whole, Document& document) : whole_(whole), document_(document) {}

  Document& document() noexcept { return document_; }

  void set(Value dict, std::string_view key, Value value);
  void set_text(Value dict, std::string_view key, const WireField& field);
  void set_number(Value dict, std::string_view key, const WireField& field);
  // Appends to the list under that key; it is there already.
  void append(Value dict, std::string_view key, Value value);
  void append_text(Value dict, std::string_view key, const WireField& field);

  // Puts key and value of a StringStringEntryProto into the dict under that key, which it makes.
  void add_property(Value dict, std::string_view key, const WireField& field);
  // The same with domain and version of an OperatorSetIdProto.
  void add_opset(Value dict, std::string_view key, const WireField& field);

  // {"name", "dtype", "shape"} of a ValueInfoProto; for what is no tensor "type" instead of dtype and shape. Axes are
  // int, str (a name), or None.
  Value value_info(const WireField& field);
  // The value of an AttributeProto: a number, text, bytes, list of texts, or array of numbers. None for what stands
  // elsewhere in the document: tensors and graphs.
  Value attribute(const WireField& field);

 private:
  Value dict_under(Value dict, std::string_view key);
  Value text_or_bytes(const WireField& field);
  void set_type(Value info, const WireField& field);
  void set_tensor_type(Value info, WireRange message);
  Value axes(WireRange message);
  template <class Number>
  void add_numbers(const WireField& field, WireType unpacked, std::vector<Number>& numbers);

  WholeSource& whole_;
  Document& document_;
};

}  // namespace larder::internal
