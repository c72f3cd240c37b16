// Any text as a dtype: what parses is described in a way that parses to the same.
#include <larder/dtype.h>

#include "fuzzing.h"

using namespace larder;
using namespace larder::testing;

namespace {

void require_description(const DType& dtype) {
  std::string descr;
  const auto failure = kind_of_failure([&] { descr = dtype.descr(); });
  require(!failure || failure == ErrorKind::unsupported, "a dtype has a descr, or one that .npy cannot hold");
  if (!failure) require(DType::parse(descr).itemsize() == dtype.itemsize(), "descr parses to the same size");
  require(!dtype.name().empty() && !dtype.typestr().empty(), "a dtype has names");
  require(dtype.swapped().swapped() == dtype, "swapped twice is the same");
  require(dtype.to_native().is_native(), "to_native is native");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::optional<DType> dtype;
  if (!kind_of_failure([&] { dtype = DType::parse(as_text(as_input(data, size))); })) require_description(*dtype);
  return 0;
}
