#include "persist/siblings.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "io/directory.h"

namespace larder::internal {

Writer& Siblings::create(std::string_view name) {
  if (!is_plain_name(name))
    fail(ErrorKind::unsafe_reference, own_, " would write ", quoted(name),
         ", which is no plain name of a file beside it");
  const bool taken = name == own_ || std::ranges::any_of(made_, [&](const Sibling& made) { return made.name == name; });
  if (taken) fail(ErrorKind::usage, own_, " would write ", quoted(name), " twice");
  std::string kept(name);
  auto writer = make_(kept);
  made_.push_back({std::move(kept), std::move(writer)});
  return *made_.back().writer;
}

Siblings siblings_beside(const Path& path, const FileOptions& options) {
  return {path.filename().string(), [path, options](const std::string& name) {
            const Path sibling = path.parent_path() / name;
            std::error_code absent;
            if (std::filesystem::is_symlink(sibling, absent))
              fail(ErrorKind::unsafe_reference, sibling.native(), ", which ", path.native(), " needs, is a link");
            return create_file(sibling, options);
          }};
}

std::vector<std::string> Siblings::finish() {
  std::vector<std::string> names;
  for (Sibling& made : made_) {
    made.writer->finish();
    names.push_back(std::move(made.name));
  }
  made_.clear();
  return names;
}

}  // namespace larder::internal
