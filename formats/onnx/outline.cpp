#include "formats/onnx/outline.h"

#include <bit>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/unicode.h"
#include "formats/onnx/types.h"

namespace larder::internal {

namespace {

enum AttributeType : std::uint64_t { of_float = 1, of_int = 2, of_text = 3, of_floats = 6, of_ints = 7, of_texts = 8 };

}  // namespace

void OnnxOutline::set(Value dict, std::string_view key, Value value) {
  document_.insert(dict, document_.str(key), value);
}

void OnnxOutline::set_text(Value dict, std::string_view key, const WireField& field) {
  set(dict, key, document_.str(text_of(whole_, field)));
}

void OnnxOutline::set_number(Value dict, std::string_view key, const WireField& field) {
  set(dict, key, Value::integer(static_cast<std::int64_t>(number_of(field))));
}

void OnnxOutline::append(Value dict, std::string_view key, Value value) { document_.append(*dict.find(key), value); }

void OnnxOutline::append_text(Value dict, std::string_view key, const WireField& field) {
  append(dict, key, document_.str(text_of(whole_, field)));
}

Value OnnxOutline::dict_under(Value dict, std::string_view key) {
  if (const auto found = dict.find(key)) return *found;
  const Value made = document_.dict();
  set(dict, key, made);
  return made;
}

void OnnxOutline::add_property(Value dict, std::string_view key, const WireField& field) {
  Value name = document_.str("");
  Value value = name;
  WireFields fields(whole_, message_of(field));
  while (const auto part = fields.next()) {
    if (part->number == 1) name = document_.str(text_of(whole_, *part));
    if (part->number == 2) value = document_.str(text_of(whole_, *part));
  }
  document_.insert(dict_under(dict, key), name, value);
}

void OnnxOutline::add_opset(Value dict, std::string_view key, const WireField& field) {
  Value domain = document_.str("");
  std::uint64_t version = 0;
  WireFields fields(whole_, message_of(field));
  while (const auto part = fields.next()) {
    if (part->number == 1) domain = document_.str(text_of(whole_, *part));
    if (part->number == 2) version = number_of(*part);
  }
  document_.insert(dict_under(dict, key), domain, Value::integer(static_cast<std::int64_t>(version)));
}

Value OnnxOutline::value_info(const WireField& field) {
  const Value info = document_.dict();
  WireFields fields(whole_, message_of(field));
  while (const auto part = fields.next()) {
    if (part->number == 1) set_text(info, "name", *part);
    if (part->number == 2) set_type(info, *part);
  }
  return info;
}

void OnnxOutline::set_type(Value info, const WireField& field) {
  WireFields fields(whole_, message_of(field));
  while (const auto part = fields.next()) {
    switch (part->number) {
      case 1:
        set_tensor_type(info, message_of(*part));
        break;
      case 4:
        set(info, "type", document_.str("sequence"));
        break;
      case 5:
        set(info, "type", document_.str("map"));
        break;
      case 8:
        set_tensor_type(info, message_of(*part));
        set(info, "type", document_.str("sparse"));
        break;
      case 9:
        set(info, "type", document_.str("optional"));
        break;
      default:
        break;  // what it denotes, or of newer versions
    }
  }
}

void OnnxOutline::set_tensor_type(Value info, WireRange message) {
  WireFields fields(whole_, message);
  while (const auto part = fields.next()) {
    if (part->number == 1) {
      const std::uint64_t number = number_of(*part);
      const OnnxType* const type = onnx_type(number);
      set(info, "dtype",
          type == nullptr ? Value::integer(static_cast<std::int64_t>(number)) : document_.str(type->name));
    }
    if (part->number == 2) set(info, "shape", axes(message_of(*part)));
  }
}

Value OnnxOutline::axes(WireRange message) {
  const Value shape = document_.list();
  WireFields fields(whole_, message);
  while (const auto axis = fields.next()) {
    if (axis->number != 1) continue;
    Value size;
    WireFields parts(whole_, message_of(*axis));
    while (const auto part = parts.next()) {
      if (part->number == 1) size = Value::integer(static_cast<std::int64_t>(number_of(*part)));
      if (part->number == 2) size = document_.str(text_of(whole_, *part));
    }
    document_.append(shape, size);
  }
  return shape;
}

Value OnnxOutline::text_or_bytes(const WireField& field) {
  const std::string text = bytes_of(whole_, field);
  return invalid_utf8(text) ? document_.bytes(as_bytes(text)) : document_.str(text);
}

template <class Number>
void OnnxOutline::add_numbers(const WireField& field, WireType unpacked, std::vector<Number>& numbers) {
  const std::uint64_t most = whole_.budget().left().bytes / sizeof(Number);
  for_each_number(whole_, field, unpacked, [&](std::uint64_t number) {
    if (numbers.size() >= most)
      fail(ErrorKind::limit, "an attribute has more than ", most, " numbers, for which Limits::bytes has no room");
    if constexpr (sizeof(Number) == 4)
      numbers.push_back(std::bit_cast<Number>(static_cast<std::uint32_t>(number)));
    else
      numbers.push_back(static_cast<Number>(number));
  });
}

Value OnnxOutline::attribute(const WireField& field) {
  std::vector<float> floats;
  std::vector<std::int64_t> integers;
  std::vector<Value> texts;
  Value value;
  std::uint64_t type = 0;
  WireFields fields(whole_, message_of(field));
  while (const auto part = fields.next()) {
    switch (part->number) {
      case 2:
        value = Value::floating(static_cast<double>(float_of(*part)));
        break;
      case 3:
        value = Value::integer(static_cast<std::int64_t>(number_of(*part)));
        break;
      case 4:
        value = text_or_bytes(*part);
        break;
      case 7:
        add_numbers(*part, WireType::fixed32, floats);
        break;
      case 8:
        add_numbers(*part, WireType::varint, integers);
        break;
      case 9:
        texts.push_back(text_or_bytes(*part));
        break;
      case 20:
        type = number_of(*part);
        break;
      case 21:  // of a function's node: the function's attribute of that name
        value = document_.dict();
        set_text(value, "ref_attr_name", *part);
        break;
      default:
        break;
    }
  }
  const auto array = [&](const auto& numbers) {
    whole_.budget().take(std::span(numbers).size_bytes());
    return document_.array(Array::copy_of(std::span(numbers), {numbers.size()}));
  };
  if (!floats.empty()) return array(floats);
  if (!integers.empty()) return array(integers);
  if (!texts.empty()) return document_.list(texts);
  if (!value.is_none()) return value;
  switch (type) {  // writers leave out what is 0 or empty
    case of_float:
      return Value::floating(0);
    case of_int:
      return Value::integer(0);
    case of_text:
      return document_.str("");
    case of_floats:
      return array(floats);
    case of_ints:
      return array(integers);
    case of_texts:
      return document_.list();
    default:
      return Value::none();
  }
}

}  // namespace larder::internal
