#include "formats/gensim/split.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <larder/codec.h>

#include "base/text.h"
#include "document/records.h"
#include "formats/gensim/layout.h"
#include "formats/pickle/interned.h"
#include "formats/pickle/writer.h"
#include "formats/table.h"

namespace larder::internal {

namespace {

constexpr std::uint64_t smallest_apart = 10 * 1024 * 1024;  // elements: gensim's sep_limit
constexpr int npz_level = 6;                                // zlib's default, which numpy takes

bool is_sparse_matrix(Value value) {
  if (!value.is(ValueKind::object) || !value.callable().is(ValueKind::global)) return false;
  const Value made_by = value.callable();
  return made_by.module_name().starts_with("scipy.sparse") &&
         (made_by.qualified_name() == "csr_matrix" || made_by.qualified_name() == "csc_matrix");
}

// The arrays of a sparse matrix; none where it is no such matrix, or another kind of one.
std::vector<Value> arrays_of_matrix(Value value) {
  if (!is_sparse_matrix(value) || !value.state().is(ValueKind::dict)) return {};
  std::vector<Value> arrays;
  for (const std::string_view part : matrix_parts) {
    const auto array = value.state().find(part);
    if (!array || !array->is(ValueKind::array)) return {};
    arrays.push_back(*array);
  }
  return arrays;
}

std::unordered_set<std::string_view> names_in(Value state, std::string_view list) {
  std::unordered_set<std::string_view> names;
  for (const ListedName& name : listed(state, list)) names.insert(name.text);
  return names;
}

// Objects with lists of their own that are reached by two ways.
std::unordered_set<const void*> shared_objects(Value root) {
  std::unordered_set<const void*> seen = {root.identity()};
  std::unordered_set<const void*> shared;
  std::vector<Value> waiting = {root};
  while (!waiting.empty()) {
    const Value state = waiting.back().state();
    waiting.pop_back();
    for (const ListedName& name : listed(state, listed_objects)) {
      const auto inner = state.find(name.text);
      if (!inner || !gensim_state(*inner)) continue;
      if (seen.insert(inner->identity()).second)
        waiting.push_back(*inner);
      else
        shared.insert(inner->identity());
    }
  }
  return shared;
}

// Writes one file and its companions. Used once.
class GensimWriter {
 public:
  GensimWriter(const WriteOptions& options, std::string file, bool is_main)
      : options_(options), file_(std::move(file)), is_main_(is_main), compressed_(is_compressed_name(file_)) {}

  void write(Value root, Writer& writer) {
    std::vector<Part> waiting;
    if (gensim_state(root)) {
      shared_ = shared_objects(root);
      waiting.push_back({root, file_, 0});
    }
    while (!waiting.empty()) {
      const Part part = std::move(waiting.back());
      waiting.pop_back();
      if (part.depth > deepest_object)
        fail(ErrorKind::limit, "gensim's objects nest in each other more than ", deepest_object, " deep");
      split(part, waiting);
    }
    PickleWriteHooks hooks;
    hooks.stands_for = [this](Value value) {
      const auto found = stand_ins_.find(value.identity());
      return found == stand_ins_.end() ? std::nullopt : std::optional(found->second);
    };
    PickleWriter(writer, PickleStyle::cpython, options_, std::move(hooks)).write(root);
  }

 private:
  struct Part {
    Value object;
    std::string prefix;
    std::size_t depth;
  };
  struct Lists {
    std::vector<Value> arrays;
    std::vector<Value> matrices;
    std::vector<Value> absent;
    std::vector<Value> objects;
  };

  // Makes what is written in the place of the object, and its companions.
  void split(const Part& part, std::vector<Part>& waiting) {
    const Value old = part.object.state();
    const bool whole = shared_.contains(part.object.identity());
    const auto arrays = names_in(old, listed_arrays);
    const auto matrices = names_in(old, listed_matrices);
    const auto absent = names_in(old, listed_absent);
    const auto objects = names_in(old, listed_objects);
    const Value state = scratch().dict();
    Lists lists;
    for (std::size_t i = 0; i < old.size(); ++i) {
      const Value key = old.key(i);
      const Value value = old.value(i);
      const std::string_view name = key.is(ValueKind::str) ? key.as_str() : std::string_view();
      const auto is_in = [&](const auto& list) { return !name.empty() && list.contains(name); };
      if (!whole && !name.empty() && is_apart(value, is_in(arrays))) {
        write_array(companion_name(part.prefix, name, compressed_), name, value);
        lists.arrays.push_back(key);
      } else if (!whole && !name.empty() && is_matrix_apart(value, is_in(matrices))) {
        write_matrix(join(part.prefix, ".", name), name, value);
        lists.matrices.push_back(key);
      } else if (is_in(absent) && (value.is_none() || has_own_file(part, name))) {
        if (!value.is_none()) write_own_file(name, value);
        lists.absent.push_back(key);
      } else {
        if (!whole && is_in(objects) && gensim_state(value)) {
          waiting.push_back({value, join(part.prefix, ".", name), part.depth + 1});
          lists.objects.push_back(key);
        }
        scratch().insert(state, key, value);
      }
    }
    set_list(state, listed_arrays, lists.arrays);
    set_list(state, listed_matrices, lists.matrices);
    set_list(state, listed_absent, lists.absent);
    set_list(state, listed_objects, lists.objects);
    stand_ins_.insert_or_assign(part.object.identity(), with_state(part.object, state));
  }

  static bool is_apart(Value value, bool was_apart) {
    return value.is(ValueKind::array) && (was_apart || value.as_array().size() >= smallest_apart);
  }

  static bool is_matrix_apart(Value value, bool was_apart) {
    const auto arrays = arrays_of_matrix(value);
    return !arrays.empty() && (was_apart || arrays.front().as_array().size() >= smallest_apart);
  }

  bool has_own_file(const Part& part, std::string_view attribute) const {
    return is_main_ && part.depth == 0 && find_own_file(attribute) != nullptr;
  }

  void set_list(Value state, std::string_view list, const std::vector<Value>& names) {
    scratch().insert(state, interned_.str(list), scratch().list(names));
  }

  // The same object with another state.
  Value with_state(Value object, Value state) {
    const Object& record = Access::object(object);
    const Value made = scratch().object(record.form, record.callable, record.arguments, record.keywords);
    for (const Change& change : object.changes()) {
      Access::add_change(Access::arena(scratch()), Access::object(made), change.kind,
                         change.kind == ChangeKind::state ? state : change.value);
    }
    return made;
  }

  void write_array(const std::string& name, std::string_view attribute, Value array) {
    Writer& writer = sibling(name, attribute);
    if (compressed_)
      write_archive(writer, {{"val", array}});
    else
      npy_format().write(array, writer, {});
  }

  void write_matrix(const std::string& stem, std::string_view attribute, Value matrix) {
    const std::vector<Value> arrays = arrays_of_matrix(matrix);
    std::vector<Member> members;
    for (std::size_t i = 0; i < arrays.size(); ++i) members.push_back({matrix_parts[i], arrays[i]});
    if (compressed_) {
      write_archive(sibling(companion_name(stem, "sparse", true), attribute), members);
    } else {
      for (const Member& member : members)
        npy_format().write(member.array, sibling(companion_name(stem, member.name, false), attribute), {});
    }
    const Value state = scratch().dict();
    const Value old = matrix.state();
    for (std::size_t i = 0; i < old.size(); ++i) scratch().insert(state, old.key(i), old.value(i));
    for (const std::string_view part : matrix_parts) scratch().insert(state, interned_.str(part), Value::none());
    Writer& writer = sibling(join(stem, compressed_ ? ".npz" : ".npy"), attribute);
    PickleWriter(writer, PickleStyle::cpython, options_).write(with_state(matrix, state));
  }

  struct Member {
    std::string_view name;
    Value array;
  };
  void write_archive(Writer& writer, const std::vector<Member>& members) {
    const Value arrays = scratch().dict();
    for (const Member& member : members) scratch().insert(arrays, interned_.str(member.name), member.array);
    npz_format().write(arrays, writer, {.deflate = npz_level, .threads = options_.threads});
  }

  void write_own_file(std::string_view attribute, Value value) {
    const std::string name = own_file_name(file_, attribute);
    Writer& below = sibling(name, attribute);
    const Codec* const codec = compressed_ ? CodecRegistry::global().find_by_extension(name) : nullptr;
    const auto encoder =
        codec == nullptr ? nullptr : codec->writer(below, {.level = {}, .limits = {}, .threads = options_.threads});
    Writer& writer = encoder ? *encoder : below;
    if (find_own_file(attribute)->kind == OwnFile::saved && gensim_state(value))
      GensimWriter(options_, name, false).write(value, writer);
    else
      PickleWriter(writer, PickleStyle::cpython, options_).write(value);
    if (encoder) encoder->finish();
  }

  Writer& sibling(const std::string& name, std::string_view attribute) {
    if (options_.create_sibling && !file_.empty()) return options_.create_sibling(name);
    fail(ErrorKind::unsupported, "gensim keeps the attribute ", internal::quoted(attribute),
         " in a file beside the object's, and here there can be none: write to a path, or as a pickle");
  }

  Document& scratch() { return interned_.scratch(); }

  const WriteOptions& options_;
  std::string file_;
  bool is_main_;
  bool compressed_;
  Interned interned_;
  std::unordered_set<const void*> shared_;
  std::map<const void*, Value> stand_ins_;
};

}  // namespace

void write_gensim(Value root, Writer& writer, const WriteOptions& options) {
  GensimWriter(options, std::string(options.name), true).write(root, writer);
}

}  // namespace larder::internal
