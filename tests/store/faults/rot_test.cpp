// Bytes that change on the disk: never returned by a verified read, named, set aside, and then a miss.
#include <catch2/catch.hpp>

#include <sys/xattr.h>

#include <filesystem>
#include <fstream>

#include <larder/error.h>
#include <larder/local_store.h>
#include <larder/store_report.h>

#include "tests/io/content.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

namespace fs = std::filesystem;

const Content value = pattern(4096);

// Changes the file in place, as a bad disk does: the seal stays.
void overwrite(const Path& path, std::size_t at, Bytes bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file.flush().good());
}

// Whether a verified get says `checksum`, naming the key, and the key is absent afterwards.
bool is_found_out(Store& store, const std::string& key) {
  try {
    store.find(key, {.verify = true});
    return false;
  } catch (const Error& error) {
    return error.kind() == ErrorKind::checksum && std::string(error.what()).find(key) != std::string::npos &&
           !store.find(key);
  }
}

TEST_CASE("a flipped bit in any byte of a value is found") {
  const TemporaryDirectory scratch;
  const auto store = local_store(scratch / "store", {.sync = Sync::none});
  std::size_t found = 0;
  for (std::size_t at = 0; at < value.size(); ++at) {
    store->put("a/key", value);
    const std::byte flipped = value[at] ^ static_cast<std::byte>(1 << (at % 8));
    overwrite(scratch / "store" / "a" / "key", at, Bytes(&flipped, 1));
    if (is_found_out(*store, "a/key")) ++found;
  }
  CHECK(found == value.size());
  CHECK(store->records()->set_aside_values().size() == value.size());
}

TEST_CASE("a page of zeros, a page too few and a page too many are found") {
  const TemporaryDirectory scratch;
  const auto store = local_store(scratch / "store", {.sync = Sync::none});
  const Path file = scratch / "store" / "key";
  const Content large = pattern(5 * 4096);
  store->put("key", large);
  overwrite(file, 4096, Content(4096));
  CHECK(is_found_out(*store, "key"));
  for (const std::uintmax_t size : {large.size() - 4096, large.size() + 4096, std::size_t{0}}) {
    store->put("key", large);
    fs::resize_file(file, size);
    // A wrong length needs no verification.
    CHECK_ERROR(store->get("key"), checksum);
    CHECK_FALSE(store->exists("key"));
  }
}

TEST_CASE("two values that changed places are found") {
  const TemporaryDirectory scratch;
  const Path root = scratch / "store";
  const auto store = local_store(root, {.sync = Sync::none});
  store->put("a/one", pattern(1000));
  store->put("a/two", pattern(2000));
  fs::rename(root / "a" / "one", root / "a" / "aside");
  fs::rename(root / "a" / "two", root / "a" / "one");
  fs::rename(root / "a" / "aside", root / "a" / "two");
  CHECK(is_found_out(*store, "a/one"));
  CHECK(is_found_out(*store, "a/two"));
}

TEST_CASE("a seal with any bit flipped is found") {
  const TemporaryDirectory scratch;
  const auto store = local_store(scratch / "store", {.sync = Sync::none});
  const std::string file = (scratch / "store" / "key").string();
  char seal[256];
  store->put("key", value);
  const ssize_t size = ::getxattr(file.c_str(), "user.larder", seal, sizeof seal);
  REQUIRE(size > 0);
  int wrong = 0;
  for (ssize_t bit = 0; bit < 8 * size; ++bit) {
    store->put("key", value);
    REQUIRE(::getxattr(file.c_str(), "user.larder", seal, sizeof seal) == size);
    seal[bit / 8] = static_cast<char>(seal[bit / 8] ^ (1 << (bit % 8)));
    REQUIRE(::setxattr(file.c_str(), "user.larder", seal, static_cast<std::size_t>(size), 0) == 0);
    try {
      store->read("key", {.verify = true});
      ++wrong;
    } catch (const Error& error) {
      // A seal of a later version is not known to be damaged.
      if (error.kind() != ErrorKind::checksum && error.kind() != ErrorKind::unsupported) ++wrong;
    }
    store->remove("key");
  }
  CHECK(wrong == 0);
}

TEST_CASE("verify names what is damaged and nothing else") {
  const TemporaryDirectory scratch;
  const auto store = local_store(scratch / "store", {.sync = Sync::none});
  for (int i = 0; i < 20; ++i) store->put("key" + std::to_string(i), value);
  const std::byte other = value[77] ^ std::byte{1};
  overwrite(scratch / "store" / "key7", 77, Bytes(&other, 1));
  std::vector<std::string> damaged;
  std::size_t intact = 0;
  const std::uint64_t count = verify(*store, "", Damaged::leave, [&](const Verified& seen) {
    if (seen.state == Verified::State::intact) ++intact;
    if (seen.state == Verified::State::damaged) damaged.push_back(seen.key);
  });
  CHECK(count == 1);
  CHECK(intact == 19);
  CHECK(damaged == std::vector<std::string>{"key7"});
  CHECK(store->exists("key7"));
  CHECK(verify(*store, "", Damaged::set_aside, [](const Verified&) {}) == 1);
  CHECK_FALSE(store->exists("key7"));
}

}  // namespace
}  // namespace larder::testing
