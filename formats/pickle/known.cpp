#include "formats/pickle/known.h"

#include <array>

#include "document/records.h"

namespace larder::internal {

namespace {

struct Row {
  std::string_view qualified_name;
  std::string_view module_name;
  Known known;
};

// numpy 2 moved `numpy.core` to `numpy._core`; numpy before 1.0 had the function in `_internal`.
constexpr auto rows = std::to_array<Row>({
    {"encode", "_codecs", Known::encode},
    {"bytes", "builtins", Known::bytes},
    {"bytearray", "builtins", Known::bytearray},
    {"set", "builtins", Known::set},
    {"frozenset", "builtins", Known::frozenset},
    {"complex", "builtins", Known::complex},
    {"_reconstruct", "numpy.core.multiarray", Known::reconstruct},
    {"_reconstruct", "numpy._core.multiarray", Known::reconstruct},
    {"_reconstruct", "numpy.core._internal", Known::reconstruct},
    {"_mareconstruct", "numpy.ma.core", Known::masked_reconstruct},
    {"_frombuffer", "numpy.core.numeric", Known::from_buffer},
    {"_frombuffer", "numpy._core.numeric", Known::from_buffer},
    {"scalar", "numpy.core.multiarray", Known::scalar},
    {"scalar", "numpy._core.multiarray", Known::scalar},
});

}  // namespace

bool is_global(Value value, std::string_view module_name, std::string_view qualified_name) {
  return value.is(ValueKind::global) && value.module_name() == module_name && value.qualified_name() == qualified_name;
}

Known known(std::string_view module_name, std::string_view qualified_name) noexcept {
  for (const Row& row : rows) {
    if (qualified_name == row.qualified_name && module_name == row.module_name) return row.known;
  }
  return Known::nothing;
}

Known known(Value callable) noexcept {
  return callable.is(ValueKind::global) ? static_cast<Known>(Access::global(callable).tag) : Known::nothing;
}

}  // namespace larder::internal
