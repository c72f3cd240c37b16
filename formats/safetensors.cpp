#include "base/text.h"
#include "formats/safetensors/shards.h"
#include "formats/table.h"

namespace larder::internal {

namespace {

// The dict of a file or of several, in which metadata comes first; alone where it is asked for.
Value root_of(const SafetensorsContent& content, const WholeSource& whole, Document& document) {
  if (content.metadata.is_none() || !whole.wants(safetensors_metadata_key)) return content.tensors;
  const Value root = document.dict();
  document.insert(root, document.str(safetensors_metadata_key), content.metadata);
  for (std::size_t i = 0; i < content.tensors.size(); ++i)
    document.insert(root, content.tensors.key(i), content.tensors.value(i));
  return root;
}

bool has_dtype(const DType& dtype) { return safetensors_type_of(dtype) != nullptr; }

class SafetensorsFormat final : public Format {
 public:
  SafetensorsFormat()
      : Format({.name = "safetensors",
                .description = "Hugging Face's safetensors: tensors by name, and texts about them",
                .extensions = {".safetensors"},
                .reads = true,
                .writes = true,
                .maps = true,
                .extent = Extent::rest,
                .holds = FormatInfo::Holds::named_arrays,
                .has_dtype = has_dtype,
                .texts_key = std::string(safetensors_metadata_key)}) {}

  bool recognises(Bytes head) const override { return begins_as_safetensors(head); }

  const Format& read(const ReadSource& source, Document& document) const override {
    WholeSource whole(source);
    const auto wants = [&](std::string_view name) { return whole.wants(name); };
    document.set_root(root_of(read_safetensors(whole, wants, document), whole, document));
    whole.finish();
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions&) const override {
    write_safetensors(tensors_of(value), writer);
  }
};

// Many files as one: the index is the file that is read.
class SafetensorsIndexFormat final : public Format {
 public:
  SafetensorsIndexFormat()
      : Format({.name = "safetensors-index",
                .description = "an index of safetensors files, and the tensors in them",
                .extensions = {std::string(safetensors_index_suffix)},
                .reads = true,
                .writes = true,
                .maps = true,
                .signature = Signature::plausible,
                .extent = Extent::rest,
                .holds = FormatInfo::Holds::named_arrays,
                .has_dtype = has_dtype,
                .texts_key = std::string(safetensors_metadata_key)}) {}

  bool recognises(Bytes head) const override {
    const std::string_view text = as_text(head);
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first != text.npos && text[first] == '{';
  }

  const Format& read(const ReadSource& source, Document& document) const override {
    WholeSource whole(source);
    document.set_root(root_of(read_safetensors_shards(whole, document), whole, document));
    whole.finish();
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions& options) const override {
    write_safetensors_shards(tensors_of(value), writer, options);
  }
};

}  // namespace

const Format& safetensors_format() {
  static const SafetensorsFormat format;
  return format;
}

const Format& safetensors_index_format() {
  static const SafetensorsIndexFormat format;
  return format;
}

}  // namespace larder::internal
