#include "faults.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace larder::testing {

namespace {

using Page = Faults* (*)();

Page page_of_the_shim() {
  static const Page page = reinterpret_cast<Page>(::dlsym(RTLD_DEFAULT, "larder_faults"));
  return page;
}

}  // namespace

Faults& faults() {
  if (page_of_the_shim() == nullptr) {
    std::fputs("the fault tests run under their shim only: call require_shim first\n", stderr);
    std::abort();
  }
  return *page_of_the_shim()();
}

Injected::Injected(Call call, std::uint64_t nth, Action action, int code, std::uint64_t last) {
  Faults& page = faults();
  for (auto& seen : page.seen) seen = 0;
  page.seen_in_all = 0;
  page.happened = 0;
  page.rule.call = call;
  page.rule.first = nth;
  page.rule.last = last == 0 ? nth : last;
  page.rule.code = code;
  page.rule.action = action;
  page.armed = true;
}

Injected::~Injected() { faults().armed = false; }

bool allocation_fails() {
  static const auto ask = reinterpret_cast<bool (*)()>(::dlsym(RTLD_DEFAULT, "larder_allocation_fails"));
  return ask != nullptr && ask();
}

void require_shim(char** arguments) {
  if (page_of_the_shim() != nullptr) return;
  constexpr const char* mark = "LARDER_UNDER_SHIM";
  if (std::getenv(mark) == nullptr && ::setenv(mark, "1", 1) == 0 && ::setenv("LD_PRELOAD", LARDER_SHIM, 1) == 0) {
    ::execv("/proc/self/exe", arguments);
  }
  std::fputs("cannot start under " LARDER_SHIM ": no fault was injected, so that nothing was tested\n", stderr);
  ::_exit(1);
}

}  // namespace larder::testing
