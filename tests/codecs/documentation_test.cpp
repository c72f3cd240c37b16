// The codec of docs/codecs.md, as it stands there, works as it says.
#include <documented_codec.h>

#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

TEST_CASE("the documented example of a codec works") {
  add_my_codec();
  const Codec& flip = CodecRegistry::global().get("flip");
  CHECK(CodecRegistry::global().find_by_extension("data.flip") == &flip);
  const Content content = mixture(100'000);
  const Content compressed = packed(flip, content);
  CHECK(compressed.size() == 2 * content.size() + 1);
  CHECK((unpacked(flip, compressed) == content));
  CHECK((unpacked_in_pieces(flip, compressed, 10, 3) == content));
  CHECK_ERROR(unpacked(flip, Bytes(compressed).first(1'001)), truncated);
  CHECK_ERROR(unpacked(flip, compressed + compressed), malformed);
}
