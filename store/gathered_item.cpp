#include "store/gathered_item.h"

#include <algorithm>

#include "store/key.h"

namespace larder::internal {

bool stays(std::string_view key) { return last_part(key) == "func_code.py"; }

void GatheredItem::add(const std::string& key, const Stat& stat) {
  item_.size += stat.size;
  const StoreTime used = stat.accessed.value_or(stat.modified);
  if (last_part(key) == "output.pkl" || key == item_.name) {
    item_.accessed = used;
    item_.cost = stat.cost;
    has_value_ = true;
  } else if (!has_value_) {
    item_.accessed = std::max(item_.accessed, used);
  }
}

}  // namespace larder::internal
