// The two ends of a pipe or a pair of sockets.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace larder::testing {

// {to read from, to write to}; the caller closes both.
using Ends = std::array<int, 2>;

inline Ends pipe_ends() {
  Ends ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  return ends;
}

inline Ends socket_ends() {
  Ends ends;
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::runtime_error("socketpair failed");
  return ends;
}

// From now on a write to a pipe that nobody reads is EPIPE, as in programs that use larder on pipes.
inline void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

}  // namespace larder::testing
