// An item as eviction counts it, gathered from its keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <larder/eviction.h>
#include <larder/store.h>

namespace larder::internal {

// What metadata_key of <larder/item.h> adds to the key of a value.
inline constexpr std::string_view end_of_metadata = ".metadata.json";

// Whether eviction leaves a key alone: a function's source, which all that it returned share, as joblib does.
bool stays(std::string_view key);

// Its size is that of all its keys. When it was used, and its cost, are those of its value ("output.pkl", or the key
// that the item is called by); without one it was used when the last of its keys was.
class GatheredItem {
 public:
  explicit GatheredItem(std::string name) { item_.name = std::move(name); }

  void add(const std::string& key, const Stat& stat);

  const EvictionItem& item() const noexcept { return item_; }
  bool has_value() const noexcept { return has_value_; }

 private:
  EvictionItem item_;
  bool has_value_ = false;
};

}  // namespace larder::internal
