#include "store/local/place.h"

#include "store/key.h"
#include "store/local/seal.h"

namespace larder::internal {

std::optional<Place> find_place(const Directories& directories, std::string_view file) {
  Place place{&directories.root(), std::nullopt, std::string(last_part(file))};
  if (const std::string_view parent = parent_of(file); !parent.empty()) {
    place.below = directories.find(parent);
    if (!place.below) return std::nullopt;
  }
  return place;
}

std::optional<Stat> look_at(const Directories& directories, std::string_view key) {
  const auto value = directories.open_value(key);
  if (!value) return std::nullopt;
  return stat_of(value->status, seal_of(value->file.number(), directories.name_of(key)));
}

}  // namespace larder::internal
