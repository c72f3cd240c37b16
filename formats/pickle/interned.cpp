#include "formats/pickle/interned.h"

#include "document/records.h"

namespace larder::internal {

Value Interned::str(std::string_view text) {
  auto found = texts_.find(text);
  if (found == texts_.end()) found = texts_.emplace(text, scratch_.str(text)).first;
  return found->second;
}

Value Interned::global(std::string_view module_name, std::string_view qualified_name) {
  const auto [entry, is_new] = globals_.try_emplace({std::string(module_name), std::string(qualified_name)});
  if (is_new) {
    // CPython names numpy's dtype by the same text as any attribute called so; the names of other classes are texts of
    // their own.
    const bool shared_name = module_name == "numpy" && qualified_name == "dtype";
    const Value name = shared_name ? str(qualified_name) : scratch_.str(qualified_name);
    entry->second = Access::make_global(scratch_, str(module_name), name);
  }
  return entry->second;
}

void Interned::adopt(Value value) {
  if (value.is(ValueKind::str)) {
    texts_.try_emplace(std::string(value.as_str()), value);
  } else {
    adopt(Access::global(value).module_name);
    globals_.try_emplace({std::string(value.module_name()), std::string(value.qualified_name())}, value);
  }
}

}  // namespace larder::internal
