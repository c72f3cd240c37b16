// The head of a safetensors file: the tensors by name, their types, shapes and places.
//
// Source of the layout: Hugging Face's "safetensors" (README and the reference library 0.8);
// docs/formats/safetensors.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <larder/array.h>

#include "formats/elements.h"

namespace larder::internal {

inline constexpr std::uint64_t safetensors_length_size = 8;  // of the number that a file begins with
inline constexpr std::uint64_t longest_safetensors_header = 100'000'000;

// A type of elements.
struct SafetensorsType {
  std::string_view name;
  unsigned bits;
  DTypeKind kind;                      // of whole bytes; else of those that several elements are packed in
  std::string_view packed_dtype = {};  // how the elements are called that share bytes; empty where none do

  DType dtype() const { return DType::of(kind, bits < 8 ? 1 : bits / 8, ByteOrder::little); }
};

// By their names in files; null for others. Pointers compare as the reference writer orders types.
const SafetensorsType* safetensors_type(std::string_view name);
// By the elements; null where the format lacks them.
const SafetensorsType* safetensors_type_of(const DType& dtype);
const SafetensorsType* safetensors_type_packed_as(std::string_view dtype);

struct SafetensorsEntry {
  std::string name{};
  const SafetensorsType* type = nullptr;
  Shape shape{};
  std::uint64_t begin = 0;  // from the first byte behind the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> tensors{};
  std::optional<std::vector<std::pair<std::string, std::string>>> metadata{};
};

// Whether these are the length of a header and its first character.
bool begins_as_safetensors(Bytes head) noexcept;

// The bytes that `shape` takes. Error `malformed` where they overflow, or are not whole.
std::uint64_t safetensors_size(const SafetensorsType& type, const Shape& shape);

// Reads the JSON of a header, in whose order the tensors are, with `data` bytes behind it. What it takes in memory is
// taken from `budget`. Errors `malformed`, `truncated`, `unsupported` (a type), `limit`.
SafetensorsHeader read_safetensors_header(std::string_view json, std::uint64_t data, ArrayBudget& budget);

// The head of a file, byte for byte as the reference library writes it: length, JSON, and blanks up to a multiple of 8.
// Error `limit` where it is too long for the format.
std::string safetensors_head(const SafetensorsHeader& header);

}  // namespace larder::internal
