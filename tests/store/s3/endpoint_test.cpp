// Where a bucket is: by options, the environment and profiles; and what its URLs are.
#include <catch2/catch.hpp>

#include "store/s3/client.h"
#include "tests/store/s3/fake_surroundings.h"
#include "tests/support/errors.h"

namespace larder::internal::s3 {

namespace {

using testing::FakeSurroundings;

Endpoint found(const S3Options& options, FakeSurroundings around = {}, std::string_view bucket = "bucket") {
  return find_endpoint(bucket, options, around.surroundings());
}

S3Options at(std::string endpoint) {
  S3Options options;
  options.endpoint = std::move(endpoint);
  return options;
}

std::string url_of(const Endpoint& endpoint, std::string key, std::map<std::string, std::string> query = {}) {
  return endpoint.url({"GET", std::move(key), std::move(query), {}});
}

}  // namespace

TEST_CASE("without an endpoint a bucket is at AWS, in us-east-1") {
  const Endpoint endpoint = found({});
  CHECK(endpoint.secure);
  CHECK(endpoint.aws);
  CHECK(endpoint.in_host);
  CHECK(endpoint.region == "us-east-1");
  CHECK(endpoint.host == "s3.us-east-1.amazonaws.com");
  CHECK(endpoint.host_of_bucket() == "bucket.s3.us-east-1.amazonaws.com");
  CHECK(url_of(endpoint, "a b/c") == "https://bucket.s3.us-east-1.amazonaws.com/a%20b/c");
  CHECK(url_of(endpoint, "", {{"uploads", ""}}) == "https://bucket.s3.us-east-1.amazonaws.com/?uploads=");
}

TEST_CASE("the region comes from the options, the environment, then the profile") {
  FakeSurroundings around;
  around.files["/users/me/.aws/config"] = "[default]\nregion = eu-north-1\n[profile dev]\nregion = cn-north-1\n";
  CHECK(found({}, around).region == "eu-north-1");
  S3Options options;
  options.profile = "dev";
  CHECK(found(options, around).region == "cn-north-1");
  CHECK(found(options, around).host == "s3.cn-north-1.amazonaws.com.cn");
  CHECK(found(options, around).aws);
  around.variables["AWS_DEFAULT_REGION"] = "eu-west-1";
  CHECK(found({}, around).region == "eu-west-1");
  around.variables["AWS_REGION"] = "eu-west-2";
  CHECK(found({}, around).region == "eu-west-2");
  options.region = "eu-west-3";
  CHECK(found(options, around).region == "eu-west-3");
}

TEST_CASE("the endpoint comes from the options, the environment, then the profile") {
  FakeSurroundings around;
  around.files["/users/me/.aws/config"] =
      "[default]\nendpoint_url = https://a.example.org\n"
      "[profile dev]\nservices = local\n[services local]\ns3 =\n  endpoint_url = https://b.example.org\n";
  CHECK(found({}, around).host == "a.example.org");
  S3Options options;
  options.profile = "dev";
  CHECK(found(options, around).host == "b.example.org");
  around.variables["AWS_ENDPOINT_URL"] = "https://c.example.org";
  CHECK(found({}, around).host == "c.example.org");
  around.variables["AWS_ENDPOINT_URL_S3"] = "https://d.example.org";
  CHECK(found({}, around).host == "d.example.org");
  CHECK(found(at("https://e.example.org"), around).host == "e.example.org");
}

TEST_CASE("another server's bucket is part of the path, unless the host is asked for") {
  S3Options options = at("https://s3.example.org:9000/");
  const Endpoint path = found(options);
  CHECK_FALSE(path.aws);
  CHECK(url_of(path, "a/b") == "https://s3.example.org:9000/bucket/a/b");
  CHECK(url_of(path, "", {{"prefix", "a/"}, {"list-type", "2"}}) ==
        "https://s3.example.org:9000/bucket?list-type=2&prefix=a%2F");
  options.addressing = Addressing::virtual_host;
  CHECK(url_of(found(options), "a/b") == "https://bucket.s3.example.org:9000/a/b");
  CHECK_ERROR(found(options, {}, "Bucket"), usage);
  CHECK_ERROR(found(options, {}, "a.bucket"), usage);
  CHECK_ERROR(found(options, {}, "a.."), usage);
  options.endpoint = "https://10.0.0.1";
  CHECK_ERROR(found(options), usage);
}

TEST_CASE("at AWS a bucket whose name is no part of a host is part of the path") {
  CHECK(url_of(found({}, {}, "my.bucket"), "k") == "https://s3.us-east-1.amazonaws.com/my.bucket/k");
  S3Options options;
  options.addressing = Addressing::path;
  CHECK(url_of(found(options), "k") == "https://s3.us-east-1.amazonaws.com/bucket/k");
}

TEST_CASE("only real names of AWS count as AWS") {
  CHECK(found(at("https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com")).aws);
  CHECK_FALSE(found(at("https://evilamazonaws.com")).aws);
  CHECK_FALSE(found(at("https://s3.amazonaws.com.example.org")).aws);
}

TEST_CASE("http is for this machine, or said in so many words") {
  CHECK_FALSE(found(at("http://127.0.0.1:9000")).secure);
  CHECK(url_of(found(at("http://127.0.0.1:9000")), "k") == "http://127.0.0.1:9000/bucket/k");
  CHECK(url_of(found(at("http://localhost")), "k") == "http://localhost/bucket/k");
  CHECK_ERROR(found(at("http://s3.example.org")), usage);
  CHECK_ERROR(found(at("http://127.0.0.1.example.org")), usage);
  FakeSurroundings around;
  around.variables["AWS_ENDPOINT_URL"] = "http://s3.example.org";
  CHECK_ERROR(found({}, around), usage);
  S3Options options = at("http://s3.example.org");
  options.send_unencrypted = true;
  CHECK(url_of(found(options), "k") == "http://s3.example.org/bucket/k");
}

TEST_CASE("endpoints, regions and buckets that are none are refused") {
  for (const char* text : {"s3.example.org", "https://s3.example.org/path", "https://s3.example.org?x=y", "ftp://host",
                           "https://me:CANARY@host", "https://ho st"}) {
    INFO(text);
    CHECK_ERROR(found(at(text)), usage);
  }
  for (const char* region : {"eu west", "eu/west", "a.example.org", "\r\n"}) {
    S3Options options = at("https://s3.example.org");
    options.region = region;
    INFO(region);
    CHECK_ERROR(found(options), usage);
  }
  S3Options options;
  options.region = "Garage";  // a region of other servers, not one of AWS
  CHECK_ERROR(found(options), usage);
  options.endpoint = "https://s3.example.org";
  CHECK(found(options).region == "Garage");
  for (const char* bucket : {"", "ab", "..", "...", "a/b", "a b", "a%2fb",
                             "b\xc3\xbc"
                             "cket",
                             "arn:aws:s3"}) {
    INFO(bucket);
    CHECK_ERROR(found({}, {}, bucket), usage);
  }
  CHECK_ERROR(found({}, {}, std::string(256, 'a')), usage);
}

TEST_CASE("an endpoint with a password is refused without showing it") {
  try {
    found(at("https://me:CANARY@host"));
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("CANARY") == std::string::npos);
  }
}

}  // namespace larder::internal::s3
