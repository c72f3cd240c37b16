// Tests that change, end or endanger their process, and so run in a child of it.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

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

}  // namespace larder::testing
