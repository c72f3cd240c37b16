#include "formats/torch/archive.h"

#include <algorithm>

#include "base/text.h"
#include "formats/pickle/machine.h"
#include "formats/torch/tensors.h"
#include "formats/zip/member.h"

namespace larder::internal {

namespace {

constexpr std::string_view pickle_of_object = "data.pkl";

std::string folder_in(const ZipDirectory& directory) {
  const auto folder = TorchArchive::folder_of(directory);
  if (!folder) fail(ErrorKind::malformed, "an archive of torch has its records in one folder, data.pkl among them");
  return *folder;
}

ByteOrder order_in(WholeSource& whole, const ZipEntry* record) {
  if (record == nullptr) return ByteOrder::little;
  const Region bytes = member_bytes(whole, *record);
  const std::string_view text = as_text(bytes.bytes());
  if (text == "big") return ByteOrder::big;
  if (text != "little") fail(ErrorKind::malformed, "the byte order of the archive is ", internal::quoted(text));
  return ByteOrder::little;
}

}  // namespace

std::optional<std::string> TorchArchive::folder_of(const ZipDirectory& directory) {
  const auto& entries = directory.entries();
  if (entries.empty()) return std::nullopt;
  const std::string folder = entries[0].name.substr(0, entries[0].name.find('/') + 1);
  const bool is_one =
      std::ranges::all_of(entries, [&](const ZipEntry& entry) { return entry.name.starts_with(folder); });
  if (folder.empty() || !is_one || directory.find(folder + std::string(pickle_of_object)) == nullptr)
    return std::nullopt;
  return folder;
}

TorchArchive::TorchArchive(WholeSource& whole, const ZipDirectory& directory)
    : whole_(whole), directory_(directory), folder_(folder_in(directory)), order_(order_in(whole, find("byteorder"))) {}

const ZipEntry* TorchArchive::find(std::string_view name) const { return directory_.find(folder_ + std::string(name)); }

const ZipEntry& TorchArchive::required(std::string_view name) const {
  const ZipEntry* const found = find(name);
  if (found == nullptr) fail(ErrorKind::malformed, "the archive has no record ", internal::quoted(name));
  return *found;
}

Value TorchArchive::read_pickle(std::string_view name, std::string_view storages, std::span<const std::string> only,
                                Document& document) {
  const ZipEntry& entry = required(name);
  const ReadSource& source = whole_.source();
  const auto record_of = [&](const std::string& key) { return find(std::string(storages) + key); };
  TensorReader tensors(document, source.limits, [&](const std::string& key) { return record_of(key) != nullptr; });
  const auto tell = [&](bool begins) {
    if (source.observer != nullptr) source.observer->on_nested_stream(begins, entry.data);
  };
  tell(true);
  ZipMember member = open_member(whole_, entry);
  PickleInput input(*member.reader, source.limits);
  Value root = PickleMachine(input, document, member.source, tensors.hooks()).run();
  if (!input.release().peek(1).empty())
    fail(ErrorKind::malformed, "something follows the pickle in the record ", internal::quoted(name));
  tell(false);
  if (!only.empty()) {
    root = entries_named(root, only, document);
    tensors.keep_only(root);
  }
  tensors.resolve(order_, source.native_byte_order, [&](const TorchStorage& storage) {
    const ZipEntry& record = *record_of(storage.key);
    const DType dtype = storage.type->dtype(order_);
    if (record.size != storage.count * dtype.itemsize()) {
      fail(ErrorKind::malformed, "the record ", internal::quoted(record.name), " has ", record.size,
           " bytes, its tensors say ", storage.count * dtype.itemsize());
    }
    if (source.choice != nullptr && !record.deflated)
      return whole_.elements(record.data, dtype, {storage.count}, Order::c);
    const Array elements = Array::from_region(dtype, {storage.count}, Order::c, member_bytes(whole_, record));
    return source.native_byte_order ? elements.to_native() : elements;
  });
  if (source.choice == nullptr) tensors.check_sparse();
  return root;
}

}  // namespace larder::internal
