// Tests that change, end or endanger their process, and so run in a child of it.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <vector>

namespace larder::testing {

// Runs `body` in a child process and tells whether it returned true; a child that throws or dies did not.
template <class Body>
bool true_in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    bool result = false;
    try {
      result = body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "in the child process: %s\n", error.what());
    }
    ::_exit(result ? 0 : 1);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// The same without root's rights, where it has them: permissions count, and a defect cannot replace the system's files.
template <class Body>
bool true_for_nobody(Body body) {
  return true_in_child([&] { return (::geteuid() != 0 || ::setuid(65534) == 0) && body(); });
}

// Runs `body` in so many processes at once; how many of them returned, rather than threw or died.
inline unsigned in_processes(unsigned count, const std::function<void(unsigned self)>& body) {
  std::vector<pid_t> children;
  for (unsigned self = 0; self < count; ++self) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        body(self);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "process %u: %s\n", self, error.what());
        ::_exit(1);
      }
      ::_exit(0);
    }
    if (child > 0) children.push_back(child);
  }
  unsigned fine = 0;
  for (const pid_t child : children) {
    int status = 0;
    if (::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0) ++fine;
  }
  return fine;
}

}  // namespace larder::testing
