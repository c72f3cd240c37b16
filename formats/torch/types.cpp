#include "formats/torch/types.h"

#include <algorithm>
#include <array>

namespace larder::internal {

namespace {

// The rows of plain types come first: they are what elements of that dtype are written as.
constexpr auto rows = std::to_array<TorchType>({
    {"FloatStorage", "float32", DTypeKind::floating, 4},
    {"DoubleStorage", "float64", DTypeKind::floating, 8},
    {"HalfStorage", "float16", DTypeKind::floating, 2},
    {"BFloat16Storage", "bfloat16", DTypeKind::bfloat16, 2},
    {"ByteStorage", "uint8", DTypeKind::unsigned_int, 1},
    {"CharStorage", "int8", DTypeKind::signed_int, 1},
    {"ShortStorage", "int16", DTypeKind::signed_int, 2},
    {"IntStorage", "int32", DTypeKind::signed_int, 4},
    {"LongStorage", "int64", DTypeKind::signed_int, 8},
    {"BoolStorage", "bool", DTypeKind::boolean, 1},
    {"ComplexFloatStorage", "complex64", DTypeKind::complex, 8},
    {"ComplexDoubleStorage", "complex128", DTypeKind::complex, 16},
    {"", "uint16", DTypeKind::unsigned_int, 2},
    {"", "uint32", DTypeKind::unsigned_int, 4},
    {"", "uint64", DTypeKind::unsigned_int, 8},
    {"", "float8_e4m3fn", DTypeKind::float8_e4m3fn, 1},
    {"", "float8_e4m3fnuz", DTypeKind::float8_e4m3fnuz, 1},
    {"", "float8_e5m2", DTypeKind::float8_e5m2, 1},
    {"", "float8_e5m2fnuz", DTypeKind::float8_e5m2fnuz, 1},
    {"", "float8_e8m0fnu", DTypeKind::float8_e8m0fnu, 1},
    {"QInt8Storage", "", DTypeKind::signed_int, 1},
    {"QUInt8Storage", "", DTypeKind::unsigned_int, 1},
    {"QInt32Storage", "", DTypeKind::signed_int, 4},
    {"QUInt4x2Storage", "", DTypeKind::unsigned_int, 1, true},
    {"QUInt2x4Storage", "", DTypeKind::unsigned_int, 1, true},
    {"UntypedStorage", "", DTypeKind::unsigned_int, 1},
    {"_UntypedStorage", "", DTypeKind::unsigned_int, 1},  // its name in torch 1.12
});

template <class Matches>
const TorchType* find(Matches matches) {
  const auto found = std::ranges::find_if(rows, matches);
  return found == rows.end() ? nullptr : &*found;
}

bool is_in_torch(Value global) {
  return global.is(ValueKind::global) && (global.module_name() == "torch" || global.module_name() == "torch.cuda" ||
                                          global.module_name() == "torch.storage");
}

}  // namespace

const TorchType* type_of_storage(Value storage_class) {
  if (!is_in_torch(storage_class)) return nullptr;
  const std::string_view name = storage_class.qualified_name();
  return find([&](const TorchType& row) { return !row.storage.empty() && row.storage == name; });
}

const TorchType* type_of_dtype(Value dtype) {
  if (!is_in_torch(dtype)) return nullptr;
  const std::string_view name = dtype.qualified_name();
  return find([&](const TorchType& row) { return !row.name.empty() && row.name == name; });
}

const TorchType* type_of_elements(const DType& dtype) {
  return find([&](const TorchType& row) {
    return !row.name.empty() && row.kind == dtype.kind() && row.itemsize == dtype.itemsize();
  });
}

}  // namespace larder::internal
