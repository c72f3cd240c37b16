// Every operation of a LocalStore, killed before and behind each of its calls.
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "base/text.h"
#include "store_trials.h"
#include "tests/support/temporary.h"
#include "workload.h"

namespace larder::testing {
namespace {

using internal::join;

// Whether the child died of the injected kill; false where it came to its end, because there is no n-th call.
bool killed_in(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "in the child: %s\n", error.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) throw std::runtime_error("no child");
  faults().armed = false;  // the child could not
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error("the child failed");
  return false;
}

void fill(const StoreTrial& operation, const Path& root) {
  std::filesystem::remove_all(root);
  const auto fresh = local_store(root, {.sync = Sync::none});
  for (const auto& [key, value] : operation.before) fresh->put(key, value);
  if (operation.litter) operation.litter(root);
}

// The child opens the store, does it, and closes the store: killed at any of these.
void live(const StoreTrial& operation, const Path& root, std::uint64_t nth, Action action) {
  LocalOptions options = operation.options;
  options.sync = Sync::none;
  const Injected injected(Call::count, nth, action);
  operation.run(*local_store(root, options));
}

std::vector<std::string> problems_after(const StoreTrial& operation, const Path& root) {
  std::vector<std::string> found = left_behind(root);
  const auto store = local_store(root, {.sync = Sync::none});
  if (!between(operation, contents_of(*store, keys_of(operation)))) {
    found.push_back("neither the old values nor the new ones are there");
  }
  store->put("next", pattern(100));
  if (!equal(store->read("next").bytes(), pattern(100))) found.push_back("the next put does not work");
  return found;
}

TEST_CASE("every operation that is killed at any of its calls leaves old values or new ones, whole") {
  const TemporaryDirectory scratch;
  const Path root = scratch / "store";
  std::uint64_t kills = 0;
  for (const StoreTrial& operation : store_trials()) {
    for (const Action action : {Action::kill, Action::kill_after}) {
      for (std::uint64_t nth = 1;; ++nth) {
        fill(operation, root);
        if (!killed_in([&] { live(operation, root, nth, action); })) break;
        ++kills;
        for (const std::string& problem : problems_after(operation, root)) {
          FAIL_CHECK(join(operation.name, ", killed ", action == Action::kill ? "at" : "behind", " call ", nth, ": ",
                          problem));
        }
      }
    }
  }
  CHECK(kills > 1000);
}

}  // namespace
}  // namespace larder::testing
