// What arrays are in a pickle that is written: objects of numpy's own making, or what stands for them in joblib files.
#pragma once

#include <map>

#include <larder/document.h>
#include <larder/pickle.h>
#include <larder/writer.h>

#include "formats/pickle/dtype_object.h"
#include "formats/pickle/interned.h"

namespace larder::internal {

// Makes these objects; what a file had for an array is used again. Borrows all it is given, which must outlive it.
class ArrayWriter {
 public:
  ArrayWriter(Interned& interned, int protocol, const PickleWriting& options)
      : interned_(interned), protocol_(protocol), options_(options), dtypes_(interned) {}

  // The object that makes `array` in numpy: _reconstruct, or _frombuffer where protocol 5 is written and numpy would
  // use it. Always the same for the same array. Error `unsupported` for dtypes that numpy does not have.
  Value numpy_object(Value array);

  // Whether joblib keeps the array's elements raw: those of ndarray, matrix and memmap, not of other subclasses.
  static bool is_raw(Value array);
  // The NumpyArrayWrapper for such an array.
  Value wrapper(Value array);

  // Whether the object is numpy's array of Python objects, which joblib writes as a pickle of its own behind a wrapper.
  static bool is_object_array(Value object);
  Value object_wrapper(Value object);
  // The protocol of that pickle: the one that the file had, else this one's, and at least 2, as in joblib. (The newest
  // joblib maps the names of Python 2 in both pickles or in none.)
  int nested_protocol(Value object) const;

  // The bytes of a buffer that lies beside the pickle.
  Region buffer(Value buffer) const;

  // Writes what follows a wrapper: padding that aligns the elements to 16 bytes from the writer's start, then they.
  static void write_elements(const Array& array, Writer& writer);

  static constexpr std::size_t alignment = 16;  // joblib's; the padding's length must fit its byte

 private:
  Value new_wrapper(Value array_class, const Shape& shape, Order order, Value dtype, bool may_map);
  Value reconstruct(Value array_class, const Array& array);
  Value from_buffer(const Array& array, ValueKind kind);
  Value elements(const Array& array, Order order, ValueKind kind);
  Value shape_tuple(const Shape& shape);
  void adopt_names(Value wrapper);

  Interned& interned_;
  int protocol_;
  const PickleWriting& options_;
  DTypeWriter dtypes_;
  std::map<const void*, Value> made_;  // by the array's identity
  std::map<const void*, Region> buffers_;
  const void* adopted_ = nullptr;  // the first name of the wrapper whose names were adopted last
};

}  // namespace larder::internal
