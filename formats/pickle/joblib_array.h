// joblib's arrays: an object in the pickle, NumpyArrayWrapper, stands for the array, and the elements follow it raw
// (docs/formats/joblib.md).
#pragma once

#include <larder/document.h>
#include <larder/plugin/format.h>

#include "formats/elements.h"
#include "formats/pickle/dtype_object.h"
#include "formats/pickle/input.h"

namespace larder::internal {

// The tag of a NumpyArrayWrapper whose array has another dtype by now; and, of an array of Python objects, the protocol
// of the pickle that held it.
constexpr std::uint8_t outdated_wrapper = 0xff;

// Puts arrays in the place of the objects that stand for them. Borrows all it is given.
class JoblibArrayReader {
 public:
  JoblibArrayReader(const ReadSource& source, PickleInput& input, Document& document, ArrayBudget& budget)
      : source_(source), input_(input), document_(document), budget_(budget) {}

  // Called at each BUILD: the array, read from the input's position, where `object` is a NumpyArrayWrapper, else
  // `object` itself. Errors: as ReadSource's formats.
  Value replace(Value object);

  // Whether there was any.
  bool any() const noexcept { return any_; }

 private:
  Value nested_pickle(Value wrapper);
  Value required(Value state, std::string_view name);
  Array elements(Value state, const DType& dtype);
  void skip_padding();

  const ReadSource& source_;
  PickleInput& input_;
  Document& document_;
  ArrayBudget& budget_;
  DTypeReader dtypes_;
  bool any_ = false;
};

}  // namespace larder::internal
