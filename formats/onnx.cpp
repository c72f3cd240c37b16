#include <algorithm>

#include "base/text.h"
#include "formats/onnx/cut.h"
#include "formats/onnx/elements.h"
#include "formats/onnx/write.h"
#include "formats/protobuf/varint.h"
#include "formats/table.h"

namespace larder::internal {

namespace {

constexpr std::size_t whole_head = 4096;
constexpr std::uint64_t most_version = 100;

// Whether a field of ModelProto has that number and wire type.
bool is_field_of_model(std::uint64_t tag) noexcept {
  constexpr std::uint64_t numbers[] = {1, 5};
  constexpr std::uint64_t messages[] = {2, 3, 4, 6, 7, 8, 14, 20, 25, 26};
  const auto has = [&](const auto& known) { return std::ranges::find(known, tag >> 3) != std::ranges::end(known); };
  return (tag & 7) == 0 ? has(numbers) : (tag & 7) == 2 && has(messages);
}

// Whether a model begins so: with the version of ONNX's IR, then fields that a model has up to its graph, unless that
// is further behind. What follows the graph is for the reader to judge.
bool begins_as_model(std::string_view head) noexcept {
  const bool is_whole = head.size() < whole_head;
  if (!head.starts_with('\x08') || head.size() < 4 || head[1] == 0 || std::uint64_t(head[1]) > most_version)
    return false;
  bool has_graph = false;
  while (!head.empty()) {
    const auto tag = take_varint(head);
    if (!tag) return !is_whole;
    if (!is_field_of_model(*tag)) return has_graph;
    const auto value = take_varint(head);
    if (!value) return !is_whole;
    if ((*tag & 7) == 0) continue;
    has_graph = has_graph || *tag >> 3 == 7;
    if (*value > head.size()) return has_graph || !is_whole;
    head.remove_prefix(static_cast<std::size_t>(*value));
  }
  return has_graph;
}

class OnnxFormat final : public Format {
 public:
  OnnxFormat()
      : Format({.name = "onnx",
                .description = "ONNX models: weights, constants, an outline of the graph",
                .extensions = {".onnx"},
                .reads = true,
                .writes = true,
                .maps = true,
                .signature = Signature::plausible,
                .extent = Extent::rest,
                .built = has_protocol_buffers()}) {}

  bool recognises(Bytes head) const override { return begins_as_model(as_text(head)); }

  const Format& read(const ReadSource& source, Document& document) const override {
    WholeSource whole(source);
    const OnnxModel model = read_onnx_model(whole, document);
    read_tensors(whole, model, document);
    document.insert(model.outline, document.str("model"), cut_file(whole, plain_ranges(model), document));
    document.set_root(model.outline);
    whole.finish();
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions& options) const override {
    write_onnx(value, writer, options);
  }

 private:
  static void read_tensors(WholeSource& whole, const OnnxModel& model, Document& document) {
    OnnxElements elements(whole, document);
    for (const OnnxSlot& slot : model.slots) {
      const Value section = *model.outline.find(slot.section);
      try {
        const Value value = elements.read(slot.tensor);
        const Value dict = slot.part.empty() ? section : sparse_dict(section, slot.key, document);
        document.insert(dict, document.str(slot.part.empty() ? std::string_view(slot.key) : slot.part), value);
      } catch (Error& error) {
        if (!error.has_place()) error.at(join("tensor ", internal::quoted(slot.key)));
        throw;
      }
    }
    for (const OnnxSparse& sparse : model.sparse) {
      const Value shape = document.list();
      for (const std::uint64_t size : sparse.shape)
        document.append(shape, Value::integer(static_cast<std::int64_t>(size)));
      document.insert(sparse_dict(*model.outline.find(sparse.section), sparse.key, document), document.str("shape"),
                      shape);
    }
  }

  static Value sparse_dict(Value section, const std::string& key, Document& document) {
    if (const auto found = section.find(key)) return *found;
    const Value made = document.dict();
    document.insert(section, document.str(key), made);
    return made;
  }
};

}  // namespace

const Format& onnx_format() {
  static const OnnxFormat format;
  return format;
}

}  // namespace larder::internal
