// numpy's own pickles of arrays: calls and states become Arrays whose bytes are those of the pickle. Source: numpy's
// ndarray.__reduce__, __setstate__ and __reduce_ex__ (docs/formats/pickle.md).
#pragma once

#include <map>
#include <tuple>

#include <larder/document.h>
#include <larder/plugin/format.h>

#include "formats/pickle/dtype_object.h"
#include "formats/pickle/known.h"
#include "formats/pickle/python2_strings.h"

namespace larder::internal {

// Puts Arrays in the place of the objects that make them. What numpy would refuse is Error `malformed`. Borrows all it
// is given.
class NumpyArrayReader {
 public:
  NumpyArrayReader(const ReadSource& source, Document& document, Python2StringReader& strings)
      : source_(source), document_(document), strings_(strings) {}

  // `object` was made by a call of `callable`. Returns the array of _frombuffer; else `object`, whose bytes became an
  // Array if it is a scalar.
  Value after_call(Known callable, Value object);

  // `object`, made by _reconstruct or _mareconstruct, got its state. Returns the array, or `object`: an array of Python
  // objects, a class of the user's with a state of its own, a masked array (whose state then holds Arrays).
  Value after_state(Known callable, Value object, Value state);

 private:
  Value from_buffer(Value object);
  void scalar(Value object);
  Value reconstructed(Value object, Value state);
  void masked(Value state);

  // The array of these elements, of which `stand_in` holds the bytes; None where they are Python objects.
  Value array(Value data, Value dtype, Value shape, Order order, Value stand_in);
  // The bytes where they lie in the Document; elsewhere if they are not aligned; in this machine's byte order.
  Region stored(Bytes bytes) const;
  Region aligned(Region region, const DType& dtype);
  Region native(Bytes bytes, const DType& dtype);
  // A changed copy that the Document owns: one for all arrays of these bytes, so that a small file stays small.
  template <class Change>
  Region copy(Bytes bytes, const void* dtype, Change change);

  const ReadSource& source_;
  Document& document_;
  Python2StringReader& strings_;
  DTypeReader dtypes_;
  std::map<std::tuple<const std::byte*, std::size_t, const void*>, Region> copies_;  // by bytes and changed dtype
};

// The shape that a tuple of ints is. Error `malformed`, beginning with `what`.
Shape shape_of(Value tuple, std::string_view what);

}  // namespace larder::internal
