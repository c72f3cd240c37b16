// joblib's arrays: an object in the pickle, NumpyArrayWrapper, stands for the array, and the elements follow it raw
// (docs/formats/joblib.md).
#pragma once

#include <larder/document.h>
#include <larder/plugin/format.h>

#include "formats/pickle/dtype_object.h"
#include "formats/pickle/input.h"

namespace larder::internal {

// Puts arrays in the place of the objects that stand for them. Borrows all it is given.
class JoblibArrayReader {
 public:
  JoblibArrayReader(const ReadSource& source, PickleInput& input, Document& document)
      : source_(source), input_(input), document_(document) {}

  // Called at each BUILD: the array, read from the input's position, where `object` is a NumpyArrayWrapper, else
  // `object` itself. Errors: as ReadSource's formats.
  Value replace(Value object);

 private:
  Value nested_pickle();
  Array elements(Value state, const DType& dtype);
  void skip_padding();

  const ReadSource& source_;
  PickleInput& input_;
  Document& document_;
  DTypeReader dtypes_;
  std::uint64_t read_bytes_ = 0;  // of all arrays so far, which share the limit
};

// Makes the objects that stand for arrays.
class JoblibArrayWriter {
 public:
  explicit JoblibArrayWriter(Interned& interned) : interned_(interned), dtypes_(interned) {}

  // The NumpyArrayWrapper for an array value. Error `unsupported` for dtypes that joblib files cannot hold.
  Value stand_in(Value array);

  // Writes what follows the stand-in: padding that aligns the elements to 16 bytes from the writer's start, then the
  // elements.
  static void write_elements(const Array& array, Writer& writer);

 private:
  void adopt_names(Value stand_in);

  Interned& interned_;
  DTypeWriter dtypes_;
};

}  // namespace larder::internal
