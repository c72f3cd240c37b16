// Leases among processes: real processes, really killed.
#include "store/local/flight.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/temporary.h"

namespace larder::internal {
namespace {

using larder::testing::TemporaryDirectory;
using std::chrono::milliseconds;

// A directory of leases, as a store has one.
class Flights {
 public:
  std::unique_ptr<Lease> wait(const std::string& key, std::optional<milliseconds> patience = std::nullopt) const {
    return wait_for_flight([this] { return open(); }, key, patience);
  }

  Descriptor open() const {
    std::filesystem::create_directories(path());
    return open_descriptor(path(), O_RDONLY | O_DIRECTORY);
  }

  std::filesystem::path path() const { return directory_ / "flights"; }
  std::filesystem::path file(const std::string& name) const { return directory_ / name; }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(path()), std::filesystem::directory_iterator()));
  }

 private:
  TemporaryDirectory directory_;
};

// A process that does `work` and exits with its result; 99 where it throws.
class Process {
 public:
  explicit Process(const std::function<int()>& work) : id_(::fork()) {
    if (id_ < 0) throw std::runtime_error("fork failed");
    if (id_ > 0) return;
    int status = 99;
    try {
      status = work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
    }
    ::_exit(status);
  }
  ~Process() {
    if (id_ > 0) kill();
  }
  Process(Process&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Process& operator=(Process&&) = delete;

  int wait() {
    int status = 0;
    if (::waitpid(std::exchange(id_, -1), &status, 0) < 0) throw std::runtime_error("waitpid failed");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  int kill() {
    ::kill(id_, SIGKILL);
    return wait();
  }

 private:
  pid_t id_;
};

// A pipe, to tell others that something happened, or to wait for it.
class Signal {
 public:
  Signal() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  }
  ~Signal() {
    for (const int end : ends_) ::close(end);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void give() const {
    if (::write(ends_[1], "x", 1) != 1) throw std::runtime_error("write failed");
  }
  void await() const {
    char letter = 0;
    if (::read(ends_[0], &letter, 1) != 1) throw std::runtime_error("read failed");
  }

 private:
  std::array<int, 2> ends_{};
};

std::size_t lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::size_t count = 0;
  for (std::string line; std::getline(file, line);) ++count;
  return count;
}

void append_line(const std::filesystem::path& path) { std::ofstream(path, std::ios::app) << ::getpid() << std::endl; }

}  // namespace

TEST_CASE("flights: one of sixteen processes computes, the others find what it made") {
  const Flights flights;
  const auto value = flights.file("value");
  const auto counter = flights.file("counter");
  for (int round = 0; round < 20; ++round) {
    std::filesystem::remove(value);
    std::filesystem::remove(counter);
    std::vector<Process> processes;
    for (int i = 0; i < 16; ++i) {
      processes.emplace_back([&] {
        const auto lease = flights.wait("a/key");
        if (std::filesystem::exists(value)) return 0;
        append_line(counter);
        ::usleep(2000);
        append_line(value);
        return 0;
      });
    }
    for (Process& process : processes) CHECK(process.wait() == 0);
    CHECK(lines_of(counter) == 1);
  }
  CHECK(flights.files() == 0);
}

TEST_CASE("flights: who is killed lets the next one in") {
  const Flights flights;
  const Signal holds;
  Process holder([&] {
    const auto lease = flights.wait("key");
    holds.give();
    ::pause();
    return 0;
  });
  holds.await();
  CHECK(flights.wait("key", milliseconds(20)) == nullptr);
  Process waiter([&] { return flights.wait("key") ? 0 : 1; });
  CHECK(holder.kill() == -SIGKILL);
  CHECK(waiter.wait() == 0);
  CHECK(flights.wait("key", milliseconds(0)) != nullptr);
  CHECK(flights.files() == 0);
}

TEST_CASE("flights: a stopped holder keeps the lease, whatever time passes") {
  const Flights flights;
  const auto lease = flights.wait("key");
  Process other([&] { return flights.wait("key", milliseconds(50)) ? 1 : 0; });
  CHECK(other.wait() == 0);
}

TEST_CASE("flights: other keys do not wait") {
  const Flights flights;
  const auto one = flights.wait("one");
  const auto two = flights.wait("two", milliseconds(0));
  CHECK(two != nullptr);
  CHECK(flights.files() == 2);
}

TEST_CASE("flights: two threads of one process exclude each other") {
  const Flights flights;
  auto lease = flights.wait("key");
  CHECK(flights.wait("key", milliseconds(0)) == nullptr);
  lease.reset();
  CHECK(flights.wait("key", milliseconds(0)) != nullptr);
}

TEST_CASE("flights: patience without end is patience") {
  const Flights flights;
  CHECK(flights.wait("key", milliseconds::max()) != nullptr);
}

TEST_CASE("flights: a directory that is removed under a holder is made again") {
  const Flights flights;
  auto old = flights.wait("key");
  std::filesystem::remove_all(flights.path());
  const auto next = flights.wait("key", milliseconds(0));
  REQUIRE(next != nullptr);
  old.reset();  // removes no name that is not its own
  CHECK(flights.files() == 1);
  CHECK(flights.wait("key", milliseconds(0)) == nullptr);
}

TEST_CASE("flights: a waiter outlives the removal of the directory") {
  const Flights flights;
  const Signal held;
  const Signal removed;
  Process holder([&] {
    const auto lease = flights.wait("key");
    held.give();
    removed.await();
    return 0;
  });
  held.await();
  Process waiter([&] { return flights.wait("key") && flights.files() == 1 ? 0 : 1; });
  ::usleep(20'000);  // enough for the waiter to wait; it must succeed without that, too
  std::filesystem::remove_all(flights.path());
  removed.give();
  CHECK(holder.wait() == 0);
  CHECK(waiter.wait() == 0);
}

TEST_CASE("flights: a child of the holder neither keeps the lease nor ends it") {
  const Flights flights;
  const Signal done;
  auto lease = flights.wait("key");
  Process unwinding([&] {
    lease.reset();
    return flights.wait("key", milliseconds(0)) ? 1 : 0;
  });
  CHECK(unwinding.wait() == 0);
  CHECK(flights.files() == 1);
  Process staying([&] {
    done.await();
    return 0;
  });
  lease.reset();
  CHECK(flights.wait("key", milliseconds(0)) != nullptr);
  done.give();
  CHECK(staying.wait() == 0);
}

TEST_CASE("flights: a link under the name of a lease is not followed") {
  const Flights flights;
  static_cast<void>(flights.wait("key"));
  std::string name;
  {
    const auto lease = flights.wait("key");
    name = std::filesystem::directory_iterator(flights.path())->path().filename();
  }
  std::filesystem::create_symlink("/nowhere/else", flights.path() / name);
  CHECK_THROWS(flights.wait("key", milliseconds(0)));
}

}  // namespace larder::internal
