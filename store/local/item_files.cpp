// The files of which an item consists, as eviction counts them.
#include <fcntl.h>
#include <sys/stat.h>

#include <optional>
#include <string>

#include <larder/joblib_memory.h>

#include "base/text.h"
#include "store/gathered_item.h"
#include "store/key.h"
#include "store/local/seal.h"
#include "store/local/tree_walk.h"
#include "store/local/walk.h"

namespace larder::internal {

namespace {

bool is_item_directory(std::string_view path) { return item_name(join(path, "/x")) == path; }

// Without what a seal says, where it is damaged, or of a later version.
Stat stat_of_file(const Descriptor& file, const struct stat& status, const std::string& name) {
  try {
    return stat_of(status, seal_of(file.number(), name));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::checksum && error.kind() != ErrorKind::unsupported) throw;
    return stat_of(status, std::nullopt);
  }
}

// An item as its files are found; nothing of it while there are none.
class FoundItem {
 public:
  explicit FoundItem(const std::string& name) : gathered_(name) {}

  void add(const std::string& key, const Descriptor& file, const struct stat& status, const std::string& name) {
    gathered_.add(key, stat_of_file(file, status, name));
    is_there_ = true;
  }

  std::optional<IndexedItem> result() const {
    if (!is_there_) return std::nullopt;
    const EvictionItem& item = gathered_.item();
    return IndexedItem{item.name, item.size, item.cost, item.accessed};
  }

 private:
  GatheredItem gathered_;
  bool is_there_ = false;
};

std::optional<IndexedItem> look_at_directory(const Directories& directories, const std::string& path) {
  FoundItem item(path);
  TreeWalk walk(directories, path);
  while (const auto step = walk.next()) {
    if (step->kind == EntryKind::directory) walk.enter(*step);
    if (step->kind != EntryKind::file) continue;
    const std::string name = directories.name_of(step->path);
    if (const auto file = open_entry(step->directory, step->entry, O_RDONLY, name))
      item.add(step->path, *file, status_of(file->number(), name), name);
  }
  return item.result();
}

// Nothing where something stands there that no store reads.
std::optional<OpenValue> open_if_value(const Directories& directories, const std::string& key) {
  try {
    return directories.open_value(key);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsafe_reference) throw;
    return std::nullopt;
  }
}

std::optional<IndexedItem> look_at_key(const Directories& directories, const std::string& key) {
  FoundItem item(key);
  for (const std::string& part : {key, join(key, metadata_ending)})
    if (const auto value = open_if_value(directories, part))
      item.add(part, value->file, value->status, directories.name_of(part));
  return item.result();
}

// Whether the file is the one that stands for its item: the value, or the metadata where there is no value.
bool stands_for_item(const Directories& directories, const TreeWalk::Step& file, const std::string& item) {
  return item == file.path || !open_if_value(directories, item);
}

}  // namespace

std::optional<IndexedItem> look_at_item(const Directories& directories, const std::string& name) {
  return is_item_directory(name) ? look_at_directory(directories, name) : look_at_key(directories, name);
}

void for_each_item(const Directories& directories, const std::function<void(const IndexedItem&)>& item) {
  const auto give = [&](const std::string& name) {
    if (const auto found = look_at_item(directories, name)) item(*found);
  };
  TreeWalk walk(directories, "");
  while (const auto step = walk.next()) {
    if (step->kind == EntryKind::directory) {
      if (is_item_directory(step->path))
        give(step->path);
      else
        walk.enter(*step);
    } else if (step->kind == EntryKind::file && is_key(step->path) && !stays(step->path)) {
      const std::string name = item_name(step->path);
      if (stands_for_item(directories, *step, name)) give(name);
    }
  }
}

}  // namespace larder::internal
