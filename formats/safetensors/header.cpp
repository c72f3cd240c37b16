#include "formats/safetensors/header.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/byte_order.h"
#include "base/checked.h"
#include "base/text.h"
#include "document/json_parse.h"

namespace larder::internal {

namespace {

constexpr std::string_view metadata_key = "__metadata__";
constexpr std::size_t deepest_json = 128;  // as in the reference library

// From narrow to wide, as in the reference library.
constexpr auto types = std::to_array<SafetensorsType>({
    {"BOOL", 8, DTypeKind::boolean},
    {"F4", 4, DTypeKind::unsigned_int, "float4_e2m1fn"},
    {"F6_E2M3", 6, DTypeKind::unsigned_int, "float6_e2m3fn"},
    {"F6_E3M2", 6, DTypeKind::unsigned_int, "float6_e3m2fn"},
    {"U8", 8, DTypeKind::unsigned_int},
    {"I8", 8, DTypeKind::signed_int},
    {"F8_E5M2", 8, DTypeKind::float8_e5m2},
    {"F8_E4M3", 8, DTypeKind::float8_e4m3fn},
    {"F8_E8M0", 8, DTypeKind::float8_e8m0fnu},
    {"F8_E4M3FNUZ", 8, DTypeKind::float8_e4m3fnuz},
    {"F8_E5M2FNUZ", 8, DTypeKind::float8_e5m2fnuz},
    {"I16", 16, DTypeKind::signed_int},
    {"U16", 16, DTypeKind::unsigned_int},
    {"F16", 16, DTypeKind::floating},
    {"BF16", 16, DTypeKind::bfloat16},
    {"I32", 32, DTypeKind::signed_int},
    {"U32", 32, DTypeKind::unsigned_int},
    {"F32", 32, DTypeKind::floating},
    {"C64", 64, DTypeKind::complex},
    {"F64", 64, DTypeKind::floating},
    {"I64", 64, DTypeKind::signed_int},
    {"U64", 64, DTypeKind::unsigned_int},
});

template <class Matches>
const SafetensorsType* find_type(Matches matches) {
  const auto found = std::ranges::find_if(types, matches);
  return found == types.end() ? nullptr : &*found;
}

Value member(Value tensor, std::string_view key, ValueKind kind) {
  const auto found = tensor.find(key);
  if (!found || !found->is(kind))
    fail(ErrorKind::malformed, "its ", key, found ? " is another kind of value" : " is missing");
  return *found;
}

std::uint64_t number(Value value, std::string_view what) {
  if (!value.is(ValueKind::integer) || !value.fits_int64() || value.as_int() < 0)
    fail(ErrorKind::malformed, "its ", what, " holds what is no integer from 0 to 2^63 - 1");
  return static_cast<std::uint64_t>(value.as_int());
}

SafetensorsEntry read_entry(Value tensor) {
  if (!tensor.is(ValueKind::dict)) fail(ErrorKind::malformed, "a tensor is a dict, not a ", name_of(tensor.kind()));
  SafetensorsEntry entry;
  const std::string_view type = member(tensor, "dtype", ValueKind::str).as_str();
  entry.type = safetensors_type(type);
  if (entry.type == nullptr) fail(ErrorKind::unsupported, "the dtype ", internal::quoted(type), " is not known");
  const Value shape = member(tensor, "shape", ValueKind::list);
  for (std::size_t i = 0; i < shape.size(); ++i) entry.shape.push_back(number(shape[i], "shape"));
  const Value offsets = member(tensor, "data_offsets", ValueKind::list);
  if (offsets.size() != 2) fail(ErrorKind::malformed, "it has ", offsets.size(), " data_offsets, not 2");
  entry.begin = number(offsets[0], "data_offsets");
  entry.end = number(offsets[1], "data_offsets");
  const std::uint64_t size = safetensors_size(*entry.type, entry.shape);
  if (entry.begin > entry.end || entry.end - entry.begin != size) {
    fail(ErrorKind::malformed, "its shape needs ", size, " bytes, its data_offsets are ", entry.begin, " and ",
         entry.end);
  }
  return entry;
}

std::vector<std::pair<std::string, std::string>> read_metadata(Value dict) {
  bool is_text = dict.is(ValueKind::dict);
  std::vector<std::pair<std::string, std::string>> metadata;
  for (std::size_t i = 0; is_text && i < dict.size(); ++i) {
    is_text = dict.value(i).is(ValueKind::str);
    if (is_text) metadata.emplace_back(dict.key(i).as_str(), dict.value(i).as_str());
  }
  if (!is_text) fail(ErrorKind::malformed, "the ", metadata_key, " of a safetensors file is not a dict of texts");
  return metadata;
}

// Each byte belongs to one tensor.
void require_tiles(const std::vector<SafetensorsEntry>& tensors, std::uint64_t data) {
  std::vector<std::uint32_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return std::pair(tensors[i].begin, tensors[i].end); });
  std::uint64_t end = 0;
  for (const std::uint32_t i : order) {
    if (tensors[i].begin != end) {
      fail(ErrorKind::malformed, "the tensor ", internal::quoted(tensors[i].name), " begins at byte ", tensors[i].begin,
           " of the data, the one before it ends at byte ", end);
    }
    end = tensors[i].end;
  }
  if (end > data) fail(ErrorKind::truncated, "the tensors need ", end, " bytes, ", data, " are there");
  if (end < data) fail(ErrorKind::malformed, "the tensors are followed by ", data - end, " bytes that belong to none");
}

void take(ArrayBudget& budget, std::uint64_t bytes) {
  if (bytes > budget.left().bytes) fail(ErrorKind::limit, "the header needs more memory than Limits::bytes allows");
  budget.take(bytes);
}

// A JSON string as the reference library's writer spells it.
void append_string(std::string& out, std::string_view utf8) {
  constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  constexpr std::string_view digits = "0123456789abcdef";
  out.push_back('"');
  for (const char byte : utf8) {
    const auto unit = static_cast<unsigned char>(byte);
    if (const std::size_t at = escaped.find(byte); at != escaped.npos)
      out.append({'\\', letters[at]});
    else if (unit < ' ')
      out.append("\\u00").append({digits[unit >> 4], digits[unit & 15]});
    else
      out.push_back(byte);
  }
  out.push_back('"');
}

void append_entry(std::string& out, const SafetensorsEntry& entry) {
  append_string(out, entry.name);
  out.append(R"(:{"dtype":")").append(entry.type->name).append(R"(","shape":[)");
  for (std::size_t i = 0; i < entry.shape.size(); ++i) out.append(join(i == 0 ? "" : ",", entry.shape[i]));
  out.append(join(R"(],"data_offsets":[)", entry.begin, ',', entry.end, "]}"));
}

}  // namespace

const SafetensorsType* safetensors_type(std::string_view name) {
  return find_type([&](const SafetensorsType& type) { return type.name == name; });
}

const SafetensorsType* safetensors_type_of(const DType& dtype) {
  return find_type([&](const SafetensorsType& type) {
    return type.packed_dtype.empty() && type.kind == dtype.kind() && type.bits == 8 * dtype.itemsize();
  });
}

const SafetensorsType* safetensors_type_packed_as(std::string_view dtype) {
  return find_type([&](const SafetensorsType& type) { return !dtype.empty() && type.packed_dtype == dtype; });
}

bool begins_as_safetensors(Bytes head) noexcept {
  if (head.size() <= safetensors_length_size || head[safetensors_length_size] != std::byte{'{'}) return false;
  const auto length = load_le<std::uint64_t>(head.data());
  return length >= 2 && length <= longest_safetensors_header;
}

std::uint64_t safetensors_size(const SafetensorsType& type, const Shape& shape) {
  std::optional<std::uint64_t> bits = type.bits;
  for (const std::uint64_t length : shape) bits = bits ? checked_mul(*bits, length) : bits;
  if (!bits) fail(ErrorKind::malformed, "its shape needs more bytes than there are numbers for");
  if (*bits % 8 != 0) fail(ErrorKind::malformed, "its elements of ", type.bits, " bits do not fill whole bytes");
  return *bits / 8;
}

SafetensorsHeader read_safetensors_header(std::string_view json, std::uint64_t data, ArrayBudget& budget) {
  if (!json.starts_with('{')) fail(ErrorKind::malformed, "the header of a safetensors file begins with '{'");
  Document scratch(budget.left());
  const Value root = parse_json(json, scratch, {.unique_keys = true, .depth = deepest_json});
  SafetensorsHeader header;
  for (std::size_t i = 0; i < root.size(); ++i) {
    const std::string_view name = root.key(i).as_str();
    const Value value = root.value(i);
    if (name == metadata_key) {
      if (!value.is_none()) header.metadata = read_metadata(value);
      continue;
    }
    try {
      header.tensors.push_back(read_entry(value));
    } catch (Error& error) {
      throw error.at(join("the tensor ", internal::quoted(name)));
    }
    SafetensorsEntry& entry = header.tensors.back();
    entry.name = name;
    take(budget, sizeof entry + name.size() + entry.shape.size() * sizeof entry.shape[0]);
  }
  require_tiles(header.tensors, data);
  return header;
}

std::string safetensors_head(const SafetensorsHeader& header) {
  std::string out(safetensors_length_size, '\0');
  out.push_back('{');
  std::string_view comma;
  if (header.metadata) {
    append_string(out, metadata_key);
    out.append(":{");
    for (const auto& [key, text] : *header.metadata) {
      out.append(comma);
      append_string(out, key);
      out.push_back(':');
      append_string(out, text);
      comma = ",";
    }
    out.append("}");
    comma = ",";
  }
  for (const SafetensorsEntry& entry : header.tensors) {
    out.append(comma);
    append_entry(out, entry);
    comma = ",";
  }
  out.push_back('}');
  out.append((8 - out.size() % 8) % 8, ' ');
  const std::uint64_t length = out.size() - safetensors_length_size;
  if (length > longest_safetensors_header)
    fail(ErrorKind::limit, "the header has ", length, " bytes; safetensors allows ", longest_safetensors_header);
  store_le(reinterpret_cast<std::byte*>(out.data()), length);
  return out;
}

}  // namespace larder::internal
