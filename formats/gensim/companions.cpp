#include "formats/gensim/companions.h"

#include <algorithm>
#include <memory>
#include <unordered_set>

#include <larder/codec.h>

#include "base/text.h"
#include "formats/gensim/layout.h"
#include "formats/npy.h"
#include "formats/pickle/nested.h"
#include "formats/table.h"

namespace larder::internal {

namespace {

// An object, how the names of its files begin, and where it is, for messages.
struct Part {
  Value object;
  std::string prefix;
  std::string path;
  std::size_t depth;
};

std::string path_to(std::string_view object, std::string_view attribute) {
  return object.empty() ? std::string(attribute) : join(object, ".", attribute);
}

class CompanionReader {
 public:
  CompanionReader(const ReadSource& source, ArrayBudget& budget, Document& document)
      : source_(source), budget_(budget), document_(document) {}

  void complete(Value root) {
    if (gensim_state(root)) complete_file(root, std::string(source_.name), "");
    for (const OwnFileName& own : own_files) {
      if (const auto name = missing(root, own.attribute))
        insert(root.state(), *name, in_own_file(own));
      else if (source_.observer != nullptr)
        static_cast<void>(in_own_file(own));  // gensim loads it, whatever the lists say
    }
  }

 private:
  // The attribute as the list names it that is not stored in the main file.
  static std::optional<ListedName> missing(Value root, std::string_view attribute) {
    const auto state = gensim_state(root);
    if (!state) return std::nullopt;
    const auto found = state->find(attribute);
    if (!found || !found->is_none()) return std::nullopt;
    const auto absent = listed(*state, listed_absent);
    const auto name = std::ranges::find(absent, attribute, &ListedName::text);
    return name == absent.end() ? std::nullopt : std::optional(*name);
  }

  // What one call of gensim's `save` wrote.
  void complete_file(Value root, const std::string& file, const std::string& path) {
    compressed_ = is_compressed_name(file);
    std::vector<Part> waiting = {{root, file, path, 0}};
    std::unordered_set<const void*> seen;
    while (!waiting.empty()) {
      const Part part = std::move(waiting.back());
      waiting.pop_back();
      if (!seen.insert(part.object.identity()).second) continue;
      if (part.depth > deepest_object)
        fail(ErrorKind::limit, "gensim's objects nest in each other more than ", deepest_object, " deep");
      complete_part(part);
      const Value state = part.object.state();
      for (const auto& [attribute, name] : listed(state, listed_objects)) {
        const auto inner = state.find(attribute);
        if (inner && gensim_state(*inner))
          waiting.push_back({*inner, join(part.prefix, ".", attribute), path_to(part.path, attribute), part.depth + 1});
      }
    }
  }

  void complete_part(const Part& part) {
    const Value state = part.object.state();
    for (const ListedName& name : listed(state, listed_arrays))
      if (!state.find(name.text)) insert(state, name, array(part, name.text));
    for (const ListedName& name : listed(state, listed_matrices)) {
      if (!state.find(name.text))
        insert(state, name, matrix(part, name.text));
      else if (source_.observer != nullptr)
        look_into(companion_name(part.prefix, name.text, compressed_));
    }
    for (const ListedName& name : listed(state, listed_absent))
      if (!state.find(name.text)) insert(state, name, Value::none());
  }

  Value array(const Part& part, std::string_view attribute) {
    const std::string name = companion_name(part.prefix, attribute, compressed_);
    return from(name, path_to(part.path, attribute), [&](const ReadSource& companion) {
      static constexpr std::string_view only[] = {"val"};
      return compressed_ ? members(companion, only).front() : read_npy(companion, budget_, document_);
    });
  }

  // A pickle of the matrix without its arrays, and these.
  Value matrix(const Part& part, std::string_view attribute) {
    const std::string path = path_to(part.path, attribute);
    const std::string stem = join(part.prefix, ".", attribute);
    const Value made = from(companion_name(part.prefix, attribute, compressed_), path,
                            [&](const ReadSource& companion) { return read_nested_pickle(companion, document_); });
    if (!made.is(ValueKind::object) || !made.state().is(ValueKind::dict))
      fail(ErrorKind::malformed, "gensim's sparse matrix ", internal::quoted(path), " is none");
    const std::vector<Value> arrays = matrix_arrays(stem, path);
    for (std::size_t i = 0; i < arrays.size(); ++i)
      document_.insert(made.state(), document_.str(matrix_parts[i]), arrays[i]);
    return made;
  }

  std::vector<Value> matrix_arrays(const std::string& stem, const std::string& path) {
    std::vector<Value> arrays;
    if (compressed_) {
      from(companion_name(stem, "sparse", true), path, [&](const ReadSource& companion) {
        arrays = members(companion, matrix_parts);
        return Value();
      });
      return arrays;
    }
    for (const std::string_view name : matrix_parts) {
      arrays.push_back(from(companion_name(stem, name, false), path_to(path, name),
                            [&](const ReadSource& companion) { return read_npy(companion, budget_, document_); }));
    }
    return arrays;
  }

  // Arrays of an .npz file.
  std::vector<Value> members(const ReadSource& companion, std::span<const std::string_view> names) {
    npz_format().read(companion, document_);
    const Value archive = document_.root();
    std::vector<Value> arrays;
    for (const std::string_view name : names) {
      const auto array = archive.find(name);
      if (!array) fail(ErrorKind::malformed, companion.reader.name(), " holds no array ", internal::quoted(name));
      arrays.push_back(*array);
      if (array->is(ValueKind::array) && source_.choice == nullptr) budget_.take(array->as_array().nbytes());
    }
    return arrays;
  }

  // A pickle that gensim loads though the object has the attribute.
  void look_into(const std::string& name) {
    const auto reader = open_if_there(name);
    if (!reader) return;
    from(*reader, [&](const ReadSource& companion) { return read_nested_pickle(companion, document_); });
  }

  // The attribute of a model whose class saves it by itself; None where it did not.
  Value in_own_file(const OwnFileName& own) {
    const std::string name = own_file_name(source_.name, own.attribute);
    const auto reader = open_if_there(name);
    if (!reader) return Value::none();
    const Value value = from(*reader, [&](const ReadSource& file) { return decoded(file, name); });
    if (own.kind == OwnFile::saved && gensim_state(value)) complete_file(value, name, std::string(own.attribute));
    return value;
  }

  std::unique_ptr<Reader> open_if_there(const std::string& name) {
    if (!source_.open_sibling) return nullptr;
    try {
      return source_.open_sibling(name);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;
      source_.warn(join(error.what(), "; that attribute stays None"));
      return nullptr;
    }
  }

  Value decoded(const ReadSource& file, std::string_view name) {
    const Codec* const codec = CodecRegistry::global().find_by_extension(name);
    if (codec == nullptr || !is_compressed_name(name)) return read_nested_pickle(file, document_);
    const auto decoder = codec->reader(file.reader, {.level = {}, .limits = file.limits, .threads = file.threads});
    const ReadSource content = source_at(*decoder, nullptr);
    const Value value = read_nested_pickle(content, document_);
    static_cast<void>(decoder->finish());
    return value;
  }

  // What `read` makes of the companion.
  template <class Read>
  Value from(const std::string& name, const std::string& path, Read read) {
    return from(*open(name, path), read);
  }
  template <class Read>
  Value from(Reader& reader, Read read) {
    const auto mapped = source_.mapped_file != nullptr ? reader.map(source_.map_mode) : std::nullopt;
    try {
      return read(source_at(reader, mapped ? &*mapped : nullptr));
    } catch (Error& error) {
      if (!error.has_place()) error.at(join("byte ", reader.position(), " of ", reader.name()));
      throw;
    }
  }

  std::unique_ptr<Reader> open(const std::string& name, const std::string& path) {
    if (!source_.open_sibling) {
      fail(ErrorKind::unsupported, "the attribute ", internal::quoted(path), " lies in the file ",
           internal::quoted(source_.name.empty() ? "NAME" + name : name), " beside this one; load by path");
    }
    try {
      return source_.open_sibling(name);
    } catch (Error& error) {
      error.at(join("the attribute ", internal::quoted(path)));
      throw;
    }
  }

  ReadSource source_at(Reader& reader, const Region* mapped) const {
    return {.reader = reader,
            .limits = budget_.left(),
            .native_byte_order = source_.native_byte_order,
            .mapped_file = mapped,
            .warn = source_.warn,
            .pickle = source_.pickle,
            .observer = source_.observer,
            .map_mode = source_.map_mode,
            .verify = source_.verify,
            .choice = source_.choice,
            .threads = source_.threads};
  }

  void insert(Value state, const ListedName& name, Value value) {
    document_.insert(state, name.value.is(ValueKind::str) ? name.value : document_.str(name.text), value);
  }

  const ReadSource& source_;
  ArrayBudget& budget_;
  Document& document_;
  bool compressed_ = false;  // the file that is being completed
};

}  // namespace

bool is_gensim(Value root) { return is_of_gensim(root) || gensim_state(root).has_value(); }

void read_companions(const ReadSource& source, ArrayBudget& budget, Value root, Document& document) {
  CompanionReader(source, budget, document).complete(root);
}

}  // namespace larder::internal
