// Killed at every instruction of every change: the index is as it was before, or after.
//
// A child does the change one machine instruction after another (ptrace). After each that wrote to the index's file,
// the file as it is then is copied and opened: just what others find when the child is killed there.
#include <catch2/catch.hpp>

#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <utility>

#include <larder/bytes.h>

#include "tests/store/index_under_test.h"
#include "tests/support/temporary.h"

namespace larder::internal::testing {

namespace {

using larder::testing::TemporaryDirectory;

constexpr StoreLimits nothing_stays{.bytes = {}, .items = 0, .age = {}};
const Truth no_files;

struct State {
  std::vector<std::string> by_use;
  std::vector<std::string> by_choice;
  bool operator==(const State&) const = default;
};

// Opens a copy, and takes it apart.
State state_of(const std::filesystem::path& directory, const StoreClock& clock) {
  LimitIndex index(home_at(directory), clock, {}, {}, files_of(no_files));
  State state;
  state.by_use = contents(index);
  std::uint64_t bytes = 0;
  for (const IndexedItem& item : index.in_order()) bytes += item.size;
  CHECK(index.items() == state.by_use.size());
  CHECK(index.bytes() == bytes);
  state.by_choice = taken_apart(index);
  CHECK(index.items() == 0);
  CHECK(index.bytes() == 0);
  return state;
}

void write_bytes(const std::filesystem::path& path, Bytes bytes) {
  std::ofstream(path, std::ios::binary) << as_text(bytes);
}

class Killed {
 public:
  Killed(EvictionPolicy policy, const std::function<void(LimitIndex&)>& prepare) {
    LimitIndex index(home_at(directory_.path()), clock_, nothing_stays, policy, files_of(no_files));
    prepare(index);
  }

  const std::filesystem::path& directory() const { return directory_.path(); }

  // How many different files there were on the way.
  std::size_t at_every_instruction_of(const std::function<void(LimitIndex&)>& change) {
    const State before = state_of_copy();
    const pid_t child = ::fork();
    if (child == 0) do_change(change);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSTOPPED(status));
    std::vector<State> seen;
    auto inode = inode_of_index();
    Region file = map_file(directory_ / "index", MapMode::read);
    auto last = Region::copy_of(file.bytes());
    std::size_t files = 0;
    for (;;) {
      if (::ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) break;
      if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) break;
      const auto present = inode_of_index();
      if (present == inode && std::memcmp(file.data(), last.data(), file.size()) == 0) continue;
      if (std::exchange(inode, present) != present) file = map_file(directory_ / "index", MapMode::read);
      last = Region::copy_of(file.bytes());
      ++files;
      const State state = state_of_copy();
      if (seen.empty() || !(seen.back() == state)) seen.push_back(state);
    }
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    const State after = state_of_copy();
    // Before, then after, and nothing else.
    for (const State& state : seen) {
      CHECK((state == before || state == after));
    }
    CHECK(seen.size() <= 2);
    return files;
  }

 private:
  ino_t inode_of_index() const {
    struct stat status {};
    REQUIRE(::stat((directory_ / "index").c_str(), &status) == 0);
    return status.st_ino;
  }

  [[noreturn]] void do_change(const std::function<void(LimitIndex&)>& change) {
    try {
      LimitIndex index(home_at(directory_.path()), clock_, {}, {}, files_of(no_files));
      index.items();
      ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      ::raise(SIGSTOP);
      change(index);
      ::_exit(0);
    } catch (...) {
      ::_exit(1);
    }
  }

  State state_of_copy() {
    std::filesystem::create_directories(copy_.path());
    const Region file = map_file(directory_ / "index", MapMode::read);
    write_bytes(copy_ / "index", file.bytes());
    std::filesystem::copy_file(directory_ / "limits", copy_ / "limits",
                               std::filesystem::copy_options::overwrite_existing);
    return state_of(copy_.path(), clock_);
  }

  TemporaryDirectory directory_;
  TemporaryDirectory copy_;
  StoreClock clock_;
};

bool can_trace() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : 1);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

void fill(LimitIndex& index) {
  for (int i = 0; i < 20; ++i) {
    index.put({"item " + std::to_string(i), static_cast<std::uint64_t>(10 + i), static_cast<double>(i * 7 % 20)});
  }
  index.remove("item 6");
  index.touch("item 2");
  index.flush_touches();
}

}  // namespace

TEST_CASE("index: killed at every instruction") {
  if (!can_trace()) {
    WARN("ptrace is refused here: nothing is killed");
    return;
  }
  const auto policy = GENERATE(EvictionPolicy::least_recent, EvictionPolicy::cheapest);
  Killed killed(policy, fill);
  SECTION("of a new item") {
    CHECK(killed.at_every_instruction_of([](LimitIndex& index) { index.put({"new", 3, 1.0}); }) > 10);
  }
  SECTION("of an item with a long name") {
    const std::string name(700, 'n');
    CHECK(killed.at_every_instruction_of([&](LimitIndex& index) { index.put({name, 3, 1.0}); }) > 10);
  }
  SECTION("of an item that changes") {
    CHECK(killed.at_every_instruction_of([](LimitIndex& index) { index.put({"item 3", 300, 1.0}); }) > 10);
  }
  SECTION("of a use") {
    CHECK(killed.at_every_instruction_of([](LimitIndex& index) {
      index.touch("item 0");
      index.flush_touches();
    }) > 10);
  }
  SECTION("of a removal") {
    CHECK(killed.at_every_instruction_of([](LimitIndex& index) { index.remove("item 11"); }) > 10);
  }
  SECTION("of a change of policy") {
    const auto other = policy == EvictionPolicy::cheapest ? EvictionPolicy::least_recent : EvictionPolicy::cheapest;
    CHECK(killed.at_every_instruction_of([&](LimitIndex&) {
      const StoreClock clock;
      LimitIndex(home_at(killed.directory()), clock, {}, other, files_of(no_files));
    }) > 10);
  }
}

// Millions of instructions.
TEST_CASE("index: killed at every instruction of a new item for which there is just room, and one that makes it grow",
          "[huge]") {
  if (!can_trace()) {
    WARN("ptrace is refused here: nothing is killed");
    return;
  }
  const auto policy = GENERATE(EvictionPolicy::least_recent, EvictionPolicy::cheapest);
  const int items = GENERATE(63, 64);  // of 1 KiB of name each: 64 KiB are as many as it has
  Killed full(policy, [&](LimitIndex& index) {
    for (int i = 0; i < items; ++i) index.put({std::string(1000, 'n') + std::to_string(i), 1});
  });
  CHECK(full.at_every_instruction_of([](LimitIndex& index) { index.put({std::string(1000, 'o'), 3, 1.0}); }) > 10);
}

}  // namespace larder::internal::testing
