#include "io/temporary_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/text.h"
#include "io/retried.h"

namespace larder::internal {

namespace {

Descriptor create(const Descriptor& directory, const std::string& name, const std::string& target, mode_t mode) {
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  const int number = retried([&] { return ::openat(directory.number(), name.c_str(), flags, mode); });
  if (number < 0) fail_os(errno, "create a temporary file for", target);
  return Descriptor(number);
}

// 0, or -1 and errno. Repeated after a signal only: what fsync reported once, it does not report again.
int sync_once(int descriptor) {
  return retried([&] { return ::fsync(descriptor); });
}

}  // namespace

TemporaryFile::TemporaryFile(const Descriptor& directory, std::string name, std::string target, mode_t mode)
    : directory_(directory),
      name_(std::move(name)),
      target_(std::move(target)),
      file_(create(directory_, name_, target_, mode)) {}

TemporaryFile::~TemporaryFile() {
  // Nobody can be told here; a temporary file that cannot be removed harms nothing but space.
  if (!name_.empty()) static_cast<void>(::unlinkat(directory_.number(), name_.c_str(), 0));
}

void TemporaryFile::complete(Sync sync) {
  if (sync != Sync::none && sync_once(file_.number()) != 0) fail_os(errno, "sync", target_);
  file_.close(target_);
}

bool TemporaryFile::rename_into(const Descriptor& directory, const std::string& name, Existing existing) {
  const unsigned flags = existing == Existing::keep ? RENAME_NOREPLACE : 0;
  const int result =
      retried([&] { return ::renameat2(directory_.number(), name_.c_str(), directory.number(), name.c_str(), flags); });
  if (result == 0) {
    name_.clear();
    return true;
  }
  if (errno == EEXIST && existing == Existing::keep) return false;
  fail_os(errno, "rename the temporary file to", target_);
}

bool TemporaryFile::is_there() const {
  return ::faccessat(directory_.number(), name_.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void sync_directory(const Descriptor& directory, const std::string& published) {
  // EINVAL: a file system whose directories need no syncing.
  if (sync_once(directory.number()) == 0 || errno == EINVAL) return;
  const int code = errno;
  throw Error(ErrorKind::unknown_outcome, join(published, ": is in place, but its directory could not be synced"))
      .set_os_error(code);
}

std::string random_digits() {
  std::array<std::uint64_t, 2> bits;
  while (::getrandom(bits.data(), sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) {
    if (errno != EINTR) fail_os(errno, "get", "random bits");
  }
  return join(hex(bits[0], 16).substr(2), hex(bits[1], 16).substr(2));
}

}  // namespace larder::internal
