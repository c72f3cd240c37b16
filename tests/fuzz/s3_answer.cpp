// Whatever a server that speaks S3 answers is read, or an Error of a few kinds.
#include <larder/bytes.h>

#include "fuzzing.h"
#include "store/s3/answer.h"
#include "store/s3/bucket.h"

using namespace larder;
using namespace larder::internal::s3;
using larder::testing::kind_of_failure;

namespace {

// Lines up to an empty one are headers, the rest is the body.
Response response_of(std::string_view text) {
  Answer answer({});
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n') + 1);
    if (line.empty() || line == "\n") break;
    answer.add_header(line);
    text.remove_prefix(line.size());
  }
  answer.add_body(as_bytes(text));
  return answer.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  kind_of_failure([&] {
    const Response response = response_of(text);
    describe(response);
    kind_of_failure([&] { parse_head(response); });
    kind_of_failure([&] { parse_list(response.body); });
    kind_of_failure([&] { parse_uploads(response.body); });
    kind_of_failure([&] { parse_upload_id(response.body); });
    kind_of_failure([&] { parse_etag(response.body); });
    kind_of_failure([&] { parse_assumed_role(response.body); });
  });
  return 0;
}
