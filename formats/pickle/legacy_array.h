// Arrays of joblib before 0.10: an object in the pickle, NDArrayWrapper or ZNDArrayWrapper, names the file beside it
// that holds the array (docs/formats/joblib.md).
#pragma once

#include <cstdint>

#include <larder/document.h>
#include <larder/plugin/format.h>

#include "formats/pickle/dtype_object.h"

namespace larder::internal {

// Puts arrays in the place of the objects that stand for them. Borrows all it is given.
class LegacyArrayReader {
 public:
  LegacyArrayReader(const ReadSource& source, Document& document) : source_(source), document_(document) {}

  // Called at each BUILD: the array, read (or mapped, as the main file is) from its companion, where `object` is one of
  // the wrappers, else `object` itself. Errors: `unsafe_reference`, `not_found`, `unsupported` where no companion can
  // be opened, and as Format::read.
  Value replace(Value object);

  // Whether there was any.
  bool any() const noexcept { return any_; }

 private:
  Value read_npy(Reader& companion, Value object);
  Value read_raw(Reader& companion, Value object);
  Limits limits_left() const;
  void warn_of_subclass(Value subclass) const;

  const ReadSource& source_;
  Document& document_;
  DTypeReader dtypes_;
  bool any_ = false;
  std::uint64_t read_bytes_ = 0;  // of all arrays so far, which share the limit
};

}  // namespace larder::internal
