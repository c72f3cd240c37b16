#include "formats/gensim/layout.h"

#include <algorithm>

#include "base/text.h"
#include "formats/pickle/joblib_wrapper.h"

namespace larder::internal {

namespace {

constexpr std::string_view compressed_ends[] = {".gz", ".bz2"};

bool is_list_of_names(Value state, std::string_view list) {
  const auto found = state.find(list);
  return found && found->is(ValueKind::list);
}

}  // namespace

std::optional<Value> gensim_state(Value object) {
  if (!object.is(ValueKind::object) || !object.state().is(ValueKind::dict)) return std::nullopt;
  const Value state = object.state();
  const bool has_lists = is_list_of_names(state, listed_arrays) && is_list_of_names(state, listed_matrices);
  return has_lists ? std::optional(state) : std::nullopt;
}

std::vector<ListedName> listed(Value state, std::string_view list) {
  const auto found = state.find(list);
  if (!found) return {};
  if (!found->is(ValueKind::list)) fail(ErrorKind::malformed, "gensim's ", list, " is a ", name_of(found->kind()));
  std::vector<ListedName> names;
  names.reserve(found->size());
  for (std::size_t i = 0; i < found->size(); ++i) {
    const auto name = text_of((*found)[i]);
    if (!name) fail(ErrorKind::malformed, "gensim's ", list, " names a ", name_of((*found)[i].kind()));
    names.push_back({*name, (*found)[i]});
  }
  return names;
}

bool is_compressed_name(std::string_view file) {
  return std::ranges::any_of(compressed_ends, [&](std::string_view end) { return file.ends_with(end); });
}

std::string companion_name(std::string_view prefix, std::string_view attribute, bool compressed) {
  return join(prefix, ".", attribute, compressed ? ".npz" : ".npy");
}

const OwnFileName* find_own_file(std::string_view attribute) {
  const auto found = std::ranges::find(own_files, attribute, &OwnFileName::attribute);
  return found == std::end(own_files) ? nullptr : found;
}

std::string own_file_name(std::string_view file, std::string_view attribute) {
  for (const std::string_view end : compressed_ends) {
    if (file.ends_with(end)) return join(file.substr(0, file.size() - end.size()), ".", attribute, end);
  }
  return join(file, ".", attribute);
}

}  // namespace larder::internal
