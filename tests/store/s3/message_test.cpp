#include <catch2/catch.hpp>

#include "store/s3/message.h"

namespace larder::testing {
namespace {

TEST_CASE("a header that an answer does not have is empty") {
  internal::s3::Response response;
  response.headers = {{"etag", "\"1\""}};
  CHECK(response.header("etag") == "\"1\"");
  CHECK(response.header("date").empty());
  CHECK(response.header("").empty());
}

}  // namespace
}  // namespace larder::testing
