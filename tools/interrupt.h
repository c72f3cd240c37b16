// Ctrl-C while a file is being written: the work stops at the next piece of data, so that the unfinished file is
// cleared away.
#pragma once

namespace larder::tools {

// Thrown where the work noticed the signal. Not an Error: nothing may report it or go on.
struct Interrupted {
  int signal;
};

// While one exists, SIGINT, SIGTERM and SIGHUP only take note; a second one of them ends the process at once. One at a
// time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// Throws Interrupted where a signal was noted.
void throw_if_interrupted();

// Ends the process by the signal's default action, so that the caller (a shell, make) sees why.
[[noreturn]] void end_by(int signal);

}  // namespace larder::tools
