#include "base/text.h"
#include "formats/table.h"
#include "formats/torch/archive.h"
#include "formats/torch/tensors.h"
#include "formats/torch/types.h"
#include "formats/torch/write.h"
#include "formats/zip/format.h"
#include "formats/zip/member.h"

namespace larder::internal {

namespace {

constexpr std::string_view constants = "constants.pkl";

class TorchFormat final : public ZipFormat {
 public:
  TorchFormat()
      : ZipFormat({.name = "torch",
                   .description = "torch.save since PyTorch 1.6: a ZIP archive of a pickle and its storages",
                   .extensions = {".pt", ".pth", ".bin", ".ckpt"},
                   .reads = true,
                   .writes = true,
                   .maps = true,
                   .library = "torch",
                   .has_dtype = [](const DType& dtype) { return type_of_elements(dtype) != nullptr; }}) {}

  bool owns(const ZipDirectory& directory) const override {
    const auto folder = TorchArchive::folder_of(directory);
    return folder && directory.find(*folder + std::string(constants)) == nullptr;
  }

  void read_archive(WholeSource& whole, const ZipDirectory& directory, Document& document) const override {
    TorchArchive archive(whole, directory);
    document.set_root(archive.read_pickle("data.pkl", "data/", whole.source().only, document));
  }

  void write(Value value, Writer& writer, const WriteOptions& options) const override {
    write_torch(value, writer, options.name);
  }
};

// What torch.jit.save wrote: the module's attributes and constants, and the program as text.
class TorchScriptFormat final : public ZipFormat {
 public:
  TorchScriptFormat()
      : ZipFormat({.name = "torchscript",
                   .description = "torch.jit.save: a ZIP archive of a module and its program",
                   .extensions = {},
                   .reads = true,
                   .writes = false,
                   .maps = true,
                   .library = "torch"}) {}

  bool owns(const ZipDirectory& directory) const override {
    const auto folder = TorchArchive::folder_of(directory);
    return folder && directory.find(*folder + std::string(constants)) != nullptr;
  }

  void read_archive(WholeSource& whole, const ZipDirectory& directory, Document& document) const override {
    TorchArchive archive(whole, directory);
    const Value root = document.dict();
    document.insert(root, document.str("data"), archive.read_pickle("data.pkl", "data/", {}, document));
    document.insert(root, document.str("constants"), archive.read_pickle(constants, "constants/", {}, document));
    const Value files = document.dict();
    for (const ZipEntry& entry : directory.entries()) {
      const std::string_view name = std::string_view(entry.name).substr(archive.folder().size());
      if (!name.starts_with("code/") && !name.starts_with("extra/")) continue;
      const Region content = member_bytes(whole, entry);
      document.insert(files, document.str(name),
                      name.ends_with(".py") ? document.str(as_text(content.bytes())) : document.bytes(content.bytes()));
    }
    document.insert(root, document.str("files"), files);
    document.set_root(whole.source().only.empty() ? root : entries_named(root, whole.source().only, document));
  }

  void write(Value, Writer&, const WriteOptions&) const override {
    fail(ErrorKind::unsupported, "the format torchscript is only read: its program belongs to its tensors");
  }
};

}  // namespace

const Format& torch_format() {
  static const TorchFormat format;
  return format;
}

const Format& torchscript_format() {
  static const TorchScriptFormat format;
  return format;
}

}  // namespace larder::internal
