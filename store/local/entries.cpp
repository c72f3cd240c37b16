#include "store/local/entries.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "io/retried.h"

namespace larder::internal {

DirectoryEntries::DirectoryEntries(Descriptor directory, std::string name) : name_(std::move(name)) {
  directory_.reset(::fdopendir(directory.number()));
  if (directory_ == nullptr) fail_os(errno, "read the directory", name_);
  static_cast<void>(directory.release());  // it is closedir's now
}

std::optional<DirectoryEntries::Entry> DirectoryEntries::next() {
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(directory_.get());
    if (entry == nullptr) {
      if (errno != 0 && errno != ENOENT) fail_os(errno, "read the directory", name_);
      return std::nullopt;
    }
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    return Entry{std::string(name), kind_of(*entry)};
  }
}

EntryKind DirectoryEntries::kind_of(const dirent& entry) const {
  if (entry.d_type == DT_REG) return EntryKind::file;
  if (entry.d_type == DT_DIR) return EntryKind::directory;
  if (entry.d_type != DT_UNKNOWN) return EntryKind::other;
  struct stat status;
  if (::fstatat(descriptor(), entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return EntryKind::other;
    fail_os(errno, "inspect", join(name_, "/", entry.d_name));
  }
  if (S_ISREG(status.st_mode)) return EntryKind::file;
  return S_ISDIR(status.st_mode) ? EntryKind::directory : EntryKind::other;
}

std::optional<Descriptor> open_entry(int directory, const std::string& entry, int flags, std::string_view shown) {
  const int all_flags = flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  const int number = retried([&] { return ::openat(directory, entry.c_str(), all_flags, 0666); });
  if (number >= 0) return Descriptor(number);
  if (errno == ENOENT || errno == ELOOP || errno == ENOTDIR || errno == ENXIO) return std::nullopt;
  fail_os(errno, "open", shown);
}

}  // namespace larder::internal
