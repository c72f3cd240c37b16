// The records of a ZIP archive of torch's, all below one folder.
//
// Source of the layout: caffe2/serialize/inline_container.h and torch/serialization.py (docs/formats/torch.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/zip/directory.h"

namespace larder::internal {

// Borrows both. Not thread-safe.
class TorchArchive {
 public:
  // The folder of an archive of torch's: the one that holds `data.pkl`, and everything else. Nothing for other
  // archives.
  static std::optional<std::string> folder_of(const ZipDirectory& directory);

  // Error `malformed` where folder_of has nothing.
  TorchArchive(WholeSource& whole, const ZipDirectory& directory);

  // The record of that name below the folder; null where there is none.
  const ZipEntry* find(std::string_view name) const;
  const std::string& folder() const noexcept { return folder_; }

  // The value that the record holds as a pickle; its tensors are in the records `storages` + key. only: as
  // ReadSource::only, of that value. Errors: as Format::read.
  Value read_pickle(std::string_view name, std::string_view storages, std::span<const std::string> only,
                    Document& document);

 private:
  const ZipEntry& required(std::string_view name) const;

  WholeSource& whole_;
  const ZipDirectory& directory_;
  std::string folder_;  // with its slash
  ByteOrder order_;
};

}  // namespace larder::internal
