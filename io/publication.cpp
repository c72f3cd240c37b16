#include "io/publication.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/text.h"

namespace larder::internal {

namespace {

constexpr mode_t permissions = 0777;

std::string random_name() {
  std::array<std::uint64_t, 2> bits;
  while (::getrandom(bits.data(), sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) {
    if (errno != EINTR) fail_os(errno, "get", "random bits");
  }
  return join(".larder-", hex(bits[0], 16).substr(2), hex(bits[1], 16).substr(2));
}

Path follow_links(Path path) {
  constexpr int most_links = 40;  // as the kernel
  for (int links = 0; links < most_links; ++links) {
    std::error_code code;
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path, code))) return path;
    const Path next = std::filesystem::read_symlink(path, code);
    if (code) fail_os(code.value(), "read the link", path.native());
    path = path.parent_path() / next;
  }
  fail_os(ELOOP, "follow the links at", path.native());
}

Path directory_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : Path("."); }

Descriptor create_temporary(const Descriptor& directory, const std::string& temporary, const Target& target) {
  const int number = ::openat(directory.number(), temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                              target.mode.value_or(0666));
  if (number < 0) fail_os(errno, "create a temporary file for", target.path.native());
  return Descriptor(number);
}

}  // namespace

Target find_target(const Path& path) {
  struct stat status;
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) fail_os(errno, "inspect", path.native());
  if (exists && S_ISDIR(status.st_mode)) fail_directory(path.native());
  // Asked before links are followed, because those of /dev/stdout and /proc lead to pipes that have no path.
  if (exists && !S_ISREG(status.st_mode)) return {path, std::nullopt, true};
  if (!path.has_filename()) fail(ErrorKind::usage, internal::quoted(path.native()), " names no file");
  return {follow_links(path), exists ? std::optional(status.st_mode & permissions) : std::nullopt, false};
}

Publication::Publication(Target target)
    : target_(std::move(target)),
      directory_(open_descriptor(directory_of(target_.path), O_RDONLY | O_DIRECTORY)),
      temporary_(random_name()),
      file_(create_temporary(directory_, temporary_, target_)) {}

Publication::~Publication() {
  // Nobody can be told here; a temporary file that cannot be removed harms nothing but space.
  if (!temporary_.empty()) static_cast<void>(::unlinkat(directory_.number(), temporary_.c_str(), 0));
}

void Publication::publish(Sync sync) {
  // The umask applies to new files only; one that is replaced keeps what it had.
  if (target_.mode && ::fchmod(file_.number(), *target_.mode) != 0) fail_os(errno, "set the mode of", name());
  if (sync != Sync::none && ::fsync(file_.number()) != 0) fail_os(errno, "sync", name());
  file_.close(name());
  const std::string last = target_.path.filename().native();
  if (::renameat(directory_.number(), temporary_.c_str(), directory_.number(), last.c_str()) != 0) {
    fail_os(errno, "rename the temporary file to", name());
  }
  temporary_.clear();
  // EINVAL: a file system whose directories need no syncing.
  if (sync == Sync::full && ::fsync(directory_.number()) != 0 && errno != EINVAL) {
    const int code = errno;
    throw Error(ErrorKind::unknown_outcome,
                join(name(), ": the new file is in place, but its directory could not be synced"))
        .set_os_error(code);
  }
}

}  // namespace larder::internal
