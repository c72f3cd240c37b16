// Two containers on one directory: in both the only process has the pid 1. What names or locks go by pids mixes them
// up. The exit status is 77 where this process may not make pid namespaces.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <larder/local_store.h>

#include "tests/support/sanitized.h"
#include "tests/support/temporary.h"
#include "workload.h"

namespace larder::testing {
namespace {

constexpr std::uint32_t containers = 2;
constexpr int skipped = 77;

// The first process of a new namespace; its status is that of the container.
int run_container(const Path& root, Oaths& oaths, std::uint32_t writer) {
  if (::unshare(CLONE_NEWPID) != 0) {
    std::printf("skipped: no pid namespaces: %s\n", std::strerror(errno));
    return skipped;
  }
  const pid_t first = ::fork();
  if (first == 0) {
    if (::getpid() != 1) ::_exit(2);
    // Opened again and again, so that each sweeps while the other one writes.
    for (std::uint64_t life = 0; life < 20; ++life) {
      const auto store = local_store(root, {.sync = Sync::none});
      work(*store, writer, oaths, 100 * writer + life, {.mapped = true, .operations = sanitized ? 20u : 100u});
    }
    ::_exit(0);
  }
  int status = 0;
  return first > 0 && ::waitpid(first, &status, 0) == first && WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

int run() {
  const TemporaryDirectory scratch;
  Oaths& oaths = shared_oaths();
  pid_t children[containers];
  for (std::uint32_t i = 0; i < containers; ++i) {
    children[i] = ::fork();
    if (children[i] == 0) ::_exit(run_container(scratch / "store", oaths, i));
  }
  int worst = 0;
  for (const pid_t child : children) {
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return 2;
    if (WEXITSTATUS(status) != 0) worst = WEXITSTATUS(status);
  }
  if (worst != 0) return worst;
  const auto broken = broken_promises(scratch / "store", oaths, false);
  for (const std::string& line : broken) std::printf("%s\n", line.c_str());
  return broken.empty() ? 0 : 1;
}

}  // namespace
}  // namespace larder::testing

int main() { return larder::testing::run(); }
