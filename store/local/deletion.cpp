#include "store/local/deletion.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/text.h"
#include "io/retried.h"
#include "io/temporary_file.h"
#include "store/local/directories.h"

namespace larder::internal {

namespace {

// Whether it is gone; false for a directory.
bool unlink_file(const Descriptor& directory, const std::string& name) {
  if (retried([&] { return ::unlinkat(directory.number(), name.c_str(), 0); }) == 0 || errno == ENOENT) return true;
  if (errno == EISDIR || errno == EPERM) return false;  // EPERM: what POSIX says of a directory
  fail_os(errno, "remove", name);
}

bool remove_empty(const Descriptor& directory, const std::string& name) {
  const int result = retried([&] { return ::unlinkat(directory.number(), name.c_str(), AT_REMOVEDIR); });
  if (result == 0 || errno == ENOENT) return true;
  if (errno == ENOTEMPTY || errno == EEXIST) return false;
  fail_os(errno, "remove", name);
}

}  // namespace

void delete_tree(const Descriptor& directory, const std::string& name) {
  std::vector<std::string> waiting{name};
  while (!waiting.empty()) {
    const std::string path = waiting.back();
    if (unlink_file(directory, path) || remove_empty(directory, path)) {
      waiting.pop_back();
      continue;
    }
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const int number = retried([&] { return ::openat(directory.number(), path.c_str(), flags); });
    if (number < 0) {
      if (errno == ENOENT) continue;
      fail_os(errno, "open", path);
    }
    const Descriptor opened(number);
    each_entry(opened, path, [&](const dirent& entry) {
      if (unlink_file(opened, entry.d_name)) return true;
      const std::string moved = "t-" + random_digits() + "-0";
      if (::renameat(opened.number(), entry.d_name, directory.number(), moved.c_str()) == 0) {
        waiting.push_back(moved);
      } else if (errno != ENOENT) {
        fail_os(errno, "remove", join(path, '/', std::string_view(entry.d_name)));
      }
      return true;
    });
  }
}

}  // namespace larder::internal
