// Each codec's library in the plainest loop that streams with it: what larder's own streams are compared with.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <larder/bytes.h>

namespace larder::bench {

using Sink = std::function<void(Bytes)>;

// One library, called as larder calls it: the same format, level, checksum, pieces of input and size of the output
// buffer.
struct BareCodec {
  std::string name;  // larder's name for it
  void (*compress)(Bytes in, int level, const Sink& sink);
  void (*decompress)(Bytes in, MutableBytes out);  // `out` is as long as the content
};

// One a codec. Failures of a library end the process.
const std::vector<BareCodec>& bare_codecs();

}  // namespace larder::bench
