// torch's names for the types of elements: of its storages' classes and of its dtypes.
#pragma once

#include <optional>
#include <string_view>

#include <larder/document.h>
#include <larder/dtype.h>

namespace larder::internal {

// One type of elements, in native byte order. An immutable row of a table.
struct TorchType {
  std::string_view storage;  // the class: "FloatStorage"; empty where only an UntypedStorage can hold it
  std::string_view name;     // of the dtype: "float32"
  DTypeKind kind;
  std::size_t itemsize;
  bool packed = false;  // several elements a byte: only the bytes are an array

  DType dtype(ByteOrder order) const { return DType::of(kind, itemsize, order); }
};

// Of a storage's class, a global: torch.FloatStorage, torch.cuda.FloatStorage, torch.storage.UntypedStorage (whose
// elements are bytes). Null for all else.
const TorchType* type_of_storage(Value storage_class);
// Of a dtype, a global: torch.float8_e5m2. Null for all else, and for those that have no numpy-like elements
// (complex32, packed ones).
const TorchType* type_of_dtype(Value dtype);
// Of an array's elements, whatever their byte order. Null where torch has none.
const TorchType* type_of_elements(const DType& dtype);

}  // namespace larder::internal
