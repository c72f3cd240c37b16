#include <larder/document.h>

#include <unordered_set>

#include "document/walk.h"

namespace larder {

std::vector<std::string> globals_of(Value root) {
  std::vector<std::string> names;
  std::unordered_set<std::string> seen;
  internal::walk(root, [&](Value value) {
    if (!value.is(ValueKind::global)) return;
    std::string name = std::string(value.module_name()) + "." + std::string(value.qualified_name());
    if (seen.insert(name).second) names.push_back(std::move(name));
  });
  return names;
}

}  // namespace larder
