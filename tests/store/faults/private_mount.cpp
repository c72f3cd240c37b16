#include "private_mount.h"

#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <stdexcept>

#include "tests/io/child.h"

namespace larder::testing {

namespace {

// Mounts of its own, that nobody else gets.
void leave_mounts() {
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    throw std::runtime_error(std::string("no mounts of its own: ") + std::strerror(errno));
  }
}

}  // namespace

bool can_mount() {
  const bool can = ::geteuid() == 0 && true_in_child([] {
                     leave_mounts();
                     return ::mount("none", "/tmp", "tmpfs", 0, "size=1m") == 0;
                   });
  if (!can) std::cerr << "not tried: this process may not mount a tmpfs\n";
  return can;
}

bool true_on_tmpfs(const Path& at, const std::string& size, const std::function<bool()>& body) {
  return true_in_child([&] {
    leave_mounts();
    if (::mount("none", at.c_str(), "tmpfs", 0, ("size=" + size).c_str()) != 0) return false;
    return body();
  });
}

void remount(const Path& at, bool read_only) {
  if (::mount("none", at.c_str(), nullptr, read_only ? MS_REMOUNT | MS_RDONLY : MS_REMOUNT, nullptr) != 0) {
    throw std::runtime_error(std::string("cannot remount: ") + std::strerror(errno));
  }
}

}  // namespace larder::testing
