// The formats that are ZIP archives: told apart by the names in them, never by the first bytes or the file's name.
#pragma once

#include <vector>

#include "formats/zip/directory.h"

namespace larder::internal {

// One of them. `read` and `recognises` are the same for all: the archive is opened once, the one that `owns` it reads.
// Where two own it: Error `unsupported`, naming both; where none does: `unsupported`, naming the first members. An
// archive that is mapped for changes is `unsupported`, for its checksums would be wrong afterwards.
class ZipFormat : public Format {
 public:
  bool recognises(Bytes head) const final;
  const Format& read(const ReadSource& source, Document& document) const final;

  // Whether the names make it an archive of this format. Reads nothing else.
  virtual bool owns(const ZipDirectory& directory) const = 0;
  // Whether `read_archive` will look into a member; of others only their places are checked.
  virtual bool needs(const ZipEntry& entry, const WholeSource& whole) const;
  // Makes the root. The source's reader is moved to the end by `read`.
  virtual void read_archive(WholeSource& whole, const ZipDirectory& directory, Document& document) const = 0;

 protected:
  // Fills in family "zip", Signature::magic, Extent::rest.
  explicit ZipFormat(FormatInfo info);
};

// npz, torch, torchscript, keras: the rows of formats/table.cpp that are ZipFormats. Thread-safe.
const std::vector<const ZipFormat*>& zip_formats();

}  // namespace larder::internal
