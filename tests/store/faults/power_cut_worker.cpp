// What power_cut.py runs on a file system that is about to lose its power.
//
//   power_cut_worker work ROOT NAME SEED FIRST    puts and removes keys "NAME/..." with Sync::full until something
//                                                 fails. One line each, before and behind an operation: "try put KEY
//                                                 NUMBER", "put KEY NUMBER", "try remove KEY", "remove KEY". Numbers
//                                                 begin with FIRST.
//   power_cut_worker check ROOT                   one line each for what is there: "KEY NUMBER", or "damaged KEY WHY"
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <larder/error.h>
#include <larder/local_store.h>
#include <larder/store_report.h>

#include "base/text.h"
#include "workload.h"

namespace larder::testing {
namespace {

using internal::join;

// Straight to the pipe: what was said stays said, whatever happens to this process.
void say(const std::string& line) {
  const std::string whole = line + "\n";
  if (::write(STDOUT_FILENO, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size())) std::exit(1);
}

int work_until_dark(const Path& root, const std::string& name, std::uint64_t seed, std::uint64_t number) {
  std::mt19937_64 random(seed);
  try {
    const auto store = local_store(root, {.limits = StoreLimits{.bytes = std::uint64_t{1} << 40}});
    for (;; ++number) {
      // Some directories are new, some are pruned when their last key goes.
      const std::string key = join(name, "/d", random() % 6, "/e", random() % 2, "/key", random() % 2);
      if (random() % 5 == 0) {
        say(join("try remove ", key));
        store->remove(key);
        say(join("remove ", key));
        continue;
      }
      say(join("try put ", key, " ", number));
      store->put(key, self_describing(key, 0, number, random() % (random() % 4 == 0 ? 40'000 : 3000)));
      say(join("put ", key, " ", number));
    }
  } catch (const Error& error) {
    std::cerr << name << ": " << error.what() << '\n';
    return 0;
  }
}

int check(const Path& root) {
  auto store = local_store(root, {.sync = Sync::none});
  std::uint64_t keys = 0;
  auto listing = store->list();
  for (auto page = listing->next(); !page.empty(); page = listing->next()) {
    for (const Entry& entry : page) {
      ++keys;
      try {
        const Region value = store->read(entry.key, {.verify = true, .touch = false});
        std::cout << entry.key << ' ' << describe_value(entry.key, value.bytes()).number << '\n';
      } catch (const std::exception& error) {
        std::cout << "damaged " << entry.key << ' ' << error.what() << '\n';
      }
    }
  }
  const std::uint64_t indexed = store->records()->rebuild();
  if (indexed != keys) std::cout << "damaged index " << indexed << " items, and " << keys << " keys\n";
  listing.reset();
  store.reset();
  for (const std::string& orphan : left_behind(root)) std::cout << "damaged " << orphan << '\n';
  return 0;
}

}  // namespace
}  // namespace larder::testing

int main(int count, char** arguments) {
  using namespace larder::testing;
  const std::string mode = count > 1 ? arguments[1] : "";
  try {
    if (mode == "work" && count == 6) {
      return work_until_dark(arguments[2], arguments[3], std::stoull(arguments[4]), std::stoull(arguments[5]));
    }
    if (mode == "check" && count == 3) return check(arguments[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  std::cerr << "power_cut_worker work ROOT NAME SEED FIRST | check ROOT\n";
  return 2;
}
