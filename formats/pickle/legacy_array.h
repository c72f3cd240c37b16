// Arrays of joblib before 0.10: an object in the pickle, NDArrayWrapper or ZNDArrayWrapper, names the file beside it
// that holds the array (docs/formats/joblib.md).
#pragma once

#include <optional>
#include <string_view>

#include <larder/document.h>
#include <larder/plugin/format.h>

#include "formats/elements.h"
#include "formats/pickle/dtype_object.h"

namespace larder::internal {

// Puts arrays in the place of the objects that stand for them. Borrows all it is given.
class LegacyArrayReader {
 public:
  LegacyArrayReader(const ReadSource& source, Document& document, ArrayBudget& budget)
      : source_(source), document_(document), budget_(budget) {}

  // Called at each BUILD: the array, read (or mapped, as the main file is) from its companion, where `object` is one of
  // the wrappers, else `object` itself. Errors: `unsafe_reference`, `not_found`, `unsupported` where no companion can
  // be opened, and as Format::read.
  Value replace(Value object);

  // Whether there was any.
  bool any() const noexcept { return any_; }

 private:
  Value read_npy(Reader& companion, Value object);
  Value read_raw(Reader& companion, Value object);
  std::optional<Value> find(Value object, std::string_view name);
  Value required(Value object, std::string_view name);

  const ReadSource& source_;
  Document& document_;
  ArrayBudget& budget_;
  DTypeReader dtypes_;
  bool any_ = false;
};

}  // namespace larder::internal
