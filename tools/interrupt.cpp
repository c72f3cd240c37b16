#include "tools/interrupt.h"

#include <array>
#include <csignal>
#include <cstdlib>

namespace larder::tools {

namespace {

constexpr std::array<int, 3> watched = {SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t noted = 0;

extern "C" void take_note(int signal) { noted = signal; }

void set_handler(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  // Fails only for signals that do not exist.
  static_cast<void>(::sigaction(signal, &action, nullptr));
}

bool is_ignored(int signal) {
  struct sigaction action = {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  for (const int signal : watched) {
    // nohup's SIGHUP, say, stays ignored. No SA_RESTART: a blocked read must return.
    if (!is_ignored(signal)) set_handler(signal, take_note, static_cast<int>(SA_RESETHAND));
  }
}

InterruptGuard::~InterruptGuard() {
  for (const int signal : watched) {
    if (!is_ignored(signal)) set_handler(signal, SIG_DFL, 0);
  }
}

void throw_if_interrupted() {
  if (noted != 0) throw Interrupted{noted};
}

void end_by(int signal) {
  set_handler(signal, SIG_DFL, 0);
  static_cast<void>(std::raise(signal));
  std::_Exit(128 + signal);  // where the signal is blocked
}

}  // namespace larder::tools
