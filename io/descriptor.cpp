#include "io/descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/text.h"

namespace larder::internal {

namespace {

// The result of `call`, a read or write that returns -1 with errno; repeated after signals and after waiting for
// `events`.
template <class Call>
std::size_t transfer(int descriptor, short events, std::string_view doing, std::string_view name, Call call) {
  for (;;) {
    const ssize_t size = call();
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait_until_ready(descriptor, events, name);
    } else if (errno != EINTR) {
      fail_os(errno, doing, name);
    }
  }
}

}  // namespace

Descriptor::~Descriptor() {
  // Whoever wants to know calls close(); here the bytes are being discarded or were only read.
  if (number_ >= 0) static_cast<void>(::close(number_));
}

void Descriptor::close(std::string_view name) {
  // Linux frees the number even when close is interrupted; closing again could hit another thread's file.
  if (::close(std::exchange(number_, -1)) != 0 && errno != EINTR) fail_os(errno, "close", name);
}

Descriptor open_descriptor(const Path& path, int flags) {
  for (;;) {
    const int number = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY);
    if (number >= 0) return Descriptor(number);
    if (errno == EISDIR) fail_directory(path.native());
    if (errno != EINTR) fail_os(errno, "open", path.native());
  }
}

struct stat status_of(int descriptor, std::string_view name) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0) fail_os(errno, "inspect", name);
  return status;
}

void fail_directory(std::string_view name) { fail(ErrorKind::usage, name, " is a directory, a file is needed"); }

void wait_until_ready(int descriptor, short events, std::string_view name) {
  pollfd wanted{descriptor, events, 0};
  while (::poll(&wanted, 1, -1) < 0) {
    if (errno != EINTR) fail_os(errno, "wait for", name);
  }
}

std::size_t read_some(int descriptor, MutableBytes out, std::string_view name) {
  return transfer(descriptor, POLLIN, "read", name, [&] { return ::read(descriptor, out.data(), out.size()); });
}

std::size_t read_some_at(int descriptor, std::uint64_t offset, MutableBytes out, std::string_view name) {
  return transfer(descriptor, POLLIN, "read", name,
                  [&] { return ::pread(descriptor, out.data(), out.size(), static_cast<off_t>(offset)); });
}

std::size_t read_all_at(int descriptor, std::uint64_t offset, MutableBytes out, std::string_view name) {
  std::size_t size = 0;
  while (size < out.size()) {
    const std::size_t more = read_some_at(descriptor, offset + size, out.subspan(size), name);
    if (more == 0) break;
    size += more;
  }
  return size;
}

void write_all(int descriptor, Bytes bytes, std::string_view name) {
  while (!bytes.empty()) {
    const std::size_t size =
        transfer(descriptor, POLLOUT, "write", name, [&] { return ::write(descriptor, bytes.data(), bytes.size()); });
    if (size == 0) fail(ErrorKind::io, "cannot write ", name, ": the system takes no bytes and gives no reason");
    bytes = bytes.subspan(size);
  }
}

}  // namespace larder::internal
