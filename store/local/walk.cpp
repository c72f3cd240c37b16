#include "store/local/walk.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include <larder/joblib_memory.h>

#include "base/text.h"
#include "store/key.h"
#include "store/local/seal.h"
#include "store/local/tree_walk.h"

namespace larder::internal {

namespace {

// Whether the key is listed without a Stat: the get that needs one says what is wrong.
bool is_unreadable(const Error& error) {
  return error.kind() == ErrorKind::checksum || error.kind() == ErrorKind::unsupported || error.os_error() == EACCES;
}

class DirectoryListing final : public Listing {
 public:
  DirectoryListing(std::shared_ptr<const Directories> directories, ListOptions options, LastAccess accessed)
      : directories_(std::move(directories)),
        options_(std::move(options)),
        accessed_(std::move(accessed)),
        walk_(*directories_, parent_of(options_.prefix)) {}

 private:
  std::vector<Entry> do_next(std::size_t most) override {
    std::vector<Entry> page;
    while (page.size() < most) {
      const auto step = walk_.next();
      if (!step) break;
      if (!step->path.starts_with(options_.prefix)) continue;
      if (step->kind == EntryKind::directory)
        walk_.enter(*step);
      else if (step->kind == EntryKind::file && is_key(step->path))
        add(*step, page);
    }
    return page;
  }

  void add(const TreeWalk::Step& step, std::vector<Entry>& page) const {
    Entry entry{step.path};
    if (options_.details && !add_details(step, entry)) return;
    page.push_back(std::move(entry));
  }

  // False where the value is gone.
  bool add_details(const TreeWalk::Step& step, Entry& entry) const {
    const std::string name = directories_->name_of(step.path);
    try {
      const auto file = open_entry(step.directory, step.entry, O_RDONLY, name);
      if (!file) return false;
      const struct stat status = status_of(file->number(), name);
      if (!S_ISREG(status.st_mode)) return false;
      entry.stat = stat_of(status, seal_of(file->number(), name));
    } catch (const Error& error) {
      if (!is_unreadable(error)) throw;
      return true;
    }
    if (const auto accessed = accessed_ ? accessed_(item_name(step.path)) : std::nullopt)
      entry.stat->accessed = accessed;
    return true;
  }

  std::shared_ptr<const Directories> directories_;
  ListOptions options_;
  LastAccess accessed_;
  TreeWalk walk_;
};

}  // namespace

std::unique_ptr<Listing> walk(std::shared_ptr<const Directories> directories, ListOptions options,
                              LastAccess accessed) {
  return std::make_unique<DirectoryListing>(std::move(directories), std::move(options), std::move(accessed));
}

std::uint64_t count_foreign(const Directories& directories) {
  std::uint64_t count = 0;
  TreeWalk walk(directories, "");
  while (const auto step = walk.next()) {
    if (step->kind == EntryKind::directory)
      walk.enter(*step);
    else if (step->kind == EntryKind::other || !is_key(step->path))
      ++count;
  }
  return count;
}

}  // namespace larder::internal
