// No space, at any byte, and no descriptors: real limits of the system. A small tmpfs where the process may mount one,
// RLIMIT_FSIZE everywhere.
#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <set>

#include <larder/error.h>
#include <larder/local_store.h>

#include "private_mount.h"
#include "tests/io/child.h"
#include "tests/io/content.h"
#include "tests/support/temporary.h"
#include "trial.h"

namespace larder::testing {
namespace {

constexpr std::size_t value_size = 64 * 1024;
const Content old_value = pattern(5000);
const Content new_value = pattern(value_size);

// Every byte near the edges of pages, and a few between.
std::set<std::size_t> limits() {
  std::set<std::size_t> all;
  for (std::size_t edge = 0; edge <= value_size; edge += 4096) {
    for (std::size_t near = 0; near <= 4; ++near) {
      all.insert(edge + near);
      if (edge >= near) all.insert(edge - near);
    }
    all.insert(edge + 1000);
  }
  return all;
}

// In a child: false and a line where something is wrong.
bool expect(bool condition, const std::string& what) {
  if (!condition) std::cerr << what << '\n';
  return condition;
}

// The kind of the Error that putting the new value ends in; nothing where it was put.
std::optional<ErrorKind> put_new(Store& store) {
  try {
    const auto writer = store.put("key");
    for (std::size_t at = 0; at < value_size; at += 10'000) {
      writer->write(Bytes(new_value).subspan(at, std::min<std::size_t>(10'000, value_size - at)));
      writer->flush();
    }
    writer->finish();
    return std::nullopt;
  } catch (const Error& error) {
    return error.kind();
  }
}

// After a put that found no room.
bool is_untouched(Store& store, const Path& root, const std::string& when) {
  return expect(equal(store.read("key", {.verify = true}).bytes(), old_value),
                when + ": the old value is not intact") &&
         expect(entries(root / ".larder" / "tmp") == 0, when + ": a temporary file is left");
}

bool limit_files(rlim_t size) {
  const rlimit limit{size, RLIM_INFINITY};
  return ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

bool survives_file_limits(const Path& root) {
  std::signal(SIGXFSZ, SIG_IGN);
  const auto store = local_store(root, {.sync = Sync::data});
  store->put("key", old_value);
  for (const std::size_t limit : limits()) {
    const std::string when = "a limit of " + std::to_string(limit) + " bytes";
    const auto before = open_descriptors();
    if (!limit_files(limit)) return false;
    const auto error = put_new(*store);
    if (!limit_files(RLIM_INFINITY)) return false;
    if (!expect(open_descriptors() == before, when + ": a descriptor is left")) return false;
    if (limit >= value_size) {
      if (!expect(!error, when + ": no room, though there is")) return false;
      continue;
    }
    if (!expect(error == ErrorKind::io, when + ": not an Error `io`")) return false;
    if (!is_untouched(*store, root, when)) return false;
  }
  return expect(!put_new(*store), "with room again: the next put does not work");
}

TEST_CASE("a disk that is full at any byte (RLIMIT_FSIZE) fails the put and nothing else") {
  const TemporaryDirectory scratch;
  CHECK(true_in_child([&] { return survives_file_limits(scratch / "store"); }));
}

std::uint64_t free_pages(const Path& path) { return std::filesystem::space(path).available / 4096; }

// Leaves so many pages free.
void leave_pages(const Path& filler, std::uint64_t pages) {
  std::filesystem::remove(filler);
  const std::uint64_t there = free_pages(filler.parent_path());
  if (there > pages) put_file(filler, pattern((there - pages) * 4096));
}

bool survives_full_disk(const Path& mount) {
  const Path root = mount / "store";
  const auto store = local_store(root);
  store->put("key", old_value);
  bool failed = false;
  for (std::uint64_t pages = 0; pages <= value_size / 4096 + 2; ++pages) {
    const std::string when = std::to_string(pages) + " pages are free";
    leave_pages(mount / "filler", pages);
    const auto error = put_new(*store);
    std::filesystem::remove(mount / "filler");
    if (!error) {
      if (!expect(pages >= value_size / 4096, when + ": put where there is no room")) return false;
      store->put("key", old_value);
      continue;
    }
    failed = true;
    if (!expect(error == ErrorKind::io, when + ": not an Error `io`") || !is_untouched(*store, root, when))
      return false;
  }
  return expect(failed, "the disk was never full") && expect(!put_new(*store), "the next put does not work");
}

TEST_CASE("a disk that is full (a small tmpfs) fails the put and nothing else") {
  if (!can_mount()) return;
  const TemporaryDirectory scratch;
  CHECK(true_on_tmpfs(scratch.path(), "1m", [&] { return survives_full_disk(scratch.path()); }));
}

// A store is not opened on a disk without room for what it keeps for itself; afterwards it is.
bool opens_after_full_disk(const Path& mount) {
  bool failed = false;
  for (std::uint64_t pages = 0; pages < 80; ++pages) {
    std::filesystem::remove_all(mount / "store");
    leave_pages(mount / "filler", pages);
    try {
      local_store(mount / "store")->put("key", old_value);
    } catch (const Error& error) {
      failed = true;
      if (!expect(error.kind() == ErrorKind::io, error.what())) return false;
    }
    std::filesystem::remove(mount / "filler");
    const auto store = local_store(mount / "store");
    store->put("next", old_value);
    if (!expect(equal(store->read("next").bytes(), old_value), "the next put does not work")) return false;
  }
  return expect(failed, "the disk was never full");
}

TEST_CASE("a store that is opened on a full disk (a small tmpfs) fails, and opens when there is room") {
  if (!can_mount()) return;
  const TemporaryDirectory scratch;
  CHECK(true_on_tmpfs(scratch.path(), "1m", [&] { return opens_after_full_disk(scratch.path()); }));
}

// The limit under which so many numbers are still free.
rlim_t limit_that_leaves(rlim_t free) {
  const auto taken = open_descriptors();
  rlim_t limit = 0;
  for (rlim_t left = 0; left < free || taken.count(static_cast<int>(limit)) == 1; ++limit) {
    if (taken.count(static_cast<int>(limit)) == 0) ++left;
  }
  return limit;
}

bool limit_descriptors(rlim_t most) {
  rlimit limit;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  limit.rlim_cur = most;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

bool survives_few_descriptors(const Path& root) {
  rlimit usual;
  if (::getrlimit(RLIMIT_NOFILE, &usual) != 0) return false;
  bool failed = false;
  bool worked = false;
  for (rlim_t more = 0; more < 16; ++more) {
    const auto before = open_descriptors();
    if (!limit_descriptors(limit_that_leaves(more))) return false;
    try {
      const auto store = local_store(root, {.sync = Sync::none});
      store->put("key", new_value);
      worked = equal(store->read("key").bytes(), new_value);
    } catch (const Error& error) {
      failed = true;
      if (!expect(error.kind() == ErrorKind::io, error.what())) return false;
    }
    if (!limit_descriptors(usual.rlim_cur)) return false;
    if (!expect(open_descriptors() == before, "a descriptor is left")) return false;
  }
  return expect(failed, "there were always enough descriptors") && expect(worked, "16 descriptors are not enough");
}

TEST_CASE("a process without descriptors gets errors, loses none, and goes on") {
  const TemporaryDirectory scratch;
  CHECK(true_in_child([&] { return survives_few_descriptors(scratch / "store"); }));
}

}  // namespace
}  // namespace larder::testing
