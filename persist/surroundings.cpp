#include <filesystem>

#include "base/text.h"
#include "io/directory.h"
#include "persist/loading.h"
#include "store/key.h"

namespace larder::internal {

Surroundings surroundings_of(const Path& file) {
  if (file.empty()) return {};
  const auto directory = std::make_shared<const Directory>(file);
  return {file.filename().string(), [directory](std::string_view name) { return directory->open(name); }, true};
}

Surroundings surroundings_of(Store& store, std::string_view key) {
  const std::string own(last_part(key));
  const std::string directory(parent_of(key));
  const auto open = [&store, own, directory](std::string_view name) -> std::unique_ptr<Reader> {
    const std::string sibling = directory.empty() ? std::string(name) : join(directory, '/', name);
    if (!is_plain_name(name) || name == own || !is_key(sibling)) {
      fail(ErrorKind::unsafe_reference, own, " names the value ", quoted(name),
           ", which is no plain name of another one beside it");
    }
    auto found = store.find(sibling);
    if (!found) fail(ErrorKind::not_found, own, " needs ", quoted(name), " beside it");
    return std::move(found->reader);
  };
  return {own, open, store.capabilities().mappable};
}

Path file_of(const Path& path) {
  std::error_code absent;  // whoever opens the path says what is wrong with it
  if (!std::filesystem::is_directory(path, absent)) return path;
  const Path variables = path / "variables" / "variables.index";
  return std::filesystem::is_regular_file(variables, absent) ? variables : path;
}

}  // namespace larder::internal
