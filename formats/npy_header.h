// The header of a .npy file: docs/formats/npy.md.
#pragma once

#include <string>
#include <string_view>

#include <larder/array.h>
#include <larder/dtype.h>
#include <larder/limits.h>
#include <larder/reader.h>

namespace larder::internal {

// The first bytes of every .npy file.
inline constexpr std::string_view npy_magic = "\x93NUMPY";

// What a header says about the data behind it.
struct NpyHeader {
  DType dtype;
  Shape shape;
  Order order = Order::c;
};

// Consumes magic, version and header; the reader then stands at the data. Accepts what numpy.load accepts, with the
// differences that docs/formats/npy.md lists. Errors, with the byte in the file: `truncated`, `malformed`,
// `unsupported` for other versions, `limit` for a header of more than limits.npy_header characters and for dtypes and
// shapes that are too large.
NpyHeader read_npy_header(Reader& reader, const Limits& limits);

// Magic, version and header, byte for byte as numpy 1.24 writes them. Error `unsupported` where the dtype's fields
// overlap or are out of order.
std::string npy_header(const DType& dtype, const Shape& shape, Order order);

}  // namespace larder::internal
