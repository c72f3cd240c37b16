// Which texts are keys, prefixes and URLs of stores.
#include "store/key.h"

#include "store/schemes.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace std::string_literals;

TEST_CASE("keys are taken apart") {
  CHECK(internal::parts_of("a/bc/d") == std::vector<std::string_view>{"a", "bc", "d"});
  CHECK(internal::parts_of("a") == std::vector<std::string_view>{"a"});
  CHECK(internal::parent_of("a/bc/d") == "a/bc");
  CHECK(internal::parent_of("a") == "");
  CHECK(internal::last_part("a/bc/d") == "d");
  CHECK(internal::last_part("a") == "a");
}

TEST_CASE("a prefix may end anywhere in a part") {
  for (const std::string prefix : {"", "a", "a/", "a/b", "a/.", "a/..", ".", "..", ".lard", "a b"}) {
    INFO(prefix);
    CHECK_NOTHROW(internal::check_prefix(prefix));
  }
  for (const std::string prefix :
       {"/", "//", "a//", "a//b", "./a", "../", "a/../b", "a\nb", "\xff", ".larder", ".larder/x"}) {
    INFO(prefix);
    CHECK_ERROR(internal::check_prefix(prefix), usage);
  }
  CHECK_ERROR(internal::check_prefix(std::string(256, 'p')), usage);
  CHECK_ERROR(internal::check_prefix("a\0b"s), usage);
}

TEST_CASE("URLs of stores") {
  using internal::parse_store_url;
  const auto parts = [](std::string_view url) {
    const auto parsed = parse_store_url(url, {});
    return parsed.scheme + "|" + parsed.rest;
  };
  CHECK(parts("/a/b c?d%20") == "file|/a/b c?d%20");
  CHECK(parts("relative/a:b") == "file|relative/a:b");
  CHECK(parts("1:a") == "file|1:a");
  CHECK(parts("file:///a/b%20c") == "file|/a/b c");
  CHECK(parts("FILE://localhost/a") == "file|/a");
  CHECK(parts("file:a") == "file|a");
  CHECK(parts("memory:") == "memory|");
  CHECK(parts("s3://bucket/prefix?x=y") == "s3|//bucket/prefix");

  const auto parsed = parse_store_url("file:///d?sync=none&bytes=10%47", {{"items", "5"}});
  CHECK(parsed.rest == "/d");
  CHECK(parsed.settings == StoreSettings{{"sync", "none"}, {"bytes", "10G"}, {"items", "5"}});

  CHECK_ERROR(parse_store_url("", {}), usage);
  CHECK_ERROR(parse_store_url("file://host/a", {}), usage);
  CHECK_ERROR(parse_store_url("file:///a%2", {}), usage);
  CHECK_ERROR(parse_store_url("file:///a%zz", {}), usage);
  CHECK_ERROR(parse_store_url("file:///a%00b", {}), usage);
  CHECK_ERROR(parse_store_url("file:///a?sync", {}), usage);
  CHECK_ERROR(parse_store_url("file:///a?=none", {}), usage);
  CHECK_ERROR(parse_store_url("file:///a?sync=none&sync=none", {}), usage);
  CHECK_ERROR(parse_store_url("file:///a?sync=none", {{"sync", "none"}}), usage);
}

TEST_CASE("stores are opened by URL") {
  CHECK(open_store("memory:")->name() == "memory:");
  CHECK(open_store("memory:")->name("a/b") == "memory:a/b");
  CHECK_ERROR(open_store("memory:x"), usage);
  CHECK_ERROR(open_store("memory:?sync=none"), usage);
  CHECK_ERROR(open_store("memory:", {{"sync", "none"}}), usage);
  CHECK_ERROR(open_store("gopher://a"), usage);
}

}  // namespace
}  // namespace larder::testing
