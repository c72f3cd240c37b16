#include "formats/keras/weights.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "formats/hdf5/attributes.h"

namespace larder::internal {

namespace {

struct Member {
  std::string_view name;
  Value value;
};

// Numbers come first, as numbers: HDF5 sorts "10" before "2".
std::vector<Member> members_of(Value group) {
  std::vector<Member> members;
  for (std::size_t i = 0; i < group.size(); ++i)
    if (group.key(i).as_str() != hdf5_attributes) members.push_back({group.key(i).as_str(), group.value(i)});
  const auto rank = [](const Member& member) {
    const bool is_number = member.name.find_first_not_of("0123456789") == std::string_view::npos;
    return std::tuple(!is_number, is_number ? member.name.size() : 0, is_number ? member.name : std::string_view());
  };
  std::ranges::stable_sort(members, {}, rank);
  return members;
}

}  // namespace

KerasWeights flat_keras_weights(Value root, Document& document) {
  const KerasWeights flat{document.dict(), document.dict()};
  const auto note = [&](const std::string& path, Value attributes) {
    document.insert(flat.attributes, document.str(path), attributes);
  };
  struct Group {
    std::string path;
    std::vector<Member> members;
    Value dict;
    std::size_t next = 0;
  };
  std::vector<Group> open;
  const auto enter = [&](const std::string& path, Value dict) {
    const Value own = attributes_of_hdf5(dict, ".");
    open.push_back({path, members_of(dict), dict});
    if (!own.is_none())
      note(path, own);
    else if (open.back().members.empty())
      note(path, document.dict());
  };
  enter("", root);
  while (!open.empty()) {
    Group& group = open.back();
    if (group.next == group.members.size()) {
      open.pop_back();
      continue;
    }
    const Member member = group.members[group.next++];
    const std::string path = group.path.empty() ? std::string(member.name) : join(group.path, "/", member.name);
    if (member.value.is(ValueKind::dict)) {
      enter(path, member.value);
      continue;
    }
    document.insert(flat.weights, document.str(path), member.value);
    const Value attributes = attributes_of_hdf5(group.dict, member.name);
    if (!attributes.is_none()) note(path, attributes);
  }
  return flat;
}

namespace {

class Nest {
 public:
  explicit Nest(Document& document) : document_(document), root_(document.dict()) {}

  Value root() const noexcept { return root_; }

  void put(std::string_view path, Value value) {
    const std::size_t slash = path.rfind('/');
    const Value parent = slash == std::string_view::npos ? root_ : group(path.substr(0, slash));
    document_.insert(parent, document_.str(path.substr(slash == std::string_view::npos ? 0 : slash + 1)), value);
  }

  // Of a weight, its group knows them; of a group, it does itself.
  void put_attributes(std::string_view path, Value attributes, bool is_weight) {
    const std::size_t slash = path.rfind('/');
    const bool is_top = slash == std::string_view::npos;
    const Value owner = is_weight ? (is_top ? root_ : group(path.substr(0, slash))) : group(path);
    set_hdf5_attributes(document_, owner, is_weight ? path.substr(is_top ? 0 : slash + 1) : ".", attributes);
  }

 private:
  Value group(std::string_view path) {
    Value at = root_;
    while (!path.empty()) {
      const std::size_t end = std::min(path.find('/'), path.size());
      const std::string_view step = path.substr(0, end);
      path.remove_prefix(std::min(path.size(), end + 1));
      std::optional<Value> next = at.find(step);
      if (!next) {
        next = document_.dict();
        document_.insert(at, document_.str(step), *next);
      }
      if (!next->is(ValueKind::dict))
        fail(ErrorKind::unsupported, "a Keras model has a weight and a group called ", internal::quoted(step));
      at = *next;
    }
    return at;
  }

  Document& document_;
  Value root_;
};

}  // namespace

void require_keras_names(Value dict, std::string_view what) {
  if (!dict.is(ValueKind::dict)) fail(ErrorKind::unsupported, "the ", what, " of a Keras model are a dict");
  for (std::size_t i = 0; i < dict.size(); ++i)
    if (!dict.key(i).is(ValueKind::str))
      fail(ErrorKind::unsupported, "the ", what, " of a Keras model have names, str");
}

Value nested_keras_weights(const KerasWeights& flat, Document& document) {
  require_keras_names(flat.weights, "weights");
  Nest nest(document);
  const Value weights = document.copy(flat.weights);  // at once: what has two paths stays one object
  for (std::size_t i = 0; i < weights.size(); ++i) nest.put(weights.key(i).as_str(), weights.value(i));
  if (flat.attributes.is_none()) return nest.root();
  require_keras_names(flat.attributes, "attributes");
  const Value attributes = document.copy(flat.attributes);
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const std::string_view path = attributes.key(i).as_str();
    nest.put_attributes(path, attributes.value(i), weights.find(path).has_value());
  }
  return nest.root();
}

}  // namespace larder::internal
