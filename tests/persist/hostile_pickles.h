// Pickles that import and call what they must not, in every form that opcodes allow, and the files that carry them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hostile_names.h"

namespace larder::testing {

// A literal that may hold NUL bytes.
template <std::size_t size>
std::string raw(const char (&literal)[size]) {
  return {literal, size - 1};
}

// The opcodes GLOBAL and SHORT_BINUNICODE.
std::string global(std::string_view module_name, std::string_view name);
std::string text(std::string_view content);

// The bytes compressed by the codec of that name.
std::string packed(const char* codec, const std::string& bytes);

// A way to write a pickle that imports a name; most call it.
struct Form {
  const char* name;
  std::function<std::string(const HostileName&)> pickle;
};
const std::vector<Form>& forms();

// A file that has a pickle somewhere.
struct Transport {
  const char* name;
  std::function<std::string(const std::string&)> file;
};
const std::vector<Transport>& transports();

// A NumpyArrayWrapper with its state, up to where the elements begin.
std::string wrapper(const std::string& dtype, const std::string& making = raw(")\x81"));
// The pickle in the place of an array of Python objects in a joblib file.
std::string in_joblib_array(const std::string& pickle);

}  // namespace larder::testing
