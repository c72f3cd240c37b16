// What others do to a store's directory while it is open: removed, moved, replaced by a link, made read-only. Each ends
// in an Error or in a store that works, and never outside of the directory.
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include <larder/error.h>
#include <larder/local_store.h>

#include "private_mount.h"
#include "tests/io/child.h"
#include "tests/io/content.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"
#include "workload.h"

namespace larder::testing {
namespace {

namespace fs = std::filesystem;

const Content old_value = pattern(3000);
const Content new_value = pattern(100'000);

std::unique_ptr<Store> open_with_old(const Path& root) {
  auto store = local_store(root, {.sync = Sync::none});
  store->put("a/b/old", old_value);
  return store;
}

std::unique_ptr<Writer> begin(Store& store) {
  auto writer = store.put("a/b/new");
  writer->write(new_value);
  writer->flush();
  return writer;
}

TEST_CASE("a store whose directory is removed fails with typed errors, and makes nothing elsewhere") {
  const TemporaryDirectory scratch;
  const auto store = open_with_old(scratch / "store");
  const auto reader = store->get("a/b/old");
  const auto writer = begin(*store);
  fs::remove_all(scratch / "store");
  CHECK(equal(reader->read_region(old_value.size(), "the value").bytes(), old_value));
  CHECK_THROWS_AS(writer->finish(), Error);
  CHECK_FALSE(store->find("a/b/old"));
  CHECK_FALSE(store->remove("a/b/old"));
  CHECK_THROWS_AS(store->put("next", old_value), Error);
  CHECK(entries(scratch.path()) == 0);

  const auto again = open_with_old(scratch / "store");
  CHECK(again->exists("a/b/old"));
}

TEST_CASE("a store whose .larder is removed (joblib's clear does that) goes on with the next put") {
  const TemporaryDirectory scratch;
  auto store = open_with_old(scratch / "store");
  auto writer = begin(*store);
  fs::remove_all(scratch / "store" / ".larder");
  CHECK_THROWS_AS(writer->finish(), Error);
  CHECK_FALSE(store->exists("a/b/new"));
  CHECK(equal(store->read("a/b/old").bytes(), old_value));
  store->put("next", new_value);
  CHECK(equal(store->read("next", {.verify = true}).bytes(), new_value));
  writer.reset();
  store.reset();
  CHECK(left_behind(scratch / "store").empty());
}

TEST_CASE("everything below a store is removed between two operations, again and again") {
  const TemporaryDirectory scratch;
  const auto store = open_with_old(scratch / "store");
  for (int i = 0; i < 20; ++i) {
    for (const auto& entry : fs::directory_iterator(scratch / "store")) fs::remove_all(entry.path());
    store->put("a/b/next", new_value);
    CHECK(equal(store->read("a/b/next", {.verify = true}).bytes(), new_value));
  }
}

TEST_CASE("a store whose directory is renamed goes on where it is") {
  const TemporaryDirectory scratch;
  const auto store = open_with_old(scratch / "store");
  const auto writer = begin(*store);
  fs::rename(scratch / "store", scratch / "elsewhere");
  writer->finish();
  CHECK(file_content(scratch / "elsewhere" / "a" / "b" / "new") == new_value);
  CHECK_FALSE(fs::exists(scratch / "store"));
  CHECK(store->exists("a/b/old"));
}

TEST_CASE("a directory that becomes a link leads nowhere") {
  const TemporaryDirectory scratch;
  const Path outside = scratch / "outside";
  fs::create_directories(outside / "b");
  put_file(outside / "b" / "old", pattern(10));
  const auto store = open_with_old(scratch / "store");
  const auto writer = begin(*store);
  fs::remove_all(scratch / "store" / "a");
  fs::create_directory_symlink(outside, scratch / "store" / "a");
  CHECK_ERROR(writer->finish(), unsafe_reference);
  CHECK_ERROR(store->put("a/b/new", new_value), unsafe_reference);
  CHECK_ERROR(store->get("a/b/old"), unsafe_reference);
  CHECK_ERROR(store->remove("a/b/old"), unsafe_reference);
  CHECK(entries(outside / "b") == 1);
  CHECK(file_content(outside / "b" / "old") == pattern(10));
  fs::remove(scratch / "store" / "a");
  store->put("a/b/new", new_value);
  CHECK(equal(store->read("a/b/new").bytes(), new_value));
}

TEST_CASE("links, pipes and directories where a value is looked for are refused") {
  const TemporaryDirectory scratch;
  const auto store = open_with_old(scratch / "store");
  put_file(scratch / "secret", pattern(10));
  fs::create_symlink(scratch / "secret", scratch / "store" / "link");
  REQUIRE(::mkfifo((scratch / "store" / "pipe").c_str(), 0600) == 0);
  CHECK_ERROR(store->get("link"), unsafe_reference);
  CHECK_ERROR(store->get("pipe"), unsafe_reference);
  CHECK(file_content(scratch / "secret") == pattern(10));
}

bool refuses(Store& store) {
  try {
    store.put("a/b/new", new_value);
    std::cerr << "put where nobody may\n";
    return false;
  } catch (const Error& error) {
    return error.kind() == ErrorKind::io;
  }
}

// Linux makes no file system read-only as long as a file is open for writing, which an open store has: so it is opened
// on one. (That one turns read-only by itself, after an error of the disk, is EROFS among the failures of
// store_faults_test.cpp.)
bool survives_read_only(const Path& mount) {
  open_with_old(mount / "store").reset();
  remount(mount, true);
  bool refused = false;
  try {
    local_store(mount / "store");
  } catch (const Error& error) {
    refused = error.kind() == ErrorKind::io;
  }
  const auto reader = local_store(mount / "store", {.read_only = true});
  const bool reads =
      equal(reader->read("a/b/old", {.verify = true}).bytes(), old_value) && !reader->capabilities().writes;
  remount(mount, false);
  const auto store = local_store(mount / "store");
  store->put("a/b/next", new_value);
  return refused && reads && equal(store->read("a/b/next").bytes(), new_value);
}

TEST_CASE("a store on a read-only file system opens for reading only") {
  if (!can_mount()) return;
  const TemporaryDirectory scratch;
  CHECK(true_on_tmpfs(scratch.path(), "8m", [&] { return survives_read_only(scratch.path()); }));
}

TEST_CASE("a directory without permission refuses puts and leaves nothing behind") {
  const TemporaryDirectory scratch;
  REQUIRE(::chmod(scratch.path().c_str(), 0777) == 0);
  CHECK(true_for_nobody([&] {
    const Path root = scratch / "store";
    const auto store = open_with_old(root);
    if (::chmod((root / "a" / "b").c_str(), 0555) != 0) return false;
    const bool refused = refuses(*store);
    const bool clean = entries(root / ".larder" / "tmp") == 0;
    const bool reads = equal(store->read("a/b/old").bytes(), old_value);
    if (::chmod((root / "a" / "b").c_str(), 0755) != 0) return false;
    store->put("a/b/new", new_value);
    return refused && clean && reads && equal(store->read("a/b/new").bytes(), new_value);
  }));
}

}  // namespace
}  // namespace larder::testing
