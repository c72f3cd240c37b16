#include "io/publication.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/text.h"

namespace larder::internal {

namespace {

constexpr mode_t permissions = 0777;

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
      file_(directory_, ".larder-" + random_digits(), target_.path.native(), target_.mode.value_or(0666)) {}

void Publication::publish(Sync sync) {
  // The umask applies to new files only; one that is replaced keeps what it had.
  if (target_.mode && ::fchmod(file_.descriptor(), *target_.mode) != 0) fail_os(errno, "set the mode of", name());
  file_.complete(sync);
  file_.rename_into(directory_, target_.path.filename().native(), Existing::replace);
  if (sync == Sync::full) sync_directory(directory_, name());
}

}  // namespace larder::internal
