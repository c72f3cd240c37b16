// The files of profiles: their lines, and how two of them join.
#include <catch2/catch.hpp>

#include "store/s3/profile_file.h"
#include "tests/store/s3/fake_surroundings.h"
#include "tests/support/errors.h"

namespace larder::internal::s3 {

namespace {

using testing::FakeSurroundings;

}  // namespace

TEST_CASE("files of profiles are read") {
  const ProfileFile file = parse_profile_file(
      "# a comment\n; another\n\n[default]\r\nRegion=eu-west-1\r\n"
      "key = a=b#c ; said here\n  more of the key\n"
      "[ profile\t dev ] # why\n\tempty =\ns3 =\n  endpoint_url = https://x\n  addressing_style = path\noutput = json\n"
      "[default]\nlater = 1",
      "config");
  REQUIRE(file.size() == 2);
  CHECK(file.at("default") == Profile{{"region", "eu-west-1"}, {"key", "a=b#c"}, {"later", "1"}});
  CHECK(file.at("profile dev") ==
        Profile{{"s3", ""}, {"s3.endpoint_url", "https://x"}, {"s3.addressing_style", "path"}, {"output", "json"}});
  CHECK(parse_profile_file("", "config").empty());
}

TEST_CASE("lines of no sense are named by their number, not by what they say") {
  for (const char* text : {"[default]\nCANARY", "[default]\n= CANARY", "CANARY = 1\n[default]", "\n[CANARY",
                           "[default]\ns3 =\n  CANARY"}) {
    INFO(text);
    CHECK_ERROR(parse_profile_file(text, "config"), malformed);
    try {
      parse_profile_file(text, "config");
    } catch (const Error& error) {
      const std::string message = error.what();
      CHECK(message.find("CANARY") == std::string::npos);
      CHECK(message.find("line ") != std::string::npos);
      CHECK(message.find("config") != std::string::npos);
    }
  }
}

TEST_CASE("every beginning of a file is read or refused") {
  const std::string text = "[default]\nregion = x # y\ns3 =\n  endpoint_url = z\n[profile a]\nkey=value\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    try {
      parse_profile_file(std::string_view(text).substr(0, size), "config");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::malformed);
    }
  }
}

TEST_CASE("the credentials file comes before the configuration") {
  FakeSurroundings around;
  around.files["/users/me/.aws/credentials"] = "[default]\na = 1\n[dev]\na = 2\n[profile odd]\na = 3";
  around.files["/users/me/.aws/config"] = "[default]\na = 4\nb = 5\n[profile dev]\nb = 6\n[dev]\nb = 7\n";
  const Surroundings surroundings = around.surroundings();
  CHECK(read_profile(surroundings, "default") == Profile{{"a", "1"}, {"b", "5"}});
  CHECK(read_profile(surroundings, "dev") == Profile{{"a", "2"}, {"b", "6"}});
  CHECK_FALSE(read_profile(surroundings, "odd"));
  CHECK(profile_value(surroundings, "dev", "b") == "6");
  CHECK_FALSE(profile_value(surroundings, "dev", "c"));
  CHECK_FALSE(profile_value(surroundings, "none", "a"));
}

TEST_CASE("the environment says where the files are and which profile counts") {
  FakeSurroundings around;
  around.variables["AWS_SHARED_CREDENTIALS_FILE"] = "/etc/c";
  around.variables["AWS_CONFIG_FILE"] = "~/conf";
  around.files["/etc/c"] = "[dev]\na = 1";
  around.files["/users/me/conf"] = "[profile dev]\nb = 2";
  CHECK(read_profile(around.surroundings(), "dev") == Profile{{"a", "1"}, {"b", "2"}});
  CHECK(profile_name({}, around.surroundings()) == "default");
  around.variables["AWS_PROFILE"] = "dev";
  CHECK(profile_name({}, around.surroundings()) == "dev");
  S3Options options;
  options.profile = "other";
  CHECK(profile_name(options, around.surroundings()) == "other");
  around.variables.clear();
  CHECK_FALSE(read_profile(around.surroundings(), "dev"));
}

}  // namespace larder::internal::s3
