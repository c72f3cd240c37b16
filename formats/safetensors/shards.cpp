#include "formats/safetensors/shards.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/text.h"
#include "document/json_parse.h"
#include "document/json_text.h"

namespace larder::internal {

namespace {

class ShardReader {
 public:
  ShardReader(WholeSource& index, Document& document)
      : index_(index), source_(index.source()), document_(document), scratch_(index.budget().left()) {}

  SafetensorsContent read() {
    const Value map = read_map();
    const Value tensors = document_.dict();
    for (std::size_t i = 0; i < map.size(); ++i) {
      const std::string_view name = map.key(i).as_str();
      if (!index_.wants(name)) continue;
      const std::string_view file = map.value(i).as_str();
      const auto tensor = shard(map, file).find(name);
      if (!tensor)
        fail(ErrorKind::malformed, "the tensor ", internal::quoted(name), " is not in the file ",
             internal::quoted(file), " as the index ", "says");
      document_.insert(tensors, document_.str(name), *tensor);
    }
    return {tensors, metadata_};
  }

 private:
  Value read_map() {
    const auto reader = index_.reader(0, index_.size());
    const Region text = read_within(*reader, index_.size(), index_.budget().left(), "the index");
    const Value root = parse_json(as_text(text.bytes()), scratch_, {.unique_keys = true});
    const auto map = root.is(ValueKind::dict) ? root.find("weight_map") : std::nullopt;
    bool is_map = map && map->is(ValueKind::dict);
    for (std::size_t i = 0; is_map && i < map->size(); ++i) is_map = map->value(i).is(ValueKind::str);
    if (!is_map) fail(ErrorKind::malformed, "an index of safetensors files has a weight_map of names to files");
    return *map;
  }

  // The tensors of that file, read once: those that the index looks for there.
  Value shard(Value map, std::string_view file) {
    if (const auto found = shards_.find(file); found != shards_.end()) return found->second;
    if (!source_.open_sibling)
      fail(ErrorKind::unsupported, "the tensors lie in the file ", internal::quoted(file),
           " beside this one; load by path");
    const auto reader = source_.open_sibling(file);
    const auto mapped = source_.mapped_file == nullptr ? std::nullopt : reader->map(source_.map_mode);
    const ReadSource source{.reader = *reader,
                            .limits = index_.budget().left(),
                            .native_byte_order = source_.native_byte_order,
                            .mapped_file = mapped ? &*mapped : nullptr,
                            .warn = source_.warn,
                            .map_mode = source_.map_mode,
                            .verify = source_.verify,
                            .choice = source_.choice,
                            .threads = source_.threads};
    WholeSource whole(source);
    const SafetensorsContent content = read_safetensors(
        whole,
        [&](std::string_view name) {
          const auto place = map.find(name);
          return place && place->as_str() == file && index_.wants(name);
        },
        document_);
    index_.budget().take(index_.budget().left().bytes - whole.budget().left().bytes);
    add_metadata(content.metadata, file);
    shards_.emplace(file, content.tensors);
    return content.tensors;
  }

  // What the shards say is mostly the same.
  void add_metadata(Value metadata, std::string_view file) {
    if (metadata.is_none()) return;
    if (metadata_.is_none()) metadata_ = document_.dict();
    for (std::size_t i = 0; i < metadata.size(); ++i) {
      const auto known = metadata_.find(metadata.key(i));
      if (!known)
        document_.insert(metadata_, metadata.key(i), metadata.value(i));
      else if (!equal(*known, metadata.value(i)))
        source_.warn(join("the file ", internal::quoted(file), " has another ",
                          internal::quoted(metadata.key(i).as_str()),
                          " in its metadata than the files before it, which is left out"));
    }
  }

  WholeSource& index_;
  const ReadSource& source_;
  Document& document_;
  Document scratch_;
  Value metadata_ = Value::none();
  std::map<std::string, Value, std::less<>> shards_;  // by file
};

std::string five_digits(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(5 - std::min<std::size_t>(digits.size(), 5), '0') + digits;
}

// In their order, as many in each as fit.
std::vector<SafetensorsTensors> split(SafetensorsTensors content, std::uint64_t largest) {
  std::vector<SafetensorsTensors> shards(1);
  std::uint64_t size = 0;
  for (SafetensorsTensor& tensor : content.tensors) {
    const std::uint64_t more = tensor.elements.nbytes();
    if (!shards.back().tensors.empty() && (size > largest || more > largest - size)) {
      shards.emplace_back();
      size = 0;
    }
    size += more;
    shards.back().tensors.push_back(std::move(tensor));
  }
  for (SafetensorsTensors& shard : shards) shard.metadata = content.metadata;
  return shards;
}

// As transformers writes it: names in their order.
std::string index_text(const std::map<std::string, std::string>& places, std::uint64_t total) {
  std::string text = join("{\n  \"metadata\": {\n    \"total_size\": ", total, "\n  },\n  \"weight_map\": {");
  std::string_view comma;
  for (const auto& [name, file] : places) {
    text.append(comma).append("\n    ");
    append_json_string(text, name);
    text.append(": ");
    append_json_string(text, file);
    comma = ",";
  }
  return text.append(places.empty() ? "}\n}\n" : "\n  }\n}\n");
}

}  // namespace

SafetensorsContent read_safetensors_shards(WholeSource& index, Document& document) {
  return ShardReader(index, document).read();
}

void write_safetensors_shards(SafetensorsTensors content, Writer& writer, const WriteOptions& options,
                              std::uint64_t largest) {
  if (!options.name.ends_with(safetensors_index_suffix) || !options.create_sibling) {
    fail(ErrorKind::unsupported, "tensors in several safetensors files lie beside an index called NAME",
         safetensors_index_suffix);
  }
  const std::string_view stem = options.name.substr(0, options.name.size() - safetensors_index_suffix.size());
  std::vector<SafetensorsTensors> shards = split(std::move(content), largest);
  std::map<std::string, std::string> places;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const std::string file = join(stem, '-', five_digits(i + 1), "-of-", five_digits(shards.size()), ".safetensors");
    for (const SafetensorsTensor& tensor : shards[i].tensors) {
      places.emplace(tensor.name, file);
      total += tensor.elements.nbytes();
    }
    write_safetensors(std::move(shards[i]), options.create_sibling(file));
  }
  writer.write(as_bytes(index_text(places, total)));
}

}  // namespace larder::internal
