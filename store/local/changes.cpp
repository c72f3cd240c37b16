#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>

#include <larder/joblib_memory.h>

#include "base/text.h"
#include "io/retried.h"
#include "io/temporary_file.h"
#include "store/key.h"
#include "store/local/deletion.h"
#include "store/local/layout.h"
#include "store/local/place.h"
#include "store/local/publishing.h"
#include "store/local/seal.h"

namespace larder::internal {

namespace {

constexpr int most_attempts = 16;

// The locks of two items, which may share one.
class BothLocks {
 public:
  BothLocks(Home& home, const std::string& one, const std::string& other) {
    const unsigned a = Home::stripe_of(one), b = Home::stripe_of(other);
    lower_.emplace(home.publish_lock(a < b ? one : other));
    if (a != b) upper_.emplace(home.publish_lock(a < b ? other : one));
  }

 private:
  std::optional<SharedLock::Holder> lower_, upper_;
};

// What renameat says: 0, or errno.
int rename_code(const Place& from, const Descriptor& directory, const std::string& name) {
  const int result = retried(
      [&] { return ::renameat(from.directory().number(), from.name.c_str(), directory.number(), name.c_str()); });
  return result == 0 ? 0 : errno;
}

// Behind the rename, where nothing can be taken back.
void settle_if_possible(const OpenValue& value, const std::string& key, const std::string& name) noexcept try {
  settle(value.file.number(), key, name);
} catch (const std::exception&) {
  // The seal goes on naming both places, which is right as well, until the next move.
}

// One attempt of a move.
struct Attempt {
  std::optional<bool> moved;                // nothing: worth another attempt
  std::optional<Place> source{}, target{};  // where it moved
};

Attempt move_once(Home& home, const std::string& from, const std::string& to) {
  Directories& directories = home.directories();
  const std::string name = directories.name_of(from);
  const std::string left = item_name(from);
  const std::string reached = item_name(to);
  const BeingChanged mark(home, left), other_mark(home, reached);
  const BothLocks held(home, left, reached);
  const auto value = directories.open_value(from);
  if (!value) return {false};
  auto source = find_place(directories, from);
  if (!source) return {false};
  auto target = find_place(directories, to);
  if (!target) return {std::nullopt};
  const std::string event = join("to ", to);
  settle(value->file.number(), from, name);
  announce_move(value->file.number(), to, name);
  const int code = rename_code(*source, target->directory(), target->name);
  if (code == EISDIR && directories.remove_hollow(to)) return {std::nullopt};
  if (code == EISDIR) fail(ErrorKind::conflict, directories.name_of(to), ": there are keys below it already");
  if (code == ENOENT) return {std::nullopt};
  if (code != 0) fail_os(code, join("rename ", name, " to"), directories.name_of(to));
  settle_if_possible(*value, to, name);
  home.limiting().tell(left);
  home.limiting().tell(reached);
  home.history().add(Event::moved, from, event);
  return {true, std::move(source), std::move(target)};
}

std::string internal_name(Home& home, std::string_view prefix) {
  const auto session = home.session();
  return join(prefix, session->temporary_name(session->next_id()));
}

// The etag of the value that is there, also where its seal is damaged.
std::optional<std::string> present_etag(const Directories& directories, const std::string& key) {
  const auto value = directories.open_value(key);
  if (!value) return std::nullopt;
  return stat_of(value->status, intact_seal(value->file.number(), directories.name_of(key))).etag;
}

// A directory of damaged/ with the reason in it, that vanishes unless the value comes.
class AsideDirectory {
 public:
  AsideDirectory(Home& home, const std::string& key, std::string_view why)
      : damaged_(home.internal_directory(layout::damaged)), name_(internal_name(home, "d-")) {
    if (retried([&] { return ::mkdirat(damaged_.number(), name_.c_str(), 0777); }) != 0)
      fail_os(errno, "make the directory", name_);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    TemporaryFile file(damaged_, name_ + "/why", name_ + "/why");
    write_all(
        file.descriptor(),
        as_bytes(join(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count(), ' ', key, '\n', why, '\n')),
        file.target());
    file.complete(home.options().sync);
    file.forget();
  }
  ~AsideDirectory() {
    if (filled_) return;
    try {
      delete_tree(damaged_, name_);
    } catch (const Error&) {
      // Half of it stays, as after a kill: the next sweep removes it.
    }
  }
  AsideDirectory(const AsideDirectory&) = delete;
  AsideDirectory& operator=(const AsideDirectory&) = delete;

  const std::string& name() const noexcept { return name_; }

  // 0, or errno.
  int take(const Place& value) {
    const int code = rename_code(value, damaged_, name_ + "/value");
    filled_ = code == 0;
    return code;
  }

 private:
  Descriptor damaged_;
  std::string name_;
  bool filled_ = false;
};

}  // namespace

bool remove_value(Home& home, const std::string& key) {
  const Directories& directories = home.directories();
  if (!directories.open_value(key)) return false;
  const std::string name = directories.name_of(key);
  const std::string item = item_name(key);
  std::optional<Place> place;
  {
    const BeingChanged mark(home, item);
    const SharedLock::Holder held(home.publish_lock(item));
    place = find_place(directories, key);
    if (!place) return false;
    if (retried([&] { return ::unlinkat(place->directory().number(), place->name.c_str(), 0); }) != 0) {
      if (errno == ENOENT || errno == EISDIR) return false;
      fail_os(errno, "remove", name);
    }
    home.limiting().tell(item);
  }
  home.history().add(Event::removed, key, "");
  if (home.options().sync == Sync::full) sync_directory(place->directory(), name);
  directories.prune(parent_of(key));
  return true;
}

bool move_value(Home& home, const std::string& from, const std::string& to) {
  const Directories& directories = home.directories();
  const Sync sync = home.options().sync;
  const std::string name = directories.name_of(to);
  for (int count = 1; count <= most_attempts; ++count) {
    const Attempt attempt = move_once(home, from, to);
    if (attempt.moved == false) return false;
    if (attempt.moved) {
      if (sync == Sync::full) {
        sync_directory(attempt.target->directory(), name);
        sync_directory(attempt.source->directory(), name);
      }
      directories.prune(parent_of(from));
      return true;
    }
    directories.make(parent_of(to), sync);
  }
  fail(ErrorKind::io, "cannot move ", directories.name_of(from), ": the directory of ", internal::quoted(to),
       " was removed ", most_attempts, " times");
}

bool discard_item(Home& home, const std::string& item, const std::function<bool()>& unless,
                  const std::function<void()>& gone) {
  const Directories& directories = home.directories();
  const Descriptor trash = home.internal_directory(layout::trash);
  const std::string name = internal_name(home, "t-");
  {
    const SharedLock::Holder held(home.publish_lock(item));
    if (unless()) return false;
    const auto place = find_place(directories, item);
    if (!place) return false;
    const int code = rename_code(*place, trash, name);
    if (code == ENOENT) return false;
    if (code != 0) fail_os(code, "remove", directories.name_of(item));
    gone();
  }
  delete_tree(trash, name);
  directories.prune(parent_of(item));
  return true;
}

bool set_value_aside(Home& home, const std::string& key, std::string_view etag, std::string_view why) {
  const Directories& directories = home.directories();
  AsideDirectory aside(home, key, why);
  const std::string event = join(why, "; set aside as ", aside.name());
  const std::string item = item_name(key);
  {
    const BeingChanged mark(home, item);
    const SharedLock::Holder held(home.publish_lock(item));
    if (present_etag(directories, key) != etag) return false;
    const auto place = find_place(directories, key);
    if (!place) return false;
    const int code = aside.take(*place);
    if (code == ENOENT) return false;
    if (code != 0) fail_os(code, "set aside", directories.name_of(key));
    home.limiting().tell(item);
    home.history().add(Event::damaged, key, event);
  }
  directories.prune(parent_of(key));
  return true;
}

}  // namespace larder::internal
