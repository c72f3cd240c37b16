#include "formats/gensim/layout.h"

#include <algorithm>

#include "base/text.h"
#include "document/attributes.h"
#include "formats/pickle/joblib_wrapper.h"

namespace larder::internal {

namespace {

constexpr std::string_view compressed_ends[] = {".gz", ".bz2"};

bool has_lists(Value attributes) {
  constexpr std::string_view lists[] = {listed_arrays, listed_matrices, listed_absent, listed_objects};
  if (!attributes.is(ValueKind::dict)) return false;
  const auto found =
      std::ranges::find_if(lists, [&](std::string_view list) { return find_attribute(attributes, list).has_value(); });
  if (found == std::end(lists)) return false;
  if (!attributes.find(*found))
    fail(ErrorKind::unsupported,
         "the names of this gensim object's attributes are bytes of Python 2: read them as text");
  return true;
}

}  // namespace

bool is_of_gensim(Value object) {
  if (!object.is(ValueKind::object)) return false;
  const Value made_of = class_of_wrapper(object);
  return made_of.is(ValueKind::global) && made_of.module_name().starts_with("gensim.");
}

std::optional<Value> gensim_state(Value object) {
  if (!object.is(ValueKind::object)) return std::nullopt;
  const Attributes attributes = attributes_of(object);
  if (has_lists(attributes.slots)) fail(ErrorKind::malformed, "an object of gensim has its lists in slots");
  const bool is_saved = has_lists(attributes.dict);
  if (object.state().is(ValueKind::dict) && (is_saved || is_of_gensim(object))) return object.state();
  if (is_saved) fail(ErrorKind::malformed, "an object of gensim has its lists beside slots");
  return std::nullopt;
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
