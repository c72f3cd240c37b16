// Publishing in a directory: what is seen when, what gets in the way, and what is left where it fails.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <system_error>
#include <thread>

#include <larder/local_store.h>
#include <larder/store.h>

#include "tests/io/child.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

namespace fs = std::filesystem;

constexpr LocalOptions fast{.sync = Sync::none};

std::size_t entries(const Path& directory) {
  return fs::exists(directory) ? static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), {})) : 0;
}

std::string text_of(Store& store, std::string_view key) { return std::string(as_text(store.read(key).bytes())); }

Stat put(Store& store, std::string_view key, std::string_view text) { return store.put(key, as_bytes(text)); }

// A directory with a store in it.
struct Fixture {
  TemporaryDirectory directory;
  Path root = directory / "store";
  std::unique_ptr<Store> store = local_store(root, fast);
  Path temporaries = root / ".larder/tmp";
};

TEST_CASE("a value is a file that appears when its writer finishes") {
  Fixture f;
  for (const Sync sync : {Sync::none, Sync::data, Sync::full}) {
    const auto store = local_store(f.root, {.sync = sync});
    const auto writer = store->put("a/b/c");
    writer->write(as_bytes("value"));
    writer->flush();
    CHECK(entries(f.temporaries) == 1);
    CHECK_FALSE(fs::exists(f.root / "a/b/c"));
    writer->finish();
    CHECK(entries(f.temporaries) == 0);
    std::ifstream file(f.root / "a/b/c");
    CHECK(std::string(std::istreambuf_iterator(file), {}) == "value");
    CHECK(store->remove("a/b/c"));
    CHECK_FALSE(fs::exists(f.root / "a"));
  }
}

TEST_CASE("a value's mode obeys the umask") {
  Fixture f;
  const mode_t old = ::umask(027);
  put(*f.store, "a", "x");
  ::umask(old);
  struct stat status;
  REQUIRE(::stat((f.root / "a").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
}

TEST_CASE("a value and keys below it exclude each other, empty directories are no obstacle") {
  Fixture f;
  put(*f.store, "a", "value");
  CHECK_ERROR(put(*f.store, "a/b", "x"), conflict);
  CHECK_ERROR(f.store->put_if_absent("a/b", as_bytes("x")), conflict);
  CHECK_FALSE(f.store->exists("a/b"));
  CHECK_FALSE(f.store->remove("a/b"));
  CHECK(f.store->remove("a"));
  put(*f.store, "a/b", "value");
  CHECK_ERROR(put(*f.store, "a", "x"), conflict);
  CHECK_FALSE(f.store->find("a").has_value());
  CHECK_FALSE(f.store->remove("a"));
  CHECK(text_of(*f.store, "a/b") == "value");

  // What a writer left that was killed between making directories and publishing.
  fs::create_directories(f.root / "left/over/dirs");
  fs::create_directories(f.root / "left/other");
  put(*f.store, "left", "value");
  fs::create_directories(f.root / "more/over");
  CHECK(f.store->put_if_absent("more", as_bytes("value")).has_value());
  fs::create_directories(f.root / "third/over");
  CHECK(f.store->move("left", "third"));
  CHECK(text_of(*f.store, "third") == "value");
  CHECK(entries(f.temporaries) == 0);
}

TEST_CASE("links are refused wherever they stand, and nothing outside is touched") {
  Fixture f;
  const Path outside = f.directory / "outside";
  fs::create_directory(outside);
  std::ofstream(outside / "secret") << "secret";
  fs::create_directory_symlink(outside, f.root / "link");
  fs::create_symlink(outside / "secret", f.root / "leaf");
  fs::create_directory_symlink("sub", f.root / "inner");
  put(*f.store, "sub/x", "value");
  put(*f.store, "x", "value");
  for (const char* key : {"link/secret", "leaf", "inner/x"}) {
    INFO(key);
    CHECK_ERROR(f.store->find(key), unsafe_reference);
    CHECK_ERROR(f.store->stat(key), unsafe_reference);
    CHECK_ERROR(f.store->remove(key), unsafe_reference);
    CHECK_ERROR(f.store->touch(key), unsafe_reference);
    CHECK_ERROR(f.store->move(key, "y"), unsafe_reference);
  }
  CHECK_ERROR(put(*f.store, "link/new", "x"), unsafe_reference);
  CHECK_ERROR(put(*f.store, "link/new/deeper", "x"), unsafe_reference);
  CHECK_ERROR(f.store->move("x", "link/x"), unsafe_reference);
  put(*f.store, "leaf", "replaces the link");
  CHECK(entries(outside) == 1);
  CHECK(fs::file_size(outside / "secret") == 6);
  CHECK(text_of(*f.store, "x") == "value");
  CHECK(entries(f.temporaries) == 0);
}

TEST_CASE("a parent that is replaced by a link between two puts leads nowhere") {
  Fixture f;
  const Path outside = f.directory / "outside";
  fs::create_directory(outside);
  put(*f.store, "a/b/one", "x");
  const auto writer = f.store->put("a/b/two");
  fs::rename(f.root / "a", f.directory / "gone");
  fs::create_directory_symlink(outside, f.root / "a");
  writer->write(as_bytes("x"));
  CHECK_ERROR(writer->finish(), unsafe_reference);
  CHECK(entries(outside) == 0);
  CHECK(entries(f.directory / "gone/b") == 1);
}

TEST_CASE("what is no regular file is no value") {
  Fixture f;
  REQUIRE(::mkfifo((f.root / "fifo").c_str(), 0600) == 0);
  CHECK_ERROR(f.store->get("fifo"), unsafe_reference);
  CHECK_ERROR(f.store->remove("fifo"), unsafe_reference);
}

TEST_CASE("the root may be renamed, and what is under its name then is another store") {
  Fixture f;
  put(*f.store, "a", "1");
  fs::rename(f.root, f.directory / "elsewhere");
  put(*f.store, "b", "2");
  CHECK(text_of(*f.store, "a") == "1");
  CHECK(fs::exists(f.directory / "elsewhere/b"));
  CHECK_FALSE(fs::exists(f.root));
}

TEST_CASE("joblib's clear under a store: writers in flight fail, the next put makes everything again") {
  Fixture f;
  put(*f.store, "m/f/x", "1");
  const auto writer = f.store->put("m/f/y");
  writer->write(as_bytes("in flight"));
  for (const auto& entry : fs::directory_iterator(f.root)) fs::remove_all(entry);
  CHECK_ERROR(writer->finish(), io);
  CHECK_FALSE(f.store->exists("m/f/x"));
  put(*f.store, "m/f/z", "2");
  CHECK(text_of(*f.store, "m/f/z") == "2");
  CHECK(entries(f.root / ".larder/sessions") == 1);
  CHECK(f.store->remove("m/f/z"));

  // Only a part of it: locks that others do not have any more, a session without a file.
  fs::remove_all(f.root / ".larder/locks");
  fs::remove_all(f.root / ".larder/sessions");
  put(*f.store, "m", "3");
  const auto other = local_store(f.root, fast);
  put(*other, "m", "4");
  CHECK(text_of(*f.store, "m") == "4");
}

TEST_CASE("a session whose file was removed is taken for dead once, and followed by another") {
  Fixture f;
  const auto writer = f.store->put("a");
  fs::remove_all(f.root / ".larder/sessions");
  Recovery found;
  local_store(f.root, fast, &found);
  CHECK(found.temporaries == 1);
  CHECK_ERROR(writer->finish(), io);
  const auto next = f.store->put("a");
  local_store(f.root, fast, &found);
  CHECK(found.temporaries == 0);
  next->write(as_bytes("x"));
  next->finish();
  CHECK(text_of(*f.store, "a") == "x");
}

// Adds 1 to the number under `key`, so often.
void count(Store& store, std::string_view key, int times) {
  for (int done = 0; done < times;) {
    const auto found = store.find(key);
    std::byte digits[16];
    const std::string_view text = as_text(Bytes(digits, found->reader->read(digits)));
    const std::string next = std::to_string(std::stoi(std::string(text)) + 1);
    if (store.put_if_match(key, found->stat.etag, as_bytes(next))) ++done;
  }
}

TEST_CASE("a lock that was removed is nobody's: who had it open takes the new one") {
  Fixture f;
  put(*f.store, "counter", "0");
  fs::remove_all(f.root / ".larder/locks");
  const auto other = local_store(f.root, fast);
  std::thread thread([&] { count(*other, "counter", 1000); });
  count(*f.store, "counter", 1000);
  thread.join();
  CHECK(text_of(*f.store, "counter") == "2000");
}

TEST_CASE("a store whose directory is gone says so, and takes no harm") {
  Fixture f;
  put(*f.store, "a", "1");
  fs::remove_all(f.root);
  bool failed = false;
  try {
    put(*f.store, "b", "2");
  } catch (const Error& error) {
    failed = error.os_error() == ENOENT;
  }
  CHECK(failed);
  CHECK_FALSE(f.store->exists("a"));
  CHECK_FALSE(f.store->remove("a"));
}

TEST_CASE("a file that may grow no further: the old value stays, nothing is left") {
  Fixture f;
  put(*f.store, "a", "old");
  for (const rlim_t most : {0U, 1U, 4095U, 4096U, 65536U, 99999U}) {
    CHECK(true_in_child([&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const auto store = local_store(f.root, fast);
      const rlimit limit{most, most};
      if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
      try {
        put(*store, "a", std::string(100'000, 'n'));
      } catch (const Error& error) {
        return error.kind() == ErrorKind::io && error.os_error() == EFBIG && text_of(*store, "a") == "old";
      }
      return false;
    }));
    CHECK(entries(f.temporaries) == 0);
  }
  CHECK(text_of(*f.store, "a") == "old");
}

TEST_CASE("too few descriptors: an error, no leak, and the next call works") {
  Fixture f;
  put(*f.store, "a/b", "old");
  CHECK(true_in_child([&] {
    const auto store = local_store(f.root, fast);
    put(*store, "warm", "x");
    for (rlim_t most = 3; most < 40; ++most) {
      const rlimit limit{most, 1024};
      if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
      try {
        put(*store, "a/b", "new");
      } catch (const Error& error) {
        if (error.os_error() != EMFILE) return false;
      }
    }
    const rlimit limit{1024, 1024};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
    return text_of(*store, "a/b") == "new" && entries("/proc/self/fd") < 40;
  }));
  CHECK(entries(f.temporaries) == 0);
}

// In a file system of its own that nobody else sees, where this process may have one.
template <class Work>
bool true_in_mount(const char* type, const char* options, const Path& where, Work work) {
  return true_in_child([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", where.c_str(), type, 0, options) != 0) {
      std::fprintf(stderr, "skipped: no mount of %s here: %s\n", type, std::generic_category().message(errno).c_str());
      return true;
    }
    return work();
  });
}

TEST_CASE("a full disk: the old values stay, nothing is left, and the next put works once there is space") {
  const TemporaryDirectory directory;
  CHECK(true_in_mount("tmpfs", "size=1m", directory.path(), [&] {
    const auto store = local_store(directory.path(), fast);
    put(*store, "a", "old");
    int kept = 0;
    for (int i = 0;; ++i) {
      try {
        put(*store, "fill/" + std::to_string(i), std::string(100'000, 'f'));
        ++kept;
      } catch (const Error& error) {
        if (error.os_error() != ENOSPC || kept < 8) return false;
        break;
      }
    }
    if (entries(directory / ".larder/tmp") != 0 || text_of(*store, "a") != "old") return false;
    for (int i = 0; i < kept; ++i) {
      if (store->stat("fill/" + std::to_string(i))->size != 100'000) return false;
    }
    store->remove("fill/0");
    put(*store, "a", std::string(90'000, 'n'));
    return store->stat("a")->size == 90'000;
  }));
}

TEST_CASE("a file system without extended attributes is refused, unless checksums are left out") {
  const TemporaryDirectory directory;
  CHECK(true_in_mount("ramfs", nullptr, directory.path(), [&] {
    try {
      local_store(directory.path(), fast);
      return false;
    } catch (const Error& error) {
      const std::string line = error.what();
      if (error.kind() != ErrorKind::unsupported || line.find("checksums=false") == std::string::npos ||
          line.find('\n') != std::string::npos) {
        return false;
      }
    }
    const auto store = local_store(directory.path(), {.sync = Sync::full, .checksums = false});
    const std::string etag = put(*store, "a", "1").etag;
    const bool again = store->put_if_match("a", etag, as_bytes("2")).has_value();
    return again && !store->put_if_match("a", etag, as_bytes("3")) && text_of(*store, "a") == "2" &&
           store->move("a", "b/c") && !store->capabilities().checksums && !store->capabilities().keeps_metadata;
  }));
}

TEST_CASE("of many processes that put an absent key one wins, and none loses a count") {
  Fixture f;
  constexpr int processes = 6, rounds = 40;
  put(*f.store, "counter", "0");
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    bool fine = true;
    try {
      // The parent's store: a child goes on with it.
      for (int round = 0; round < rounds; ++round) {
        const std::string key = "won/" + std::to_string(round);
        if (f.store->put_if_absent(key, as_bytes(std::to_string(i))))
          put(*f.store, key + "-winner-" + std::to_string(i), "");
        count(*f.store, "counter", 1);
      }
    } catch (const std::exception& error) {
      std::fprintf(stderr, "in the child process: %s\n", error.what());
      fine = false;
    }
    ::_exit(fine ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  CHECK(text_of(*f.store, "counter") == std::to_string(processes * rounds));
  CHECK(entries(f.root / "won") == 2 * rounds);
}

TEST_CASE("a child that is forked while threads put goes on putting, and its files outlive its parent") {
  Fixture f;
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&f, &stop, i] {
      while (!stop) put(*f.store, "thread/" + std::to_string(i), "x");
    });
  }
  for (int i = 0; i < 20; ++i) {
    // The stripes of the threads, one of which a thread held at the moment of the fork perhaps.
    CHECK(true_in_child([&] {
      for (int key = 0; key < 3; ++key) put(*f.store, "thread/" + std::to_string(key), "y");
      return f.store->exists("thread/0");
    }));
  }
  stop = true;
  for (auto& thread : threads) thread.join();

  // The parent of a writer dies, and an opening sweeps: the writer is none of the dead.
  int ready[2], go[2];
  REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(go, O_CLOEXEC) == 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    put(*f.store, "of the parent", "x");
    if (::fork() == 0) {
      const auto writer = f.store->put("of the grandchild");
      writer->write(as_bytes("value"));
      writer->flush();
      char byte = 'x';
      if (::write(ready[1], &byte, 1) != 1 || ::read(go[0], &byte, 1) != 1) ::_exit(1);
      writer->finish();
      static_cast<void>(::write(ready[1], &byte, 1) == 1);
      ::_exit(0);
    }
    for (;;) ::pause();
  }
  char byte;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  REQUIRE(::kill(parent, SIGKILL) == 0);
  int status;
  REQUIRE(::waitpid(parent, &status, 0) == parent);
  Recovery found;
  const auto other = local_store(f.root, fast, &found);
  CHECK(found.temporaries == 0);
  REQUIRE(::write(go[1], "x", 1) == 1);
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(text_of(*other, "of the grandchild") == "value");
  for (const int number : {ready[0], ready[1], go[0], go[1]}) ::close(number);
}

TEST_CASE("damage is found by its length at once, and by its bytes and its place where that is asked for") {
  Fixture f;
  const std::string value(1000, 'v');
  for (const char* key : {"cut", "longer", "flipped", "d/one", "d/two", "sealed"}) put(*f.store, key, value + key);

  fs::resize_file(f.root / "cut", 999);
  CHECK_ERROR(f.store->find("cut"), checksum);
  CHECK_FALSE(f.store->exists("cut"));
  std::ofstream(f.root / "longer", std::ios::app) << "more";
  CHECK_ERROR(f.store->get("longer"), checksum);
  std::fstream(f.root / "flipped", std::ios::in | std::ios::out) << "w";
  CHECK(f.store->find("flipped").has_value());
  CHECK_ERROR(f.store->find("flipped", {.verify = true}), checksum);
  CHECK_FALSE(f.store->exists("flipped"));

  // Two files swapped, each with its own seal.
  fs::rename(f.root / "d/one", f.root / "d/x");
  fs::rename(f.root / "d/two", f.root / "d/one");
  fs::rename(f.root / "d/x", f.root / "d/two");
  CHECK_ERROR(f.store->find("d/one", {.verify = true}), checksum);
  CHECK_ERROR(f.store->find("d/two", {.verify = true}), checksum);
  CHECK_FALSE(fs::exists(f.root / "d"));
  CHECK(entries(f.root / ".larder/damaged") == 5);
  // But the store's own moves are fine.
  put(*f.store, "from/here", value);
  CHECK(f.store->move("from/here", "to/there/now"));
  CHECK(f.store->find("to/there/now", {.verify = true}).has_value());
  CHECK(f.store->move("to/there/now", "back"));
  CHECK(f.store->find("back", {.verify = true}).has_value());
}

}  // namespace
}  // namespace larder::testing
