#include "formats/keras/sharding.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"

namespace larder::internal {

namespace {

// "layers/dense/vars" of "layers/dense/vars/0".
std::string_view group_of(std::string_view path) { return path.substr(0, std::min(path.rfind('/'), path.size())); }

std::uint64_t bytes_of(Value weight) { return weight.is(ValueKind::array) ? weight.as_array().nbytes() : 0; }

std::string_view file_name(Value name) {
  if (!name.is(ValueKind::str)) fail(ErrorKind::malformed, "a file of sharded weights has no name");
  return name.as_str();
}

}  // namespace

std::vector<std::string> files_of_weight_map(Value index) {
  const std::optional<Value> map = index.is(ValueKind::dict) ? index.find("weight_map") : std::nullopt;
  if (!map || !map->is(ValueKind::dict)) fail(ErrorKind::malformed, "an index of sharded weights has a weight_map");
  std::vector<std::string> names;
  std::unordered_set<std::string_view> known;
  for (std::size_t i = 0; i < map->size(); ++i) {
    const Value files = map->value(i);
    const bool is_list = files.is(ValueKind::list);
    for (std::size_t j = 0; j < (is_list ? files.size() : 1); ++j) {
      const std::string_view name = file_name(is_list ? files[j] : files);
      if (known.insert(name).second) names.emplace_back(name);
    }
  }
  return names;
}

KerasSharding::KerasSharding(const KerasWeights& weights, Value files, std::uint64_t most_bytes)
    : weights_(weights), most_bytes_(most_bytes) {
  require_keras_names(weights.weights, "weights");
  if (!weights.attributes.is_none()) require_keras_names(weights.attributes, "attributes");
  if (!files.is_none()) require_keras_names(files, "files");
  for (std::size_t i = 0; i < weights.weights.size(); ++i) {
    const std::string_view path = weights.weights.key(i).as_str();
    const std::size_t file = choose_file(path, files);
    files_.emplace(path, file);
    sizes_[file] += bytes_of(weights.weights.value(i));
    std::vector<std::size_t>& of_group = groups_[std::string(group_of(path))];
    if (std::ranges::find(of_group, file) == of_group.end()) of_group.push_back(file);
  }
  if (sizes_.empty()) sizes_.push_back(0);
}

std::size_t KerasSharding::choose_file(std::string_view path, Value files) {
  const std::optional<Value> name = files.is_none() ? std::nullopt : files.find(path);
  if (name) {
    if (!name->is(ValueKind::str)) fail(ErrorKind::unsupported, "the file of ", internal::quoted(path), " has no name");
    const auto [number, is_new] = numbers_.emplace(name->as_str(), sizes_.size());
    if (is_new) sizes_.push_back(0);
    return number->second;
  }
  if (const auto group = groups_.find(group_of(path)); group != groups_.end()) return group->second.back();
  if (sizes_.empty() || sizes_.back() >= most_bytes_) sizes_.push_back(0);
  return sizes_.size() - 1;
}

std::size_t KerasSharding::file_of_attributes(std::string_view path) const {
  if (const auto file = files_.find(path); file != files_.end()) return file->second;
  const auto group = groups_.find(path);
  return group == groups_.end() ? 0 : group->second.front();
}

KerasWeights KerasSharding::part(std::size_t number, Document& document) const {
  const KerasWeights part{document.dict(), document.dict()};
  const Value weights = document.copy(weights_.weights);  // at once: what has two paths stays one object
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (files_.find(weights.key(i).as_str())->second == number)
      document.insert(part.weights, weights.key(i), weights.value(i));
  const Value attributes = document.copy(weights_.attributes);
  for (std::size_t i = 0; !attributes.is_none() && i < attributes.size(); ++i)
    if (file_of_attributes(attributes.key(i).as_str()) == number)
      document.insert(part.attributes, attributes.key(i), attributes.value(i));
  return part;
}

Value KerasSharding::index(const std::vector<std::string>& names, Document& document) const {
  std::uint64_t total = 0;
  for (const std::uint64_t size : sizes_) total += size;
  const Value metadata = document.dict();
  document.insert(metadata, document.str("total_size"), Value::integer(static_cast<std::int64_t>(total)));
  const Value map = document.dict();
  for (const auto& [group, files] : groups_) {
    std::vector<Value> of_group;
    for (const std::size_t file : files) of_group.push_back(document.str(names[file]));
    document.insert(map, document.str("/" + group), of_group.size() == 1 ? of_group.front() : document.list(of_group));
  }
  const Value index = document.dict();
  document.insert(index, document.str("metadata"), metadata);
  document.insert(index, document.str("weight_map"), map);
  return index;
}

}  // namespace larder::internal
