// numpy.dtype in pickles: what stands for a DType, both ways. Source: numpy's arraydescr reduce and setstate, versions
// 3 and 4 of the state (docs/formats/pickle.md).
#pragma once

#include <map>

#include <larder/document.h>
#include <larder/dtype.h>

#include "formats/pickle/interned.h"

namespace larder::internal {

// Reads dtypes. One object of the file becomes one DType, so that what shared a dtype still does.
class DTypeReader {
 public:
  // Whether it is one of numpy's own; not a dtype that another package defines.
  static bool describes(Value object);

  // Errors: `malformed`, `unsupported` (a state of another numpy, a user-defined dtype), `limit` (nesting).
  DType read(Value object) { return read(object, 0); }

 private:
  DType read(Value object, int depth);
  DType with_state(const DType& plain, Value state, int depth);
  DType structure(Value names, Value fields, std::uint64_t itemsize, bool aligned, int depth);
  std::map<const void*, DType> known_;
};

// Makes the objects that stand for dtypes; one for each DType (numpy has one object for each native number type).
class DTypeWriter {
 public:
  explicit DTypeWriter(Interned& interned) : interned_(interned) {}
  // Error `unsupported` for the small floats, which need a package's classes.
  Value write(const DType& dtype);

 private:
  Value structure_fields(const DType& dtype, Value& names);
  Interned& interned_;
  std::map<const void*, Value> known_;
};

}  // namespace larder::internal
