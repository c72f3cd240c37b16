#include "store/local/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "base/text.h"
#include "io/retried.h"

namespace larder::internal {

namespace {

enum class Wanted { lock_waiting, lock_at_once, unlock };

// Whether it is done; false where somebody else holds the lock, errno for all else.
bool change_lock(int descriptor, Wanted wanted) {
  struct flock whole {};
  whole.l_type = wanted == Wanted::unlock ? F_UNLCK : F_WRLCK;
  whole.l_whence = SEEK_SET;
  const int command = wanted == Wanted::lock_waiting ? F_OFD_SETLKW : F_OFD_SETLK;
  return retried([&] { return ::fcntl(descriptor, command, &whole); }) == 0;
}

bool has_name(const Descriptor& file, const std::string& name) { return status_of(file.number(), name).st_nlink != 0; }

}  // namespace

FileLock::FileLock(Descriptor file, std::string name)
    : file_(std::move(file)), name_(std::move(name)), process_(::getpid()) {}

FileLock::~FileLock() {
  // Closing alone would leave it to children that have the file open. Should the system refuse, closing is what is
  // left.
  if (file_.number() >= 0 && process_ == ::getpid()) static_cast<void>(change_lock(file_.number(), Wanted::unlock));
}

FileLock FileLock::wait(Descriptor file, std::string name) {
  if (!change_lock(file.number(), Wanted::lock_waiting)) fail_os(errno, "lock", name);
  return FileLock(std::move(file), std::move(name));
}

std::optional<FileLock> FileLock::attempt(Descriptor file, std::string name) {
  if (change_lock(file.number(), Wanted::lock_at_once)) return FileLock(std::move(file), std::move(name));
  if (errno != EAGAIN && errno != EACCES) fail_os(errno, "lock", name);
  return std::nullopt;
}

std::optional<FileLock> FileLock::wait_for(Descriptor file, std::string name, std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds longest_pause(20);
  const auto start = Clock::now();
  for (std::chrono::milliseconds pause(1);; pause = std::min(2 * pause, longest_pause)) {
    if (change_lock(file.number(), Wanted::lock_at_once)) return FileLock(std::move(file), std::move(name));
    if (errno != EAGAIN && errno != EACCES) fail_os(errno, "lock", name);
    // Compared without adding to `start`, which a patience of centuries would overflow.
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    if (waited >= patience) return std::nullopt;
    std::this_thread::sleep_for(std::min(pause, patience - waited));
  }
}

bool FileLock::is_linked() const { return has_name(file_, name_); }

SharedLock::Holder::Holder(SharedLock& lock) : opened_(lock.opened_.get()), inside_(opened_.mutex) {
  for (;;) {
    if (!opened_.file) opened_.file = lock.open_();
    if (!change_lock(opened_.file->number(), Wanted::lock_waiting)) fail_os(errno, "lock", lock.name_);
    if (has_name(*opened_.file, lock.name_)) return;
    opened_.file.reset();  // it was removed, with the store's directory perhaps: others lock a new one
  }
}

SharedLock::Holder::~Holder() {
  // Closing the file frees the lock as well.
  if (!change_lock(opened_.file->number(), Wanted::unlock)) opened_.file.reset();
}

}  // namespace larder::internal
