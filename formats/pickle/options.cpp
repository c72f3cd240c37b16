#include "formats/pickle/options.h"

#include <bit>

#include "base/text.h"
#include "formats/pickle/array_writer.h"
#include "formats/pickle/opcodes.h"

namespace larder::internal {

namespace {

constexpr std::size_t largest_alignment = std::size_t{1} << 16;

}  // namespace

WriteOptions checked_pickling(WriteOptions options, bool buffers_may_lie_beside) {
  if (options.protocol == -1) options.protocol = highest_protocol;
  if (options.protocol < 0 || options.protocol > highest_protocol) {
    fail(ErrorKind::usage, "pickle protocol must be 0 to ", highest_protocol, " or -1 for the highest, not ",
         options.protocol);
  }
  const std::size_t alignment = options.pickle.array_alignment;
  if (!std::has_single_bit(alignment) || alignment < ArrayWriter::alignment || alignment > largest_alignment) {
    fail(ErrorKind::usage, "arrays are aligned to a power of two of ", ArrayWriter::alignment, " to ",
         largest_alignment, " bytes, not to ", alignment);
  }
  if (options.pickle.buffer_callback && (!buffers_may_lie_beside || options.protocol < 5))
    fail(ErrorKind::usage, "buffers can lie beside a pickle of protocol 5 in the format \"pickle\" only");
  return options;
}

}  // namespace larder::internal
