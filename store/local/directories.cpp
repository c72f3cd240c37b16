#include "store/local/directories.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include "base/text.h"
#include "io/retried.h"
#include "io/temporary_file.h"
#include "store/key.h"

namespace larder::internal {

namespace {

// How often something is tried that others may undo at the same moment.
constexpr int most_attempts = 16;

constexpr int directory_flags = O_RDONLY | O_DIRECTORY;

// A descriptor, or -1 and errno. `path` is relative to `from` and stays below it.
int open_beneath(const Descriptor& from, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC | O_NOCTTY);
  if ((flags & O_CREAT) != 0) how.mode = 0666;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  for (int attempt = 1;; ++attempt) {
    const long number = ::syscall(SYS_openat2, from.number(), path.c_str(), &how, sizeof how);
    if (number >= 0) return static_cast<int>(number);
    // EAGAIN: the kernel lost a race against a rename. ESTALE: a server did.
    if (errno != EINTR && ((errno != EAGAIN && errno != ESTALE) || attempt == most_attempts)) return -1;
  }
}

bool is_absence(int code) { return code == ENOENT || code == ENOTDIR; }

[[noreturn]] void fail_opening(int code, const std::string& name) {
  if (code == ELOOP || code == EXDEV) {
    fail(ErrorKind::unsafe_reference, name, ": there is a link on the way, which a store does not follow");
  }
  if (code == ENOSYS) {
    fail(ErrorKind::unsupported, name, ": a store needs openat2, which this system (Linux 5.6 has it) refuses");
  }
  fail_os(code, "open", name);
}

std::string relative(std::string_view directory) { return directory.empty() ? "." : std::string(directory); }

// "a/b" of "a/b/c", where that is what is no directory.
std::string in_the_way(const Descriptor& root, std::string_view directory) {
  for (std::size_t end = directory.find('/'); end != std::string_view::npos; end = directory.find('/', end + 1)) {
    const std::string path(directory.substr(0, end));
    struct stat status;
    if (::fstatat(root.number(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) break;
    if (!S_ISDIR(status.st_mode)) return path;
  }
  return std::string(directory);
}

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { static_cast<void>(::closedir(directory)); }
};

}  // namespace

std::string Directories::name_of(std::string_view key) const { return join(name_, '/', key); }

std::optional<Descriptor> Directories::find(std::string_view directory) const {
  return open_file(relative(directory), directory_flags);
}

std::optional<Descriptor> Directories::open_file(std::string_view file, int flags) const {
  const int number = open_beneath(root_, std::string(file), flags);
  if (number >= 0) return Descriptor(number);
  if (is_absence(errno)) return std::nullopt;
  fail_opening(errno, name_of(file));
}

Descriptor Directories::make(std::string_view directory, Sync sync) const {
  for (int attempt = 1; attempt <= most_attempts; ++attempt) {
    const int number = open_beneath(root_, relative(directory), directory_flags);
    if (number >= 0) return Descriptor(number);
    if (errno == ENOTDIR) {
      const std::string other = in_the_way(root_, directory);
      fail(ErrorKind::conflict, name_of(directory), ": ", internal::quoted(other),
           " is a value, no keys can be below it");
    }
    if (errno != ENOENT) fail_opening(errno, name_of(directory));
    make_missing(directory, sync);
  }
  if (status_of(root_.number(), name_).st_nlink == 0) fail_os(ENOENT, "make a directory in", name_);
  fail(ErrorKind::io, "cannot make the directory ", name_of(directory), ": it was removed again ", most_attempts,
       " times");
}

void Directories::make_missing(std::string_view directory, Sync sync) const {
  std::string_view base = parent_of(directory);  // the deepest that is there
  auto above = find(base);
  for (; !above && !base.empty(); above = find(base)) base = parent_of(base);
  while (above && base.size() < directory.size()) {
    const std::size_t begin = base.empty() ? 0 : base.size() + 1;
    base = directory.substr(0, directory.find('/', begin));
    const std::string name(base.substr(begin));
    if (retried([&] { return ::mkdirat(above->number(), name.c_str(), 0777); }) == 0) {
      if (sync == Sync::full) sync_directory(*above, name_of(directory));
    } else if (errno != EEXIST && errno != ENOENT) {  // ENOENT: the one above was pruned meanwhile
      fail_os(errno, "make the directory", name_of(directory));
    }
    if (base.size() < directory.size()) above = find(base);
  }
}

std::optional<OpenValue> Directories::open_value(std::string_view key) const {
  // O_NONBLOCK: a FIFO would wait for its writer. O_NOATIME: what counts as an access is for the store to say; of
  // somebody else's file (EPERM) it cannot say that.
  constexpr int flags = O_RDONLY | O_NONBLOCK;
  int number = open_beneath(root_, std::string(key), flags | O_NOATIME);
  if (number < 0 && errno == EPERM) number = open_beneath(root_, std::string(key), flags);
  if (number < 0) {
    if (is_absence(errno)) return std::nullopt;
    if (errno != ENXIO && errno != ENODEV) fail_opening(errno, name_of(key));
    fail(ErrorKind::unsafe_reference, name_of(key), " is no regular file");
  }
  OpenValue value{Descriptor(number), {}};
  if (::fstat(number, &value.status) != 0) fail_os(errno, "inspect", name_of(key));
  if (S_ISDIR(value.status.st_mode)) return std::nullopt;
  if (!S_ISREG(value.status.st_mode)) fail(ErrorKind::unsafe_reference, name_of(key), " is no regular file");
  return value;
}

void Directories::prune(std::string_view directory) const noexcept try {
  for (; !directory.empty(); directory = parent_of(directory)) {
    const auto above = find(parent_of(directory));
    if (!above) return;
    if (::unlinkat(above->number(), std::string(last_part(directory)).c_str(), AT_REMOVEDIR) != 0) return;
  }
} catch (const std::exception&) {
  // What was to be done is done, and must not be called a failure because of a directory that nobody sees.
}

bool Directories::remove_hollow(std::string_view directory) const {
  // One below the other, deepest first; those that are found while it goes are appended.
  std::vector<std::string> waiting{std::string(directory)};
  while (!waiting.empty()) {
    const std::string path = waiting.back();
    const auto above = find(parent_of(path));
    if (!above) return true;
    if (::unlinkat(above->number(), std::string(last_part(path)).c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) {
      waiting.pop_back();
      continue;
    }
    if (errno != ENOTEMPTY && errno != EEXIST) return false;
    const auto opened = find(path);
    if (!opened) continue;
    const std::size_t before = waiting.size();
    bool hollow = true;
    each_entry(*opened, name_of(path), [&](const dirent& entry) {
      hollow = entry.d_type == DT_DIR;
      if (hollow) waiting.push_back(join(path, '/', std::string_view(entry.d_name)));
      return hollow;
    });
    if (!hollow) return false;
    if (waiting.size() == before) return false;
  }
  return true;
}

void each_entry(const Descriptor& directory, const std::string& name, const std::function<bool(const dirent&)>& see) {
  // Opened anew: a duplicate would share its place in the directory with the original.
  const int number = retried([&] { return ::openat(directory.number(), ".", directory_flags | O_CLOEXEC); });
  if (number < 0) fail_os(errno, "open", name);
  Descriptor closed_on_failure(number);
  const std::unique_ptr<DIR, CloseDirectory> entries(::fdopendir(number));
  if (!entries) fail_os(errno, "list", name);
  closed_on_failure.release();
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    const std::string_view found(entry->d_name);
    if (found != "." && found != ".." && !see(*entry)) return;
  }
  if (errno != 0) fail_os(errno, "list", name);
}

}  // namespace larder::internal
