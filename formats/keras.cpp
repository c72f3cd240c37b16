#include <algorithm>

#include "base/text.h"
#include "document/json_parse.h"
#include "formats/hdf5/tree.h"
#include "formats/hdf5/writer.h"
#include "formats/keras/weights.h"
#include "formats/table.h"
#include "formats/zip/format.h"
#include "formats/zip/member.h"
#include "formats/zip/writer.h"

namespace larder::internal {

namespace {

constexpr std::string_view weights_name = "model.weights.h5";

// The two texts of JSON, and under which name the document has their values.
struct Text {
  std::string_view member;
  std::string_view key;
};
constexpr Text texts[] = {{"metadata.json", "metadata"}, {"config.json", "config"}};

class KerasFormat final : public ZipFormat {
 public:
  KerasFormat()
      : ZipFormat({.name = "keras",
                   .description = "Keras 3 models: configuration, weights by layer",
                   .extensions = {".keras"},
                   .reads = true,
                   .writes = true,
                   .maps = true}) {}

  bool owns(const ZipDirectory& directory) const override {
    return std::ranges::all_of(texts, [&](const Text& text) { return directory.find(text.member) != nullptr; });
  }

  void read_archive(WholeSource& whole, const ZipDirectory& directory, Document& document) const override {
    const ZipEntry* const weights = directory.find(weights_name);
    if (weights == nullptr) refuse_weights(directory);
    const Value root = document.dict();
    const Value files = document.dict();
    for (const ZipEntry& entry : directory.entries())
      if (entry.name != weights_name && !entry.name.ends_with('/'))
        document.insert(files, document.str(entry.name), content(whole, entry, document));
    for (const Text& text : texts) {
      const std::string_view json = as_text(files.find(text.member)->as_bytes());
      try {
        document.insert(root, document.str(text.key), parse_json(json, document));
      } catch (Error& error) {
        throw error.at(text.member);
      }
    }
    const KerasWeights flat = read_weights(whole, *weights, document);
    document.insert(root, document.str("weights"), flat.weights);
    document.insert(root, document.str("attributes"), flat.attributes);
    document.insert(root, document.str("files"), files);
    document.set_root(root);
  }

  void write(Value value, Writer& writer, const WriteOptions&) const override {
    const auto part = [&](std::string_view name) {
      const std::optional<Value> found = value.is(ValueKind::dict) ? value.find(name) : std::nullopt;
      return found.value_or(Value::none());
    };
    if (!part("config").is(ValueKind::dict) || !part("weights").is(ValueKind::dict)) {
      fail(ErrorKind::unsupported,
           "a .keras archive is made of a dict with config and weights, as reading one gives it");
    }
    Document document;
    const Value nested = nested_keras_weights({part("weights"), part("attributes")}, document);
    const Hdf5Writer weights(nested);
    const Value files = part("files");
    require_files(files);
    ZipWriter zip(writer);
    for (const Text& text : texts) zip.add(text.member, as_bytes(json_of(text, part(text.key), files)));
    zip.add(weights_name, weights.size(), 0, [&](Writer& member) { weights.write(member); });
    for (std::size_t i = 0; !files.is_none() && i < files.size(); ++i) {
      const std::string_view name = files.key(i).as_str();
      if (name != weights_name && std::ranges::find(texts, name, &Text::member) == std::ranges::end(texts))
        zip.add(name, files.value(i).as_bytes());
    }
    zip.finish();
  }

 private:
  [[noreturn]] static void refuse_weights(const ZipDirectory& directory) {
    for (const ZipEntry& entry : directory.entries())
      if (entry.name.starts_with("model.weights."))
        fail(ErrorKind::unsupported, "the weights of this .keras archive are ", internal::quoted(entry.name),
             "; larder reads ", weights_name);
    fail(ErrorKind::malformed, "a .keras archive without ", weights_name);
  }

  static Value content(WholeSource& whole, const ZipEntry& entry, Document& document) {
    const Region bytes = member_bytes(whole, entry);
    std::vector<std::byte> copy(bytes.size());  // pages of a mapped file may vanish
    bytes.read(0, copy);
    return document.bytes(copy);
  }

  static KerasWeights read_weights(WholeSource& whole, const ZipEntry& entry, Document& document) {
    try {
      const ZipMember member = open_member(whole, entry);
      WholeSource inside(member.source);
      const KerasWeights flat = flat_keras_weights(read_hdf5(inside, document), document);
      inside.finish();
      static_cast<void>(member.reader->finish());
      return flat;
    } catch (Error& error) {
      throw error.at(weights_name);
    }
  }

  // The text that was read, as long as it still says what the value is.
  static std::string json_of(const Text& text, Value value, Value files) {
    const std::optional<Value> read = files.is_none() ? std::nullopt : files.find(text.member);
    if (read) {
      Document document;
      if (equal(parse_json(as_text(read->as_bytes()), document), value)) return std::string(as_text(read->as_bytes()));
    }
    return to_json(value);
  }

  static void require_files(Value files) {
    if (files.is_none()) return;
    bool fine = files.is(ValueKind::dict);
    for (std::size_t i = 0; fine && i < files.size(); ++i)
      fine = files.key(i).is(ValueKind::str) && files.value(i).is(ValueKind::bytes);
    if (!fine) fail(ErrorKind::unsupported, "the files of a .keras archive are a dict of names to bytes");
  }
};

}  // namespace

const Format& keras_format() {
  static const KerasFormat format;
  return format;
}

}  // namespace larder::internal
