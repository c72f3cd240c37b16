// Opening stores on S3 by their URLs, over real connections, and what is no such URL.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <larder/local_store.h>
#include <larder/s3_store.h>
#include <larder/store.h>
#include <larder/store_report.h>

#include "tests/store/s3/fault_server.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder {

namespace {

using testing::FakeS3;
using testing::FaultServer;

// The credentials that FakeS3 knows are those of this process, and no file of this machine's user is read.
void become_known() {
  ::setenv("AWS_ACCESS_KEY_ID", testing::canary_id, 1);
  ::setenv("AWS_SECRET_ACCESS_KEY", testing::canary_key, 1);
  ::setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
  ::setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
  ::setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
  for (const char* name : {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",
                           "AWS_ENDPOINT_URL_S3"})
    ::unsetenv(name);
}

const StoreSettings known = {{"endpoint", "https://s3.example.org"}, {"anonymous", "true"}, {"read_only", "true"}};

std::unique_ptr<Store> open_with(const std::string& name, const std::string& value) {
  StoreSettings settings = known;
  settings[name] = value;
  return open_store("s3://bucket/prefix", settings);
}

// A build without libcurl opens nothing.
bool is_built() {
  try {
    open_store("s3://bucket", known);
    return true;
  } catch (const Error& error) {
    REQUIRE(error.kind() == ErrorKind::not_built);
    return false;
  }
}

}  // namespace

TEST_CASE("a store on S3 is opened by its URL") {
  if (!is_built()) return;
  become_known();
  const auto server = std::make_shared<FakeS3>(testing::FakeOptions{.needs_signatures = true});
  const FaultServer listening(server);
  const std::string url = "s3://bucket/a%20b/c/?endpoint=" + listening.url();
  const auto store = open_store(url);
  CHECK(store->name() == "s3://bucket/a b/c/");
  CHECK((store->capabilities().puts_if_absent && store->capabilities().nests && !store->capabilities().touches));
  store->put("k", as_bytes("value"));
  CHECK(server->get("a b/c/k") == "value");
  CHECK(as_text(open_store(url, {{"read_only", "true"}})->read("k").bytes()) == "value");
  CHECK_FALSE(open_store(url, {{"read_only", "true"}})->capabilities().writes);
  CHECK(open_store(url, {{"accesses", "true"}})->capabilities().touches);
  CHECK_FALSE(open_store(url, {{"probe", "false"}})->capabilities().nests);
  CHECK_ERROR(open_store("s3://other?endpoint=" + listening.url()), not_found);
  CHECK_FALSE(listening.saw_secret());
  CHECK(server->objects() == 1);
}

TEST_CASE("a cache directory in the URL keeps what is got") {
  if (!is_built()) return;
  become_known();
  const auto server = std::make_shared<FakeS3>();
  server->put("k", std::string(200'000, 'v'));
  const FaultServer listening(server);
  const testing::TemporaryDirectory directory;
  const StoreSettings settings = {
      {"endpoint", listening.url()}, {"cache", (directory / "cache").string()}, {"cache_bytes", "1M"}};
  for (int i = 0; i < 2; ++i) {
    const std::uint64_t before = server->bytes_out;
    CHECK(open_store("s3://bucket", settings)->read("k").mapped());
    CHECK((server->bytes_out - before < 200'000) == (i == 1));
  }
  CHECK(local_store(directory / "cache")->records()->limits().bytes == 1 << 20);
  CHECK_ERROR(open_store("s3://bucket", {{"endpoint", listening.url()}, {"cache_bytes", "1M"}}), usage);
}

TEST_CASE("anonymous requests are not signed") {
  if (!is_built()) return;
  become_known();
  const auto server = std::make_shared<FakeS3>();
  server->put("k", "value");
  const FaultServer listening(server);
  const auto store = open_store("s3://bucket?anonymous=true&read_only=true&endpoint=" + listening.url());
  CHECK(as_text(store->read("k").bytes()) == "value");
}

TEST_CASE("URLs and settings that are none are refused") {
  if (!is_built()) return;
  for (const char* url :
       {"s3:", "s3:bucket", "s3:/bucket", "s3://", "s3:///prefix", "s3://bucket//", "s3://bucket/a//b",
        "s3://bucket/../b", "s3://bucket/.larder", "s3://b/p", "s3://user@bucket/p"}) {
    INFO(url);
    CHECK_ERROR(open_store(url, known), usage);
  }
  CHECK_ERROR(open_store("s3://bucket/" + std::string(1023, 'a'), known), usage);
  CHECK_ERROR(open_store("s3://bucket/" + std::string(255, 'a') + "/" + std::string(256, 'a'), known), usage);
  CHECK_ERROR(open_with("no_such", "1"), usage);
  CHECK_ERROR(open_with("addressing", "host"), usage);
  CHECK_ERROR(open_with("anonymous", "maybe"), usage);
  CHECK_ERROR(open_with("part_size", "4M"), usage);
  CHECK_ERROR(open_with("part_size", "2G"), usage);
  CHECK_ERROR(open_with("threads", "0"), usage);
  CHECK_ERROR(open_with("threads", "4294967297"), usage);
  CHECK_ERROR(open_with("memory", "much"), usage);
  CHECK_ERROR(open_with("deadline", "0s"), usage);
  CHECK_ERROR(open_with("idle", "soon"), usage);
  CHECK_ERROR(open_with("endpoint", "http://s3.example.org"), usage);
  CHECK_ERROR(open_with("region", "a b"), usage);
}

TEST_CASE("settings are those of S3Options") {
  if (!is_built()) return;
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"addressing", "path"},
                                                                                    {"addressing", "virtual_host"},
                                                                                    {"region", "eu-west-1"},
                                                                                    {"profile", "none"},
                                                                                    {"ca_file", "/nonexistent"},
                                                                                    {"part_size", "16M"},
                                                                                    {"threads", "4"},
                                                                                    {"memory", "64M"},
                                                                                    {"deadline", "30s"},
                                                                                    {"idle", "500ms"},
                                                                                    {"send_unencrypted", "true"}}) {
    INFO(name);
    CHECK(open_with(name, value)->capabilities().reads);
  }
}

}  // namespace larder
