// Where credentials come from, in which order, when they are renewed, and that no message shows them.
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include "store/s3/credentials.h"
#include "tests/store/s3/fake_surroundings.h"
#include "tests/support/errors.h"

namespace larder::internal::s3 {

namespace {

using namespace std::chrono_literals;
using testing::answered;
using testing::FakeSurroundings;
using testing::nobody;

const std::string secret = "CANARY-secret";
const std::string token = "CANARY-token";

std::shared_ptr<const Credentials> found(FakeSurroundings& around, const S3Options& options = {}) {
  return find_credentials(options, around.surroundings())->get();
}

void check_is(const std::shared_ptr<const Credentials>& credentials, std::string_view id) {
  REQUIRE(credentials);
  CHECK(credentials->id == id);
  CHECK(credentials->key.reveal() == secret);
}

// The Error's message has no canary, and is of this kind; `says` is in it.
void check_refused(FakeSurroundings& around, ErrorKind kind, std::string_view says, const S3Options& options = {}) {
  try {
    found(around, options);
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(name_of(error.kind()) == name_of(kind));
    CHECK(std::string_view(error.what()).find(says) != std::string_view::npos);
    CHECK(std::string_view(error.what()).find("CANARY") == std::string_view::npos);
  }
}

std::string json_of(std::string_view id, std::string_view expiration) {
  return R"({"Code": "Success", "AccessKeyId": ")" + std::string(id) + R"(", "SecretAccessKey": ")" + secret +
         R"(", "Token": ")" + token + R"(", "Expiration": ")" + std::string(expiration) + R"("})";
}

FakeSurroundings with_environment() {
  FakeSurroundings around;
  around.variables["AWS_ACCESS_KEY_ID"] = "AKIDENV";
  around.variables["AWS_SECRET_ACCESS_KEY"] = secret;
  return around;
}

FakeSurroundings with_container() {
  FakeSurroundings around;
  around.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/1";
  return around;
}

}  // namespace

TEST_CASE("anonymous requests look for no credentials") {
  FakeSurroundings around = with_environment();
  S3Options options;
  options.anonymous = true;
  CHECK(found(around, options) == nullptr);
  CHECK(around.transport->asked().empty());
}

TEST_CASE("the environment has credentials, with and without a token") {
  FakeSurroundings around = with_environment();
  check_is(found(around), "AKIDENV");
  CHECK(found(around)->token.empty());
  around.variables["AWS_SESSION_TOKEN"] = token;
  CHECK(found(around)->token.reveal() == token);
  around.variables["AWS_ACCESS_KEY_ID"] = "AKID\r\nx-evil: y";
  check_refused(around, ErrorKind::usage, "the environment");
  around.variables["AWS_ACCESS_KEY_ID"] = "AKIDENV";
  around.variables["AWS_SESSION_TOKEN"] = token + "\n";
  check_refused(around, ErrorKind::usage, "the environment");
  around.variables.erase("AWS_ACCESS_KEY_ID");
  check_refused(around, ErrorKind::usage, "only one of AWS_ACCESS_KEY_ID");
}

TEST_CASE("profiles have credentials; one that is named in the options comes before the environment") {
  FakeSurroundings around;
  around.files["/users/me/.aws/credentials"] =
      "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = " + secret +
      "\n[dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = " + secret + "\naws_session_token = " + token +
      "\n";
  check_is(found(around), "AKIDDEFAULT");
  around.variables["AWS_PROFILE"] = "dev";
  check_is(found(around), "AKIDDEV");
  CHECK(found(around)->token.reveal() == token);
  around.variables["AWS_ACCESS_KEY_ID"] = "AKIDENV";
  around.variables["AWS_SECRET_ACCESS_KEY"] = secret;
  check_is(found(around), "AKIDENV");
  S3Options options;
  options.profile = "default";
  check_is(found(around, options), "AKIDDEFAULT");
  options.profile = "none";
  check_refused(around, ErrorKind::usage, "there is no profile 'none' in /users/me/.aws/credentials", options);
}

TEST_CASE("profiles that say what larder does not do are refused by name") {
  for (const char* name : {"credential_process", "sso_session", "sso_start_url", "credential_source"}) {
    FakeSurroundings around;
    around.files["/users/me/.aws/config"] = std::string("[default]\n") + name + " = CANARY\n";
    check_refused(around, ErrorKind::unsupported, name);
  }
  FakeSurroundings around;
  around.files["/users/me/.aws/config"] = "[default]\nrole_arn = r\nsource_profile = CANARY\n";
  check_refused(around, ErrorKind::unsupported, "source_profile");
  around.files["/users/me/.aws/config"] = "[default]\naws_secret_access_key = CANARY\n";
  check_refused(around, ErrorKind::usage, "only one of aws_access_key_id");
}

TEST_CASE("keys in a file are read anew once a server refused them") {
  FakeSurroundings around;
  const std::string path = "/users/me/.aws/credentials";
  const auto keys = [&](const std::string& id) {
    return "[default]\naws_access_key_id = " + id + "\naws_secret_access_key = " + secret + "\n";
  };
  around.files[path] = keys("AKIDOLD");
  const auto source = find_credentials({}, around.surroundings());
  const auto old = source->get();
  around.files[path] = keys("AKIDNEW");
  check_is(source->get(), "AKIDOLD");
  source->refuse(old);
  check_is(source->get(), "AKIDNEW");
  const auto fresh = source->get();
  source->refuse(old);  // another thread was as late: nothing is fetched again
  CHECK(source->get() == fresh);
}

TEST_CASE("a web identity is exchanged for credentials over https, in the body alone") {
  FakeSurroundings around;
  around.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
  around.variables["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
  around.variables["AWS_REGION"] = "eu-west-1";
  around.files["/token"] = token + "\n";
  std::string body;
  around.answer_by([&](const Wire& wire) {
    body = as_text(wire.body);
    CHECK(wire.headers.at("content-type") == "application/x-www-form-urlencoded");
    return answered(200,
                    "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
                    "<AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>" +
                        secret + "</SecretAccessKey><SessionToken>" + token +
                        "</SessionToken><Expiration>2024-05-01T01:00:00Z</Expiration></Credentials>"
                        "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>");
  });
  check_is(found(around), "AKIDROLE");
  CHECK(found(around)->token.reveal() == token);
  CHECK(found(around)->expires == around.now + 1h);
  CHECK(around.transport->asked().front() == "POST https://sts.eu-west-1.amazonaws.com/");
  CHECK(body ==
        "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=larder"
        "&Version=2011-06-15&WebIdentityToken=" +
            token);
  around.variables["AWS_ROLE_SESSION_NAME"] = "me";
  around.variables["AWS_ENDPOINT_URL_STS"] = "https://sts.example.org";
  check_is(found(around), "AKIDROLE");
  CHECK(around.transport->asked().back() == "POST https://sts.example.org/");
  CHECK(body.find("RoleSessionName=me&") != std::string::npos);
  around.variables["AWS_ENDPOINT_URL_STS"] = "http://sts.example.org";
  check_refused(around, ErrorKind::usage, "AWS_ENDPOINT_URL_STS");
}

TEST_CASE("a profile may name a web identity") {
  FakeSurroundings around;
  around.files["/users/me/.aws/config"] = "[default]\nrole_arn = r\nweb_identity_token_file = /token\n";
  check_refused(around, ErrorKind::usage, "/token");
  around.files["/token"] = "CANARY";
  around.answer_by([](const Wire&) {
    return answered(403,
                    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>CANARY</Message></Error></ErrorResponse>");
  });
  check_refused(around, ErrorKind::io, "HTTP status 403 (AccessDenied)");
  around.answer_by([](const Wire&) { return answered(403, "<Error><Code>CANARY-1 or so</Code></Error>"); });
  check_refused(around, ErrorKind::io, "HTTP status 403");
  around.answer_by([](const Wire&) { return answered(200, "<CANARY"); });
  check_refused(around, ErrorKind::malformed, "cannot be read");
  around.files["/token"] = "CANARY\r\nx-evil: y";
  check_refused(around, ErrorKind::usage, "/token");
}

TEST_CASE("a container asks its host, with a token where there is one") {
  FakeSurroundings around = with_container();
  std::string authorization;
  around.answer_by([&](const Wire& wire) {
    const auto header = wire.headers.find("authorization");
    authorization = header == wire.headers.end() ? "none" : header->second;
    return answered(200, json_of("AKIDTASK", "2024-05-01T06:00:00Z"));
  });
  check_is(found(around), "AKIDTASK");
  CHECK(around.transport->asked() == std::vector<std::string>{"GET http://169.254.170.2/v2/credentials/1"});
  CHECK(authorization == "none");
  around.variables.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  around.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://[fd00:ec2::23]/v1?x=y";
  around.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = token;
  check_is(found(around), "AKIDTASK");
  CHECK(around.transport->asked().back() == "GET http://[fd00:ec2::23]/v1?x=y");
  CHECK(authorization == token);
  around.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
  around.files["/token"] = "CANARY-file\n";
  check_is(found(around), "AKIDTASK");
  CHECK(authorization == "CANARY-file");
}

TEST_CASE("a container's credentials come from its host or by https, from nowhere else") {
  for (const char* path : {"@example.org/", ".example.org/", ":99999/", "/a b"}) {
    FakeSurroundings around = with_container();
    around.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = path;
    INFO(path);
    check_refused(around, ErrorKind::usage, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  }
  FakeSurroundings around;
  around.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://example.org/";
  check_refused(around, ErrorKind::usage, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  around.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "https://example.org/";
  check_refused(around, ErrorKind::io, "nobody listens there");
  CHECK(around.transport->asked().size() == 3);
}

TEST_CASE("an instance gives credentials to whoever has a token first") {
  FakeSurroundings around;
  around.answer_by([](const Wire& wire) {
    if (wire.method == "PUT") {
      CHECK(wire.headers.count("x-aws-ec2-metadata-token-ttl-seconds") == 1);
      return answered(200, "CANARY-metadata");
    }
    CHECK(wire.headers.at("x-aws-ec2-metadata-token") == "CANARY-metadata");
    return wire.url.ends_with('/') ? answered(200, "my role\n")
                                   : answered(200, json_of("AKIDINSTANCE", "2024-05-01T06:00:00Z"));
  });
  check_is(found(around), "AKIDINSTANCE");
  CHECK(around.transport->asked() ==
        std::vector<std::string>{"PUT http://169.254.169.254/latest/api/token",
                                 "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/",
                                 "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/my%20role"});
  around.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://[fd00:ec2::254]/";
  check_is(found(around), "AKIDINSTANCE");
  CHECK(around.transport->asked()[3] == "PUT http://[fd00:ec2::254]/latest/api/token");
  around.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://example.org";
  check_refused(around, ErrorKind::usage, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
}

TEST_CASE("where there are no credentials, the message names all that were tried") {
  FakeSurroundings around;
  check_refused(around, ErrorKind::usage, "the profile 'default' in /users/me/.aws/credentials");
  CHECK(around.transport->asked().size() == 2);  // nobody answers for instance metadata, twice
  around.variables["AWS_EC2_METADATA_DISABLED"] = "true";
  check_refused(around, ErrorKind::usage, "AWS_ACCESS_KEY_ID");
  CHECK(around.transport->asked().size() == 2);
  around.variables.erase("AWS_EC2_METADATA_DISABLED");
  around.answer_by([](const Wire& wire) { return wire.method == "PUT" ? answered(200, "t") : answered(404); });
  check_refused(around, ErrorKind::usage, "instance metadata");
}

TEST_CASE("answers that are no credentials are refused without showing them") {
  FakeSurroundings around = with_container();
  const std::string good = json_of("AKIDTASK", "2024-05-01T06:00:00Z");
  for (const std::string& body :
       {std::string("CANARY"), std::string("{\"AccessKeyId\": CANARY}"), std::string("\"CANARY\""), std::string("[]"),
        std::string("{}"), std::string("{\"AccessKeyId\": 1, \"SecretAccessKey\": \"CANARY\"}"),
        json_of("AKID\\r\\nCANARY", "2024-05-01T06:00:00Z"), json_of("AKIDTASK", "CANARY")}) {
    INFO(body);
    around.answer_by([&](const Wire&) { return answered(200, body); });
    try {
      found(around);
      FAIL("nothing was thrown");
    } catch (const Error& error) {
      CHECK(std::string_view(error.what()).find("CANARY") == std::string_view::npos);
    }
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    around.answer_by([&](const Wire&) { return answered(200, good.substr(0, size)); });
    CHECK_THROWS_AS(found(around), Error);
  }
}

TEST_CASE("a source that fails for a moment is asked again") {
  FakeSurroundings around = with_container();
  int left = 2;
  around.answer_by([&](const Wire&) {
    if (left-- > 0) return left == 1 ? answered(503) : nobody();
    return answered(200, json_of("AKIDTASK", "2024-05-01T06:00:00Z"));
  });
  check_is(found(around), "AKIDTASK");
  around.answer_by([&](const Wire&) { return answered(500, "CANARY"); });
  check_refused(around, ErrorKind::io, "HTTP status 500");
  CHECK(around.transport->asked().size() == 3);
}

TEST_CASE("credentials are renewed five minutes before they expire") {
  FakeSurroundings around = with_container();
  int fetched = 0;
  std::string expiration = "2024-05-01T01:00:00Z";
  bool fails = false;
  around.answer_by([&](const Wire&) {
    ++fetched;
    return fails ? answered(400) : answered(200, json_of("AKID" + std::to_string(fetched), expiration));
  });
  const auto source = find_credentials({}, around.surroundings());
  check_is(source->get(), "AKID1");
  around.now += 54min;
  check_is(source->get(), "AKID1");
  around.now += 1min;
  fails = true;
  check_is(source->get(), "AKID1");  // still good, though nobody gives new ones
  around.now += 6min;
  CHECK_ERROR(source->get(), io);
  fails = false;
  expiration = "2024-05-01T01:03:00Z";  // in two minutes: renewed in one
  const int before = fetched;
  for (int i = 0; i < 10; ++i) source->get();
  CHECK(fetched == before + 1);
  around.now += 61s;
  source->get();
  CHECK(fetched == before + 2);
}

TEST_CASE("one thread fetches for all") {
  FakeSurroundings around = with_container();
  std::atomic<int> fetched{0};
  around.answer_by([&](const Wire&) {
    ++fetched;
    return answered(200, json_of("AKIDTASK", "2024-05-01T06:00:00Z"));
  });
  const auto source = find_credentials({}, around.surroundings());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        const auto credentials = source->get();
        if (round % 10 == 9) source->refuse(credentials);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(fetched >= 1);
  CHECK(fetched <= 81);  // each refusal of what is current fetches once
}

TEST_CASE("what is found on this machine is asked of the process") {
  const Surroundings surroundings = surroundings_of_process(nullptr);
  CHECK(surroundings.variable("PATH"));
  CHECK_FALSE(surroundings.variable("LARDER_NO_SUCH_VARIABLE"));
  CHECK(surroundings.file(LARDER_SOURCE_DIR "/tests/store/s3/credentials_test.cpp")->starts_with("// Where"));
  CHECK_FALSE(surroundings.file("/no/such/file"));
  CHECK_ERROR(surroundings.file("/dev/zero"), limit);
}

}  // namespace larder::internal::s3
