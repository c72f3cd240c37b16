#include <algorithm>
#include <deque>
#include <set>

#include "base/text.h"
#include "codecs/filename.h"
#include "document/json_parse.h"
#include "formats/hdf5/tree.h"
#include "formats/hdf5/writer.h"
#include "formats/keras/sharding.h"
#include "formats/sibling_source.h"
#include "formats/table.h"

namespace larder::internal {

namespace {

constexpr std::string_view index_suffix = ".weights.json";
constexpr std::uint64_t most_bytes = std::uint64_t{5} << 30;  // of a file, as Keras has it

// Puts together what several files hold.
class Shards {
 public:
  Shards(WholeSource& index, Document& document)
      : index_(index), document_(document), all_{document.dict(), document.dict()}, files_(document.dict()) {}

  void add(const std::string& name) {
    try {
      SiblingSource file(index_, name);
      const KerasWeights part = flat_keras_weights(read_hdf5(file.whole(), document_), document_);
      for (std::size_t i = 0; i < part.weights.size(); ++i) {
        add_once(all_.weights, part.weights, i);
        document_.insert(files_, part.weights.key(i), document_.str(name));
      }
      for (std::size_t i = 0; i < part.attributes.size(); ++i) add_attributes(part.attributes, i);
    } catch (Error& error) {
      throw error.at(name);
    }
  }

  Value root() {
    const Value root = document_.dict();
    document_.insert(root, document_.str("weights"), all_.weights);
    document_.insert(root, document_.str("attributes"), attributes_of_groups());
    document_.insert(root, document_.str("files"), files_);
    return root;
  }

 private:
  void add_once(Value all, Value part, std::size_t i) {
    if (all.find(part.key(i).as_str()))
      fail(ErrorKind::malformed, "two files of the model have ", internal::quoted(part.key(i).as_str()));
    document_.insert(all, part.key(i), part.value(i));
  }

  // A group may lie in several files; one of them says what it is.
  void add_attributes(Value part, std::size_t i) {
    const std::optional<Value> known = all_.attributes.find(part.key(i).as_str());
    if (known && (part.value(i).empty() || equal(*known, part.value(i)))) return;
    if (known && !known->empty()) return add_once(all_.attributes, part, i);
    document_.insert(all_.attributes, part.key(i), part.value(i));
  }

  // A group that is empty in one file and not in another holds something.
  Value attributes_of_groups() {
    std::set<std::string, std::less<>> holding;
    for (const Value dict : {all_.weights, all_.attributes}) {
      for (std::size_t i = 0; i < dict.size(); ++i) {
        std::string_view path = dict.key(i).as_str();
        for (std::size_t end = path.rfind('/'); end != std::string_view::npos; end = path.rfind('/')) {
          path = path.substr(0, end);
          if (!holding.emplace(path).second) break;
        }
      }
    }
    const Value kept = document_.dict();
    for (std::size_t i = 0; i < all_.attributes.size(); ++i)
      if (!all_.attributes.value(i).empty() || !holding.contains(all_.attributes.key(i).as_str()))
        document_.insert(kept, all_.attributes.key(i), all_.attributes.value(i));
    return kept;
  }

  WholeSource& index_;
  Document& document_;
  KerasWeights all_;
  Value files_;
};

class KerasShardsFormat final : public Format {
 public:
  KerasShardsFormat()
      : Format({.name = "keras-shards",
                .description = "weights of Keras 3 in several files: their index",
                .extensions = {".weights.json"},
                .reads = true,
                .writes = true,
                .maps = true,
                .signature = Signature::plausible,
                .extent = Extent::rest}) {}

  bool recognises(Bytes head) const override {
    const std::string_view text = as_text(head);
    return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size())).starts_with('{') &&
           text.find("\"weight_map\"") != std::string_view::npos &&
           text.find(".weights.h5\"") != std::string_view::npos;
  }

  const Format& read(const ReadSource& source, Document& document) const override {
    WholeSource whole(source);
    const auto reader = whole.reader(0, whole.size());
    const Region text = read_within(*reader, whole.size(), whole.budget().left(), "the index");
    if (text.empty()) fail(ErrorKind::truncated, "there is no index");
    Shards shards(whole, document);
    for (const std::string& name : files_of_weight_map(parse_json(as_text(text.bytes()), document))) shards.add(name);
    document.set_root(shards.root());
    whole.finish();
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions& options) const override {
    const auto part = [&](std::string_view name) {
      const std::optional<Value> found = value.is(ValueKind::dict) ? value.find(name) : std::nullopt;
      return found.value_or(Value::none());
    };
    if (!part("weights").is(ValueKind::dict))
      fail(ErrorKind::unsupported, "weights of Keras in several files are made of a dict with weights");
    const KerasSharding sharding({part("weights"), part("attributes")}, part("files"), most_bytes);
    const std::vector<std::string> names = names_of_files(sharding.count(), options);
    Document document;
    std::deque<Hdf5Writer> files;
    for (std::size_t i = 0; i < sharding.count(); ++i)
      files.emplace_back(nested_keras_weights(sharding.part(i, document), document));
    for (std::size_t i = 0; i < files.size(); ++i) files[i].write(options.create_sibling(names[i]));
    writer.write(as_bytes(to_json(sharding.index(names, document), {.pretty = true})));
    writer.write(as_bytes("\n"));
  }

 private:
  // NAME_00000.weights.h5 beside NAME.weights.json.
  static std::vector<std::string> names_of_files(std::size_t count, const WriteOptions& options) {
    const std::string_view own = without_codec(options.name);
    if (!options.create_sibling || !own.ends_with(index_suffix)) {
      fail(ErrorKind::unsupported, "weights of Keras in several files are written to a path NAME", index_suffix,
           ", beside which they lie");
    }
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      names.push_back(join(own.substr(0, own.size() - index_suffix.size()), "_",
                           std::string(5 - std::min<std::size_t>(number.size(), 5), '0'), number, ".weights.h5"));
    }
    return names;
  }
};

}  // namespace

const Format& keras_shards_format() {
  static const KerasShardsFormat format;
  return format;
}

}  // namespace larder::internal
