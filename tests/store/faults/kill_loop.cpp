// kill_loop KILLS [SEED] [--writers N] [--mapped] [--limited] [--root DIRECTORY]
//
// Writers work on one store; one of them after another is killed at a random moment and replaced. After every 25 kills
// all are killed, and the store must hold what was promised: 0 lost, 0 torn, 0 orphans. The exit status is 0 only then;
// everything that does not hold is printed with the seed.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <larder/local_store.h>

#include "tests/support/temporary.h"
#include "workload.h"

namespace larder::testing {
namespace {

struct Settings {
  std::uint64_t kills = 5000;
  std::uint64_t seed = 1;
  std::uint32_t writers = 4;
  bool mapped = false;
  bool limited = false;
  std::string root;  // empty: a temporary one
};

constexpr std::uint64_t kills_between_checks = 25;

class KillLoop {
 public:
  KillLoop(const Settings& settings, const Path& root)
      : settings_(settings), root_(root), oaths_(shared_oaths()), random_(settings.seed) {}

  // Whether everything held.
  bool run() {
    std::uint64_t killed = 0;
    while (killed < settings_.kills) {
      for (std::uint32_t writer = 0; writer < settings_.writers; ++writer) start(writer);
      for (std::uint64_t i = settings_.writers; i < kills_between_checks; ++i) {
        const auto writer = static_cast<std::uint32_t>(random_() % settings_.writers);
        wait_a_little();
        end(writer);
        start(writer);
      }
      wait_a_little();
      for (std::uint32_t writer = 0; writer < settings_.writers; ++writer) end(writer);
      killed += std::max<std::uint64_t>(kills_between_checks, settings_.writers);
      if (!holds(killed)) return false;
    }
    std::uint64_t operations = 0;
    for (const WriterRecord& writer : oaths_.writers) operations += writer.operations;
    std::printf("%llu kills of %u writers, %llu operations: 0 lost, 0 torn, 0 orphans (seed %llu)\n",
                static_cast<unsigned long long>(killed), settings_.writers, static_cast<unsigned long long>(operations),
                static_cast<unsigned long long>(settings_.seed));
    return operations > killed || complain("the writers did hardly anything");
  }

 private:
  void start(std::uint32_t writer) {
    const std::uint64_t seed = random_();
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        LocalOptions options{.sync = Sync::none};
        if (settings_.limited) options.limits = StoreLimits{.bytes = 12'000};
        const auto store = local_store(root_, options);
        work(*store, writer, oaths_, seed,
             {.mapped = settings_.mapped && writer % 2 == 1, .limited = settings_.limited});
      } catch (const std::exception& error) {
        std::snprintf(oaths_.writers[writer].complaint, sizeof WriterRecord::complaint, "writer %u cannot open: %s",
                      writer, error.what());
      }
      ::_exit(3);
    }
    if (child < 0) {
      std::perror("fork");
      std::exit(2);
    }
    children_[writer] = child;
  }

  void end(std::uint32_t writer) {
    ::kill(children_[writer], SIGKILL);
    if (::waitpid(children_[writer], nullptr, 0) != children_[writer]) {
      std::perror("waitpid");
      std::exit(2);
    }
    bury(oaths_, writer);
  }

  // Up to 6 ms: a life is long enough for some dozen operations, and short enough to die while opening.
  void wait_a_little() { ::usleep(static_cast<useconds_t>(random_() % 6000)); }

  bool complain(const std::string& what) {
    std::printf("%s (seed %llu)\n", what.c_str(), static_cast<unsigned long long>(settings_.seed));
    return false;
  }

  bool holds(std::uint64_t killed) {
    const auto broken = broken_promises(root_, oaths_, settings_.limited);
    for (const std::string& line : broken) complain(line);
    return broken.empty() || complain("after " + std::to_string(killed) + " kills");
  }

  Settings settings_;
  Path root_;
  Oaths& oaths_;
  std::mt19937_64 random_;
  pid_t children_[most_writers] = {};
};

Settings parse(int count, char** arguments) {
  Settings settings;
  int place = 0;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    const auto value = [&] { return i + 1 < count ? std::string(arguments[++i]) : std::string(); };
    if (argument == "--mapped") {
      settings.mapped = true;
    } else if (argument == "--limited") {
      settings.limited = true;
    } else if (argument == "--writers") {
      settings.writers = static_cast<std::uint32_t>(std::min<unsigned long>(std::stoul(value()), most_writers));
    } else if (argument == "--root") {
      settings.root = value();
    } else {
      (place++ == 0 ? settings.kills : settings.seed) = std::stoull(argument);
    }
  }
  return settings;
}

}  // namespace
}  // namespace larder::testing

int main(int count, char** arguments) {
  using namespace larder::testing;
  const Settings settings = parse(count, arguments);
  const TemporaryDirectory scratch;
  return KillLoop(settings, settings.root.empty() ? scratch.path() / "store" : larder::Path(settings.root)).run() ? 0
                                                                                                                  : 1;
}
