// Where redirects lead, and where they do not.
#include <catch2/catch.hpp>

#include "tests/store/s3/failing.h"
#include "tests/store/s3/listed_answers.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace internal::s3;

const Endpoint aws{
    .host = "s3.us-east-1.amazonaws.com", .bucket = "bucket", .region = "us-east-1", .in_host = true, .aws = true};
const Endpoint other{.host = "s3.example:9000", .bucket = "bucket", .region = "us-east-1"};

Conversation script(std::deque<Exchange> exchanges, const Endpoint& endpoint) {
  return Conversation(std::move(exchanges), {}, endpoint);
}

Exchange to_region(int status, const std::string& region, const std::string& location = {}) {
  Headers headers{{"x-amz-bucket-region", region}};
  if (!location.empty()) headers["location"] = location;
  return answer(status, headers);
}

TEST_CASE("at AWS a redirect leads to the region that it names, signed anew") {
  for (const int status : {301, 307, 308, 400}) {
    const Exchange there = status == 400
                               ? refusal(400, "AuthorizationHeaderMalformed", {}, "<Region>eu-west-1</Region>")
                               : to_region(status, "eu-west-1", "https://evil.example/");
    Conversation s = script({there, answer(200)}, aws);
    CHECK(s.send("PUT").response.status == 200);
    CHECK(s.transport->wires[0].url == "https://bucket.s3.us-east-1.amazonaws.com/k");
    CHECK(s.transport->wires[1].url == "https://bucket.s3.eu-west-1.amazonaws.com/k");
    CHECK(s.header(1, "host") == "bucket.s3.eu-west-1.amazonaws.com");
    CHECK_THAT(s.header(1, "authorization"), Catch::Contains("/eu-west-1/s3/aws4_request"));
    s.send("GET");
    CHECK(s.transport->wires[2].url == "https://bucket.s3.eu-west-1.amazonaws.com/k");
    CHECK(s.time.slept().empty());
  }
}

TEST_CASE("no redirect leads to a host that an answer wrote") {
  const std::vector<std::string> regions = {"evil.example/",
                                            "eu-west-1.evil.example",
                                            "eu-west-1/",
                                            "eu-west-1#",
                                            "eu-west-1@evil",
                                            "eu-west-1:443",
                                            "EU-WEST-1",
                                            "",
                                            "-",
                                            "eu-west-1?x",
                                            "x\\y",
                                            "%65u",
                                            std::string(33, 'a')};
  for (const std::string& region : regions) {
    Conversation s =
        script({to_region(301, region, "https://evil.example:99/bucket?X-Amz-Signature=CANARY"), answer(200)}, aws);
    CHECK_FAILS(s.send("GET"), io, "redirects (HTTP 301) to 'evil.example:99', where larder does not follow");
    CHECK(s.attempts() == 1);
    CHECK(failing([&] {
            script({to_region(301, region, "https://a:CANARY@evil/")}, aws).send("GET");
          }).find("CANARY") == std::string::npos);
  }
}

TEST_CASE("elsewhere no redirect is followed") {
  for (const int status : {301, 302, 303, 307, 308}) {
    for (const char* location : {"https://evil.example/", "http://s3.example:9000/bucket/k", "https://s3.example/",
                                 "//s3.example", "/k", ""}) {
      Conversation s = script({to_region(status, "eu-west-1", location), answer(200)}, other);
      CHECK_ERROR(s.send("PUT"), io);
      CHECK(s.attempts() == 1);
    }
  }
}

TEST_CASE("another server's region is learned, its host stays") {
  Conversation s =
      script({refusal(400, "AuthorizationHeaderMalformed", {}, "<Region>my-region</Region>"), answer(200)}, other);
  CHECK(s.send("PUT").response.status == 200);
  CHECK(s.transport->wires[1].url == "https://s3.example:9000/bucket/k");
  CHECK_THAT(s.header(1, "authorization"), Catch::Contains("/my-region/s3/aws4_request"));
  Conversation none = script({refusal(400, "AuthorizationHeaderMalformed")}, other);
  CHECK_FAILS(none.send("PUT"), io, "names no region");
  Conversation same = script({refusal(400, "AuthorizationHeaderMalformed", {}, "<Region>us-east-1</Region>")}, other);
  CHECK_ERROR(same.send("PUT"), io);
  CHECK(same.attempts() == 1);
}

TEST_CASE("redirects in a circle end") {
  std::deque<Exchange> circle;
  for (int i = 0; i < 10; ++i) circle.push_back(to_region(307, i % 2 == 0 ? "eu-west-1" : "us-east-1"));
  Conversation s = script(circle, aws);
  CHECK_FAILS(s.send("GET"), io, "redirects more than 5 times");
  CHECK(s.attempts() == 6);
  Conversation same = script({to_region(301, "us-east-1")}, aws);
  CHECK_ERROR(same.send("GET"), io);
  CHECK(same.attempts() == 1);
}

}  // namespace
}  // namespace larder::testing
