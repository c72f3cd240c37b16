// Any text as a compress argument, and any file name: the answer is a codec with a level that it has, or Error `usage`.
#include <larder/compress.h>

#include "fuzzing.h"

using namespace larder;
using namespace larder::testing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(as_input(data, size));
  const std::size_t end = text.find('\n');  // a file name may follow on a second line
  try {
    const Compression resolved =
        resolve(Compress::parse(text.substr(0, end)), end == text.npos ? "" : text.substr(end + 1));
    if (resolved.codec == nullptr) return 0;
    const CodecInfo& info = resolved.codec->info();
    require(resolved.level >= info.min_level && resolved.level <= info.max_level, "the level is one of the codec's");
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::usage, error.what());
  }
  return 0;
}
