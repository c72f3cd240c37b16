// Reading descriptions of dtypes. DType::parse is made of these.
#pragma once

#include <string_view>

#include <larder/dtype.h>

#include "base/literal.h"

namespace larder::internal {

// What numpy.dtype makes of a text: a name ("float64"), a letter ("d"), a typestring ("<f8", ">M8[25s]") or several
// with commas ("f4,(2,3)i8"). Error `malformed` for anything else, `limit` for what is too large.
DType dtype_from_text(std::string_view text);

// What the header of a .npy file means (numpy.lib.format.descr_to_dtype): a text, a (base, shape) pair, or a list of
// fields, where raw bytes without a name are gaps between fields. Errors as above, with the position in the literal's
// source.
DType dtype_from_literal(const Literal& descr);

// `base` repeated: shape is an integer or a tuple or list of integers. As in numpy a text dtype without a size takes an
// integer as its size, and the integer 1 changes nothing.
DType repeated(const DType& base, const Literal& shape);

}  // namespace larder::internal
