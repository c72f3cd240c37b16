// Who lives keeps what is its own; what the dead left goes.
#include "store/local/session.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>

#include "store/local/deletion.h"
#include "store/local/layout.h"
#include "store/local/sweep.h"
#include "tests/io/child.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::internal {
namespace {

using larder::testing::TemporaryDirectory;
using larder::testing::true_in_child;
namespace fs = std::filesystem;

Directories directories_in(const TemporaryDirectory& root) {
  return Directories(open_descriptor(root.path(), O_RDONLY | O_DIRECTORY), root.path().string());
}

std::set<std::string> names_in(const Path& directory) {
  std::set<std::string> names;
  if (!fs::exists(directory)) return names;
  for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename().string());
  return names;
}

void make_file(const Path& path) { std::ofstream(path) << "x"; }

// A child that does `work` and then waits to be killed; returns once it waits.
template <class Work>
pid_t waiting_child(Work work) {
  int ready[2];
  REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    work([&] {
      static_cast<void>(::write(ready[1], "x", 1) == 1);
      for (;;) ::pause();
    });
    ::_exit(1);
  }
  ::close(ready[1]);
  char byte;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  ::close(ready[0]);
  return child;
}

void kill_child(pid_t child) {
  REQUIRE(::kill(child, SIGKILL) == 0);
  int status;
  REQUIRE(::waitpid(child, &status, 0) == child);
}

TEST_CASE("a session has a locked file while it lives, and unique names") {
  const TemporaryDirectory root;
  const Directories directories = directories_in(root);
  const Path sessions = root.path() / ".larder/sessions";
  {
    Session session(directories);
    CHECK(is_session_id(session.id()));
    CHECK(names_in(sessions) == std::set{session.id()});
    const WriteId one = session.next_id(), two = session.next_id();
    CHECK(one.session == two.session);
    CHECK(session.temporary_name(one) == session.id() + "-1");
    CHECK(session.temporary_name(two) == session.id() + "-2");
    CHECK_FALSE(FileLock::attempt(open_descriptor(sessions / session.id(), O_RDWR), "its lock").has_value());
    // A forked child destroys its copy, and the parent's stays what it is.
    CHECK(true_in_child([&] {
      session.~Session();
      return true;
    }));
    CHECK_FALSE(FileLock::attempt(open_descriptor(sessions / session.id(), O_RDWR), "its lock").has_value());
  }
  CHECK(names_in(sessions).empty());
}

TEST_CASE("a sweep removes what killed processes left, and nothing of living ones") {
  const TemporaryDirectory root;
  const Directories directories = directories_in(root);
  const Path home = root.path() / ".larder";
  fs::create_directories(home / "trash");
  fs::create_directories(home / "damaged");
  const auto leave_things = [&](auto wait) {
    Session session(directories);
    const std::string name = session.temporary_name(session.next_id());
    make_file(home / "tmp" / name);
    fs::create_directories(home / "trash" / ("t-" + name) / "deep/er");
    make_file(home / "trash" / ("t-" + name) / "deep/er/file");
    fs::create_directories(home / "damaged" / ("d-" + name));
    make_file(home / "damaged" / ("d-" + name) / "why");
    wait();
  };
  const pid_t living = waiting_child(leave_things);
  const pid_t dead = waiting_child(leave_things);
  CHECK(names_in(home / "tmp").size() == 2);
  Recovery found = sweep(directories, [](std::string_view) {});
  CHECK(found.temporaries == 0);
  CHECK(found.removals == 0);
  kill_child(dead);
  found = sweep(directories, [](std::string_view) {});
  CHECK(found.temporaries == 1);
  CHECK(found.removals == 1);
  for (const char* place : {"sessions", "tmp", "trash", "damaged"}) CHECK(names_in(home / place).size() == 1);
  kill_child(living);
  sweep(directories, [](std::string_view) {});
  for (const char* place : {"sessions", "tmp", "trash", "damaged"}) CHECK(names_in(home / place).empty());
}

TEST_CASE("a sweep leaves what was set aside, other files, and leases that somebody holds") {
  const TemporaryDirectory root;
  const Directories directories = directories_in(root);
  const Path home = root.path() / ".larder";
  const std::string nobody(32, 'a');
  fs::create_directories(home / "tmp");
  fs::create_directories(home / "flights");
  fs::create_directories(home / "damaged" / ("d-" + nobody + "-1"));
  make_file(home / "damaged" / ("d-" + nobody + "-1") / "value");
  make_file(home / "tmp/other");
  make_file(home / "flights/f-1");
  make_file(home / "flights/f-2");
  const auto held = FileLock::attempt(open_descriptor(home / "flights/f-1", O_RDWR), "a lease");
  REQUIRE(held);
  sweep(directories, [](std::string_view) {});
  CHECK(fs::exists(home / "damaged" / ("d-" + nobody + "-1") / "value"));
  CHECK(names_in(home / "tmp") == std::set<std::string>{"other"});
  CHECK(names_in(home / "flights") == std::set<std::string>{"f-1"});
}

TEST_CASE("items that a killed process was changing are looked at again") {
  const TemporaryDirectory root;
  const Directories directories = directories_in(root);
  const std::string longest(1024, 'k');
  const pid_t child = waiting_child([&](auto wait) {
    Session session(directories);
    const Session::Pending one(session, "m/f/one");
    { const Session::Pending done(session, "done"); }
    const Session::Pending two(session, longest);
    wait();
  });
  std::set<std::string> seen;
  const auto see = [&](std::string_view item) { seen.emplace(item); };
  CHECK(sweep(directories, see).reconciled == 0);
  kill_child(child);
  CHECK(sweep(directories, see).reconciled == 2);
  CHECK(seen == std::set<std::string>{"m/f/one", longest});
}

TEST_CASE("256 items can be under change at once, and a session's file that makes no sense is passed over") {
  const TemporaryDirectory root;
  const Directories directories = directories_in(root);
  Session session(directories);
  {
    std::vector<std::unique_ptr<Session::Pending>> all;
    for (int i = 0; i < 256; ++i) all.push_back(std::make_unique<Session::Pending>(session, std::to_string(i)));
    CHECK_ERROR(Session::Pending(session, "one more"), limit);
  }
  const Session::Pending fits(session, "again");

  const std::string dead(32, 'b');
  std::ofstream(root.path() / ".larder/sessions" / dead) << std::string(5000, '\xff');
  CHECK(sweep(directories, [](std::string_view) { FAIL("nothing was pending"); }).reconciled == 0);
  CHECK_FALSE(fs::exists(root.path() / ".larder/sessions" / dead));
}

TEST_CASE("a tree of any depth is deleted, and links are not followed") {
  const TemporaryDirectory root;
  const Descriptor directory = open_descriptor(root.path(), O_RDONLY | O_DIRECTORY);
  make_file(root / "stays");
  REQUIRE(::mkdirat(directory.number(), "tree", 0777) == 0);
  {
    Descriptor at = open_descriptor(root / "tree", O_RDONLY | O_DIRECTORY);
    REQUIRE(::symlinkat(root.path().c_str(), at.number(), "link") == 0);
    const std::string name(200, 'd');
    for (int depth = 0; depth < 100; ++depth) {  // far more than a path can have
      REQUIRE(::mkdirat(at.number(), name.c_str(), 0777) == 0);
      at = Descriptor(::openat(at.number(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      REQUIRE(at.number() >= 0);
    }
  }
  delete_tree(directory, "tree");
  delete_tree(directory, "never was");
  CHECK(names_in(root.path()) == std::set<std::string>{"stays"});
}

}  // namespace
}  // namespace larder::internal
