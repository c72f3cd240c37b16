// Certificates are verified, always.
#include <catch2/catch.hpp>

#include "server.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

S3Options tls_options() {
  S3Options options;
  options.endpoint = variable("LARDER_S3_TLS_ENDPOINT");
  return options;
}

TEST_CASE("a server whose certificate nobody vouches for is refused, and gets no key") {
  if (variable("LARDER_S3_TLS_ENDPOINT").empty()) return;
  CHECK_ERROR(s3_store("bucket", "", tls_options()), io);
}

TEST_CASE("the file of certificates that was given vouches for it") {
  if (variable("LARDER_S3_TLS_ENDPOINT").empty()) return;
  const std::string bucket = make_bucket();  // the two servers share their data
  S3Options options = tls_options();
  options.ca_file = variable("LARDER_S3_CA_FILE");
  const auto store = s3_store(bucket, "", options);
  store->put("k", std::as_bytes(std::span("value", 5)));
  CHECK(store->read("k").size() == 5);
  CHECK(open_bucket(bucket)->read("k").size() == 5);
}

}  // namespace
}  // namespace larder::testing
