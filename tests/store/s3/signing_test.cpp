// Signatures: cases that AWS published, as facts. The whole of its test suite is checked by test_signing_vectors.py.
#include <catch2/catch.hpp>

#include <string>
#include <thread>
#include <vector>

#include "store/s3/sha256.h"
#include "store/s3/signing.h"

namespace larder::internal::s3 {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view empty_payload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct Case {
  std::string name, method, path;
  std::map<std::string, std::string> query;
  Headers headers;
  std::string payload;
  std::string canonical;  // SHA-256 of the canonical request; empty where none is published
  std::string signature;
};

struct Signer {
  Credentials credentials;
  Scope scope;
  UtcTime now;
};

std::string signature_of(const Case& one, const Signer& signer) {
  const std::string path = escape_path(one.path);
  const std::string query = escape_query(one.query);
  const ToSign what{one.method, path, query, one.payload};
  if (!one.canonical.empty())
    CHECK(hex_digits(sha256(as_bytes(canonical_request(what, one.headers)))) == one.canonical);
  const std::string value = authorization(what, one.headers, signer.credentials, signer.scope, signer.now);
  return value.substr(value.rfind('=') + 1);
}

// The signer and the headers of AWS's test suite.
Signer suite_signer() {
  return {{"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), {}},
          {"us-east-1", "service"},
          std::chrono::sys_days(std::chrono::August / 30 / 2015) + 12h + 36min};
}

Headers with_suite_headers(Headers more = {}) {
  more.emplace("host", "example.amazonaws.com");
  more.emplace("x-amz-date", "20150830T123600Z");
  return more;
}

std::vector<Case> suite_cases() {
  const std::string letters = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const std::string empty(empty_payload);
  return {
      {"get-vanilla",
       "GET",
       "/",
       {},
       with_suite_headers(),
       empty,
       "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"post-vanilla",
       "POST",
       "/",
       {},
       with_suite_headers(),
       empty,
       "553f88c9e4d10fc9e109e2aeb65f030801b70c2f6468faca261d401ae622fc87",
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"get-unreserved",
       "GET",
       "/" + letters,
       {},
       with_suite_headers(),
       empty,
       "6a968768eefaa713e2a6b16b589a8ea192661f098f37349f4e2c0082757446f9",
       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
      {"get-utf8",
       "GET",
       "/\xe1\x88\xb4",
       {},
       with_suite_headers(),
       empty,
       "2a0a97d02205e45ce2e994789806b19270cfbbb0921b278ccf58f5249ac42102",
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-vanilla-utf8-query",
       "GET",
       "/",
       {{"\xe1\x88\xb4", "bar"}},
       with_suite_headers(),
       empty,
       "eb30c5bed55734080471a834cc727ae56beb50e5f39d1bff6d0d38cb192a7073",
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"get-vanilla-query-order-encoded",
       "GET",
       "/",
       {{"Param-3", "Value3"}, {"Param", "Value2"}, {"\xe1\x88\xb4", "Value1"}},
       with_suite_headers(),
       empty,
       "868294f5c38bd141c4972a373a76654f1418a8e4fc18b2e7903ae45e8ae0ec71",
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/",
       {{"Param2", "value2"}, {"Param1", "value1"}},
       with_suite_headers(),
       empty,
       "816cd5b414d056048ba4f7c5386d6e0533120fb1fcfa93762cf0fc39e2cf19e0",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-unreserved",
       "GET",
       "/",
       {{letters, letters}},
       with_suite_headers(),
       empty,
       "c30d4703d9f799439be92736156d47ccfb2d879ddf56f5befa6d1d6aab979177",
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
      {"get-header-value-trim",
       "GET",
       "/",
       {},
       with_suite_headers({{"my-header1", " value1"}, {"my-header2", " \"a   b   c\""}}),
       empty,
       "a726db9b0df21c14f559d0a978e563112acb1b9e05476f0a6a1c7d68f28605c7",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"post-header-value-case",
       "POST",
       "/",
       {},
       with_suite_headers({{"my-header1", "VALUE1"}}),
       empty,
       "d51ced243e649e3de6ef63afbbdcbca03131a21a7103a1583706a64618606a93",
       "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
      {"get-vanilla-with-session-token",
       "GET",
       "/",
       {},
       with_suite_headers(
           {{"x-amz-security-token", "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"}}),
       empty,
       "067b36aa60031588cea4a4cde1f21215227a047690c72247f1d70b32fbbfad2b",
       "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"},
      {"post-x-www-form-urlencoded",
       "POST",
       "/",
       {},
       with_suite_headers({{"content-type", "application/x-www-form-urlencoded"}}),
       hex_digits(sha256(as_bytes("Param1=value1"))),
       "42a5e5bb34198acb3e84da4f085bb7927f2bc277ca766e6d19c73c2154021281",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
  };
}

// "Examples: Signature calculations" of the page that signing.h names.
Signer s3_signer() {
  return {{"AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), {}},
          {"us-east-1", "s3"},
          std::chrono::sys_days(std::chrono::May / 24 / 2013)};
}

Headers with_s3_headers(std::string_view payload, Headers more = {}) {
  more.emplace("host", "examplebucket.s3.amazonaws.com");
  more.emplace("x-amz-content-sha256", payload);
  more.emplace("x-amz-date", "20130524T000000Z");
  return more;
}

std::vector<Case> s3_cases() {
  const std::string empty(empty_payload);
  const std::string welcome = hex_digits(sha256(as_bytes("Welcome to Amazon S3.")));
  return {
      {"get object",
       "GET",
       "/test.txt",
       {},
       with_s3_headers(empty, {{"range", "bytes=0-9"}}),
       empty,
       "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
      {"put object",
       "PUT",
       "/test$file.text",
       {},
       with_s3_headers(welcome,
                       {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}),
       welcome,
       "9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d",
       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
      {"get lifecycle",
       "GET",
       "/",
       {{"lifecycle", ""}},
       with_s3_headers(empty),
       empty,
       "9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca",
       "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
      {"list objects",
       "GET",
       "/",
       {{"prefix", "J"}, {"max-keys", "2"}},
       with_s3_headers(empty),
       empty,
       "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7",
       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
  };
}

}  // namespace

TEST_CASE("signatures are those of AWS's test suite") {
  for (const Case& one : suite_cases()) {
    INFO(one.name);
    CHECK(signature_of(one, suite_signer()) == one.signature);
  }
}

TEST_CASE("signatures are those of the examples in the documentation of S3") {
  for (const Case& one : s3_cases()) {
    INFO(one.name);
    CHECK(signature_of(one, s3_signer()) == one.signature);
  }
}

TEST_CASE("the header names the signer, the scope and what was signed") {
  const Case one = suite_cases().front();
  const Signer signer = suite_signer();
  CHECK(authorization({"GET", "/", "", empty_payload}, one.headers, signer.credentials, signer.scope, signer.now) ==
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=" +
            one.signature);
}

TEST_CASE("a remembered key is used for its own day, secret, region and service only") {
  const Case one = suite_cases().front();
  const Signer first = suite_signer();
  Signer other_secret = first, other_day = first, other_region = first, other_service = first;
  other_secret.credentials.key = Secret("another");
  other_day.now += 24h;
  other_region.scope.region = "eu-west-1";
  other_service.scope.service = "sts";
  for (const Signer& other : {other_secret, other_day, other_region, other_service}) {
    CHECK(signature_of(one, first) == one.signature);
    std::string fresh;
    std::thread([&] { fresh = signature_of(one, other); }).join();  // remembers nothing yet
    CHECK(fresh != one.signature);
    CHECK(signature_of(one, other) == fresh);
  }
}

TEST_CASE("paths and queries are escaped as S3 wants them") {
  CHECK(escape_path("/a b/\xc3\xa4+=&?#%~.-_$*'()!") == "/a%20b/%C3%A4%2B%3D%26%3F%23%25~.-_%24%2A%27%28%29%21");
  CHECK(escape_query("a/b c") == "a%2Fb%20c");
  CHECK(escape_query({{"uploads", ""}}) == "uploads=");
  CHECK(escape_query({{"a:", "1"}, {"a0", "2"}}) == "a%3A=1&a0=2");
  CHECK(escape_query(std::map<std::string, std::string>{}).empty());
}

}  // namespace larder::internal::s3
