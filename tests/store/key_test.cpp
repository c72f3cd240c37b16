// Which texts are keys, prefixes, metadata and URLs of stores.
#include "store/key.h"

#include <larder/joblib_memory.h>

#include "store/schemes.h"
#include "store/user_metadata.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace std::string_literals;

std::string why_refused(const std::string& key) {
  try {
    require_key(key);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return {};
}

bool says(const std::string& key, std::string_view reason) {
  const std::string line = why_refused(key);
  INFO(line);
  CHECK(line.find_first_of("\n\r\x1b") == std::string::npos);
  return line.find(reason) != std::string::npos;
}

// Between 1 and `size` bytes in parts of 100.
std::string key_of_size(std::size_t size) {
  std::string key;
  while (key.size() < size) key += key.size() % 100 == 99 ? '/' : 'k';
  return key;
}

TEST_CASE("what is no key is refused, with the reason") {
  CHECK(says("", "empty"));
  for (const std::string key : {"/", "/a", "//", "/.larder"}) CHECK(says(key, "absolute"));
  for (const std::string key : {"a/", "a//b", "a/b//", "a/b/"}) CHECK(says(key, "empty part"));
  for (const std::string key : {".", "..", "a/.", "a/..", "./a", "../a", "a/./b", "a/../b", "../../etc/passwd"})
    CHECK(says(key, "the part ."));
  for (const char letter : "\x01\t\n\v\r\x1b\x1f\x7f"s) CHECK(says("a"s + letter + "b", "control character"));
  CHECK(says("a\0b"s, "control character"));
  for (const std::string key :
       {"\xff", "a/\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "a\x80"})
    CHECK(says(key, "UTF-8"));
  CHECK(says(std::string(256, 'p'), "256 bytes, 255"));
  CHECK(says("a/" + std::string(256, 'p') + "/b", "256 bytes, 255"));
  CHECK(says(key_of_size(1025), "1025 bytes, 1024"));
  CHECK(says(std::string(1'000'000, 'x'), "1000000 bytes, 1024"));
  for (const std::string key : {".larder", ".larder/store", ".larder-x", ".larderer", ".gitignore", ".gitignore/a"})
    CHECK(says(key, "keeps for itself"));
  for (const std::string key :
       {"output.pkl.thread-140001-pid-77", "m/f/metadata.json.thread-1-pid-2",
        "output.pkl.0123456789abcdef0123456789abcdef-77-140001", "a/.larder-0123456789abcdef0123456789abcdef"})
    CHECK(says(key, "temporary"));
}

TEST_CASE("what is nearly refused is a key") {
  for (const std::string key : {"a",
                                "a/b",
                                " ",
                                "...",
                                "..a",
                                "a..",
                                "a/...",
                                "-",
                                "~",
                                "a\\b",
                                "a:b",
                                "C:\\a",
                                ".a",
                                "larder",
                                "a/.larder",
                                ".lard",
                                "a/.gitignore",
                                "\xc2\x80",
                                "\xf4\x8f\xbf\xbf",
                                "output.pkl",
                                "output.pkl.thread-x-pid-2",
                                "output.pkl.thread--pid-2",
                                ".thread-1-pid-2",
                                "output.pkl.0123456789ABCDEF0123456789abcdef-77-140001",
                                "x.0123456789abcdef0123456789abcde-77-1",
                                ".0123456789abcdef0123456789abcdef-7-1",
                                "a/.larder-0123456789abcdef0123456789abcde",
                                "output.pkl.thread-1-pid-2/a"}) {
    INFO(key);
    CHECK(why_refused(key).empty());
  }
  CHECK(why_refused(std::string(255, 'p')).empty());
  CHECK(why_refused(key_of_size(1024)).empty());
}

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

TEST_CASE("user metadata") {
  using internal::check_metadata;
  using internal::pack;
  using internal::unpack;
  const UserMetadata metadata = {{"a", ""}, {"content-type", "text/plain"}, {"x_1.y", "gr\xc3\xbc\xc3\x9f"}};
  CHECK_NOTHROW(check_metadata(metadata));
  CHECK(unpack(as_bytes(pack(metadata))) == metadata);
  CHECK(unpack({}).empty());

  for (const std::string name : {"", "Name", "a b", "a=b", "\xc3\xbc", "a\n"})
    CHECK_ERROR(check_metadata({{name, "v"}}), usage);
  for (const std::string& value : {"a\nb"s, "a\rb"s, "\0"s, "\x7f"s, "\xff"s})
    CHECK_ERROR(check_metadata({{"a", value}}), usage);
  CHECK_NOTHROW(check_metadata({{"a", std::string(2047, 'v')}}));
  CHECK_ERROR(check_metadata({{"a", std::string(2048, 'v')}}), usage);

  for (const std::string& packed :
       {"a"s, "a\0"s, "a\0b"s, "a\0b\0c\0"s, "A\0b\0"s, "\0\0"s, "a\0b\0a\0c\0"s, "a\0\xff\0"s})
    CHECK_ERROR(unpack(as_bytes(packed)), malformed);
  CHECK_ERROR(unpack(as_bytes("a\0"s + std::string(2048, 'v') + "\0"s)), malformed);
}

TEST_CASE("keys belong to items") {
  const std::string hash = "0123456789abcdef0123456789abcdef";
  CHECK(item_name("a/b") == "a/b");
  CHECK(item_name("a/b.metadata.json") == "a/b");
  CHECK(item_name(".metadata.json") == ".metadata.json");
  CHECK(item_name("m/f/" + hash + "/output.pkl") == "m/f/" + hash);
  CHECK(item_name("m/f/" + hash + "/metadata.json") == "m/f/" + hash);
  CHECK(item_name("m/f/" + hash + "extra/a/b") == "m/f/" + hash + "extra");
  CHECK(item_name("m/f/" + hash) == "m/f/" + hash);
  CHECK(item_name("m/f/func_code.py") == "m/f/func_code.py");
  CHECK(item_name(hash.substr(1) + "/output.pkl") == hash.substr(1) + "/output.pkl");
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
