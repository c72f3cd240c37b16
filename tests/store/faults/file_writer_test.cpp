// create_file under faults: the old file or the new one, whole, and nothing beside it.
#include <catch2/catch.hpp>

#include <cerrno>
#include <filesystem>

#include <larder/reader.h>
#include <larder/writer.h>

#include "base/text.h"
#include "tests/io/content.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"
#include "trial.h"

namespace larder::testing {
namespace {

const auto old_content = pattern(3000);
const auto new_content = pattern(200'001);

void write_new(const Path& path, Sync sync) {
  const auto writer = create_file(path, {.sync = sync});
  writer->write(new_content);
  writer->finish();
}

// A file that is replaced (or, where there was none, made) under faults.
Trial replacing(const Path& directory, bool exists, Sync sync) {
  const Path path = directory / "x";
  Trial trial;
  trial.name = exists ? "replacing a file" : "making a file";
  trial.prepare = [=] {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directory(directory);
    if (exists) put_file(path, old_content);
  };
  trial.run = [=] { write_new(path, sync); };
  trial.problems = [=](const Outcome& outcome) {
    std::vector<std::string> found;
    const bool there = std::filesystem::exists(path);
    const bool is_new = there && file_content(path) == new_content;
    const bool is_old = exists ? there && file_content(path) == old_content : !there;
    if (!outcome.error && !is_new) found.push_back("it was acknowledged and is not there");
    if (outcome.error == ErrorKind::unknown_outcome && !is_new) found.push_back("said to be in place, and is not");
    if (outcome.error && outcome.error != ErrorKind::unknown_outcome && !is_old)
      found.push_back("the old file is gone");
    // Only where removing it was what failed may the temporary file stay.
    if (outcome.fault.call != Call::unlink && entries(directory) != (there ? 1u : 0u)) {
      found.push_back("a temporary file is left");
    }
    write_new(path, Sync::none);
    if (file_content(path) != new_content) found.push_back("the next one does not work");
    return found;
  };
  return trial;
}

TEST_CASE("a file writer under every failure leaves the old file or the new one, and nothing else") {
  const TemporaryDirectory scratch;
  for (const bool exists : {true, false}) {
    for (const Sync sync : {Sync::full, Sync::none}) {
      const Tried tried = try_each(replacing(scratch / "d", exists, sync), failures());
      for (const std::string& problem : tried.problems) FAIL_CHECK(problem);
      CHECK(tried.faults > 30);
      CHECK(tried.errors.count(ErrorKind::io) == 1);
      CHECK(tried.errors.count(ErrorKind::unknown_outcome) == (sync == Sync::full ? 1 : 0));
    }
  }
}

TEST_CASE("a file writer that is interrupted does its work") {
  const TemporaryDirectory scratch;
  const Tried tried = try_each(replacing(scratch / "d", true, Sync::full), interruptions());
  for (const std::string& problem : tried.problems) FAIL_CHECK(problem);
  CHECK(tried.faults > 5);
}

TEST_CASE("a file writer writes everything where each write takes one byte") {
  const TemporaryDirectory scratch;
  {
    const Injected injected(Call::write, 1, Action::one_byte, 0, UINT64_MAX);
    write_new(scratch / "x", Sync::none);
    CHECK(injected.happened() == new_content.size());
  }
  CHECK(file_content(scratch / "x") == new_content);
}

// The kernel drops what it could not write: a second fsync would say that all is well, and the bytes are lost.
TEST_CASE("a file's fsync that failed is not repeated, and what it was for is thrown away") {
  const TemporaryDirectory scratch;
  put_file(scratch / "x", old_content);
  for (const Action action : {Action::fail, Action::fail_after}) {
    const Injected injected(Call::sync, 1, action, EIO);
    CHECK_ERROR(write_new(scratch / "x", Sync::full), io);
    CHECK(injected.seen(Call::sync) == 1);
    CHECK(injected.seen(Call::rename) == 0);
  }
  CHECK(file_content(scratch / "x") == old_content);
  CHECK(entries(scratch.path()) == 1);
}

// Linux frees the number whatever close says: a second close would hit another thread's file.
TEST_CASE("a file's close that failed is reported, and not repeated") {
  const TemporaryDirectory scratch;
  put_file(scratch / "x", old_content);
  for (const int code : {EIO, ENOSPC}) {
    std::uint64_t closed = 0;
    {
      const Injected injected;
      write_new(scratch / "y", Sync::full);
      closed = injected.seen(Call::close);
    }
    const Injected injected(Call::close, 1, Action::fail, code);
    CHECK_ERROR(write_new(scratch / "x", Sync::full), io);
    CHECK(injected.seen(Call::close) == closed);
  }
  CHECK(file_content(scratch / "x") == old_content);
}

TEST_CASE("a directory that cannot be synced is an unknown outcome, once") {
  const TemporaryDirectory scratch;
  const Injected injected(Call::sync, 2, Action::fail, EIO);
  CHECK_ERROR(write_new(scratch / "x", Sync::full), unknown_outcome);
  CHECK(injected.seen(Call::sync) == 2);
  CHECK(file_content(scratch / "x") == new_content);
}

}  // namespace
}  // namespace larder::testing
