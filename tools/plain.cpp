#include "tools/plain.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace larder::tools {

namespace {

struct Module {
  std::string_view name;
  std::string_view members;  // separated and surrounded by spaces
};

constexpr std::string_view builtins =
    " bool bytearray bytes complex dict float frozenset int list long object range set slice str tuple unicode ";
constexpr std::string_view multiarray = " _reconstruct scalar ";
constexpr std::string_view numeric = " _frombuffer ";

constexpr std::array<Module, 14> modules = {{
    {"builtins", builtins},
    {"__builtin__", builtins},
    {"_codecs", " encode "},
    {"collections", " OrderedDict "},
    {"copyreg", " _reconstructor "},
    {"copy_reg", " _reconstructor "},
    {"joblib.numpy_pickle", " NDArrayWrapper NumpyArrayWrapper ZNDArrayWrapper "},
    {"sklearn.externals.joblib.numpy_pickle", " NDArrayWrapper NumpyArrayWrapper ZNDArrayWrapper "},
    {"numpy",
     " bool_ bytes_ complex128 complex256 complex64 datetime64 dtype float128 float16 float32 float64 int16 int32 "
     "int64 int8 longdouble matrix "
     "memmap ndarray object_ str_ timedelta64 uint16 uint32 uint64 uint8 void "},
    {"numpy.core.multiarray", multiarray},
    {"numpy._core.multiarray", multiarray},
    {"numpy.core.numeric", numeric},
    {"numpy._core.numeric", numeric},
    {"numpy.core.memmap", " memmap "},
}};

bool holds_word(std::string_view words, std::string_view word) noexcept {
  for (auto at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
    if (words[at - 1] == ' ' && words[at + word.size()] == ' ') return true;
  }
  return false;
}

}  // namespace

bool is_plain(std::string_view global) noexcept {
  const auto dot = global.rfind('.');
  if (dot == std::string_view::npos) return false;
  const auto name = global.substr(dot + 1);
  if (name.empty() || name.find(' ') != std::string_view::npos) return false;
  return std::any_of(modules.begin(), modules.end(), [&](const Module& module) {
    return module.name == global.substr(0, dot) && holds_word(module.members, name);
  });
}

std::vector<std::string> not_plain(const std::vector<std::string>& globals) {
  std::vector<std::string> found;
  std::copy_if(globals.begin(), globals.end(), std::back_inserter(found),
               [](const std::string& global) { return !is_plain(global); });
  return found;
}

}  // namespace larder::tools
