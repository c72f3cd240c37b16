#include "store/local/tree_walk.h"

#include <fcntl.h>

#include <utility>

#include "base/text.h"
#include "store/key.h"
#include "store/local/layout.h"

namespace larder::internal {

namespace {

// Nothing where no key can lie below: there is no directory, or a link to one.
std::optional<Descriptor> find_start(const Directories& directories, std::string_view start) {
  try {
    return directories.find(start);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsafe_reference) throw;
    return std::nullopt;
  }
}

// What no key begins with.
bool is_larders_own(std::string_view path) { return path.starts_with(layout::home) || path.starts_with(".gitignore"); }

}  // namespace

TreeWalk::TreeWalk(const Directories& directories, std::string_view start) : directories_(directories) {
  if (is_larders_own(start)) return;
  if (auto found = find_start(directories, start))
    levels_.push_back({std::string(start), DirectoryEntries(std::move(*found), directories.name_of(start))});
}

std::optional<TreeWalk::Step> TreeWalk::next() {
  while (!levels_.empty()) {
    Level& level = levels_.back();
    auto entry = level.entries.next();
    if (!entry) {
      levels_.pop_back();
      continue;
    }
    std::string path = level.path.empty() ? entry->name : join(level.path, '/', entry->name);
    if (is_larders_own(path)) continue;
    return Step{std::move(path), std::move(entry->name), entry->kind, level.entries.descriptor()};
  }
  return std::nullopt;
}

void TreeWalk::enter(const Step& directory) {
  if (directory.path.size() >= most_key_bytes - 1) return;
  std::string name = directories_.name_of(directory.path);
  auto opened = open_entry(directory.directory, directory.entry, O_RDONLY | O_DIRECTORY, name);
  if (opened) levels_.push_back({directory.path, DirectoryEntries(std::move(*opened), std::move(name))});
}

}  // namespace larder::internal
