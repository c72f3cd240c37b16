#include <algorithm>

#include "base/text.h"
#include "document/records.h"
#include "formats/elements.h"
#include "formats/pickle/joblib_wrapper.h"
#include "formats/pickle/machine.h"
#include "formats/table.h"
#include "formats/torch/old_format.h"
#include "formats/torch/tensors.h"

namespace larder::internal {

namespace {

// The first pickle is an integer, pickled with protocol 2 or 3, or in a frame.
constexpr std::string_view magic_integer = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
constexpr std::size_t frame_header = 9;
constexpr char frame_opcode = '\x95';
constexpr std::int64_t protocol_version = 1001;

// Reads one file: five pickles, then the storages.
class LegacyReader {
 public:
  LegacyReader(const ReadSource& source, Document& document)
      : source_(source), document_(document), tensors_(document, source.limits), budget_(source.limits) {}

  void read() {
    if (const Value magic = pickle(); !magic.is(ValueKind::integer) || magic.int_bytes() != magic_integer.substr(2, 10))
      fail(ErrorKind::malformed, "a file of torch begins with another number");
    if (const Value version = pickle(); !version.fits_int64() || version.as_int() != protocol_version)
      fail(ErrorKind::unsupported, "a file of torch in another version than ", protocol_version);
    if (!pickle().is(ValueKind::dict)) fail(ErrorKind::malformed, "a file of torch does not describe its system");
    const Value root = pickle(tensors_.hooks());
    read_storages(pickle());
    document_.set_root(source_.only.empty() ? root : entries_named(root, source_.only, document_));
    tensors_.resolve(ByteOrder::little, source_.native_byte_order, [this](const TorchStorage& storage) {
      const auto found = elements_.find(storage.key);
      if (found == elements_.end())
        fail(ErrorKind::malformed, "the storage ", internal::quoted(storage.key), " of a tensor is not in the file");
      return found->second;
    });
    if (source_.choice == nullptr) tensors_.check_sparse();
  }

 private:
  Value pickle(PickleReadHooks hooks = {}) {
    PickleInput input(source_.reader, source_.limits);
    const Value value = PickleMachine(input, document_, source_, std::move(hooks)).run();
    input.release();
    return value;
  }

  // In the order of their keys: a count of elements, then these, always little-endian.
  void read_storages(Value keys) {
    if (!keys.is(ValueKind::list)) fail(ErrorKind::malformed, "the keys of torch's storages are no list");
    for (const Value name : Access::members(keys)) {
      const auto key = text_of(name);
      const auto storage = key ? tensors_.storages().find(*key) : tensors_.storages().end();
      if (storage == tensors_.storages().end())
        fail(ErrorKind::malformed, "a storage of torch is not used by any tensor");
      const auto [place, is_new] = elements_.try_emplace(storage->first);
      if (!is_new) fail(ErrorKind::malformed, "the storage ", internal::quoted(*key), " comes twice");
      place->second = read_storage(storage->second);
    }
  }

  Array read_storage(const TorchStorage& storage) {
    std::byte size[8];
    source_.reader.read_exactly(size, "the size of a storage");
    if (load_le<std::uint64_t>(size) != storage.count) {
      fail(ErrorKind::malformed, "the storage ", internal::quoted(storage.key), " has ", load_le<std::uint64_t>(size),
           " elements, its tensors say ", storage.count);
    }
    const DType dtype = storage.type->dtype(ByteOrder::little);
    if (source_.mapped_file != nullptr && source_.reader.position() % dtype.alignment() != 0 && !warned_) {
      warned_ = true;
      source_.warn(join("the tensors of ", source_.reader.name(), " are not aligned in the file, which slows some ",
                        "libraries down and may crash others; write it as \"torch\" to align them"));
    }
    return read_elements(source_, budget_, dtype, {storage.count}, Order::c);
  }

  const ReadSource& source_;
  Document& document_;
  TensorReader tensors_;
  ArrayBudget budget_;
  std::map<std::string, Array> elements_;  // by the storage's key
  bool warned_ = false;
};

class TorchLegacyFormat final : public OldTorchFormat {
 public:
  TorchLegacyFormat()
      : OldTorchFormat("torch-legacy", "torch.save before PyTorch 1.6: five pickles, then the storages",
                       Extent::delimited, "pickle") {}

  // Also of the first bytes alone: pickles that begin so have all that is compared.
  bool recognises(Bytes head) const override {
    const auto begins = [](std::string_view text, std::string_view wanted) {
      const std::size_t size = std::min(text.size(), wanted.size());
      return text.substr(0, size) == wanted.substr(0, size);
    };
    const std::string_view text = as_text(head);
    if (text.empty() || text[0] != '\x80') return false;
    const std::string_view rest = text.substr(std::min<std::size_t>(text.size(), 2));
    if (rest.empty() || rest[0] != frame_opcode) return begins(rest, magic_integer);
    return begins(rest.substr(std::min(rest.size(), frame_header)), magic_integer);
  }

  const Format& read(const ReadSource& source, Document& document) const override {
    LegacyReader(source, document).read();
    return *this;
  }
};

}  // namespace

const Format& torch_legacy_format() {
  static const TorchLegacyFormat format;
  return format;
}

}  // namespace larder::internal
