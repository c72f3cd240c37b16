// The globals whose calls larder understands: those that only spell plain data, and those that make arrays.
#pragma once

#include <cstdint>
#include <string_view>

#include <larder/document.h>

namespace larder::internal {

enum class Known : std::uint8_t {
  nothing,
  // Plain data (plain_calls.h).
  encode,  // _codecs.encode
  bytes,   // builtins.bytes, bytearray, set, frozenset, complex
  bytearray,
  set,
  frozenset,
  complex,
  // numpy (numpy_array.h), by the names of every version.
  reconstruct,         // multiarray._reconstruct(class, shape, code), then a state
  masked_reconstruct,  // ma.core._mareconstruct, likewise
  from_buffer,         // numeric._frombuffer(buffer, dtype, shape, order)
  scalar,              // multiarray.scalar(dtype, bytes)
};

// Whether `value` is the global of that name.
bool is_global(Value value, std::string_view module_name, std::string_view qualified_name);

// What is known of a name; `nothing` for all others.
Known known(std::string_view module_name, std::string_view qualified_name) noexcept;

// What was known of a global when the machine made it; `nothing` for what is no global.
Known known(Value callable) noexcept;

}  // namespace larder::internal
