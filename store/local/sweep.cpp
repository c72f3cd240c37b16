#include "store/local/sweep.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "io/retried.h"
#include "store/local/deletion.h"
#include "store/local/file_lock.h"
#include "store/local/layout.h"
#include "store/local/session.h"

namespace larder::internal {

namespace {

constexpr std::size_t id_digits = 32;

bool exists(const Descriptor& directory, const std::string& name) {
  if (::faccessat(directory.number(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno == ENOENT) return false;
  fail_os(errno, "inspect", name);
}

// False where it was gone already.
bool unlink_name(const Descriptor& directory, const std::string& name) {
  if (retried([&] { return ::unlinkat(directory.number(), name.c_str(), 0); }) == 0) return true;
  if (errno == ENOENT) return false;
  fail_os(errno, "remove", name);
}

// Nothing for what is gone, and for what cannot be locked by us: another user's, or no lock file at all.
std::optional<Descriptor> open_to_lock(const Descriptor& directory, const std::string& name) {
  constexpr int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const int number = retried([&] { return ::openat(directory.number(), name.c_str(), flags); });
  if (number >= 0) return Descriptor(number);
  if (errno == ENOENT || errno == ELOOP || errno == EACCES || errno == EISDIR || errno == ENXIO) return std::nullopt;
  fail_os(errno, "open", name);
}

// One sweep, with what it found.
class Sweep {
 public:
  Sweep(const Directories& directories, const std::function<void(std::string_view)>& reconcile)
      : directories_(directories), reconcile_(reconcile) {}

  Recovery run() {
    remove_unlocked(layout::sessions, [&](const Descriptor& file, const std::string& name) {
      each_pending(file, name, [&](std::string_view item) {
        reconcile_(item);
        ++found_.reconciled;
      });
    });
    remove_unlocked(layout::flights, [](const Descriptor&, const std::string&) {});
    each_orphan(layout::temporaries, "", [&](const Descriptor& directory, const std::string& name) {
      found_.temporaries += unlink_name(directory, name);
    });
    each_orphan(layout::trash, "t-", [&](const Descriptor& directory, const std::string& name) {
      delete_tree(directory, name);
      ++found_.removals;
    });
    each_orphan(layout::damaged, "d-", [&](const Descriptor& directory, const std::string& name) {
      if (!exists(directory, name + "/value")) delete_tree(directory, name);
    });
    return found_;
  }

 private:
  using See = std::function<void(const Descriptor&, const std::string&)>;

  std::optional<Descriptor> find(std::string_view name) const { return directories_.find(path_of(name)); }
  static std::string path_of(std::string_view name) { return join(layout::home, '/', name); }

  // Removes the files whose lock can be had; `last` sees each of them before that, locked.
  void remove_unlocked(std::string_view where, const See& last) const {
    const auto directory = find(where);
    if (!directory) return;
    each_entry(*directory, path_of(where), [&](const dirent& entry) {
      const std::string name(entry.d_name);
      auto file = open_to_lock(*directory, name);
      if (!file) return true;
      const auto lock = FileLock::attempt(std::move(*file), name);
      if (!lock || !lock->is_linked()) return true;
      last(lock->file(), name);
      unlink_name(*directory, name);
      return true;
    });
  }

  // What begins with `prefix` and a session's id, and whose session has no file. Asked after the name was seen: a
  // session that has made something has its file already. By its path from the root: .larder may have been made anew.
  void each_orphan(std::string_view where, std::string_view prefix, const See& see) const {
    const auto directory = find(where);
    if (!directory) return;
    each_entry(*directory, path_of(where), [&](const dirent& entry) {
      const std::string name(entry.d_name);
      if (!name.starts_with(prefix)) return true;
      const std::string id = name.substr(prefix.size(), id_digits);
      if (is_session_id(id) && !exists(directories_.root(), path_of(layout::sessions) + '/' + id))
        see(*directory, name);
      return true;
    });
  }

  const Directories& directories_;
  const std::function<void(std::string_view)>& reconcile_;
  Recovery found_;
};

}  // namespace

Recovery sweep(const Directories& directories, const std::function<void(std::string_view item)>& reconcile) {
  return Sweep(directories, reconcile).run();
}

}  // namespace larder::internal
