// Values become an HDF5 file.
#pragma once

#include <cstdint>
#include <memory>

#include <larder/document.h>
#include <larder/writer.h>

namespace larder::internal {

// `root`, a dict as read_hdf5 gives it: dicts are groups, arrays datasets; str and (nested) lists of str texts;
// bytes, bool, int, float, complex and None single values. "/" in a name makes groups. What is one array or dict at two
// places is one object with two names. Superblock 0, groups of the first version, contiguous data aligned to 64 bytes:
// what every HDF5 reads. Metadata is made in memory, elements go from their arrays to the Writer.
//
// Borrows the values.
class Hdf5Writer {
 public:
  // Error `unsupported`, naming the path, for what HDF5 cannot hold.
  explicit Hdf5Writer(Value root);
  ~Hdf5Writer();

  // How many bytes it will be.
  std::uint64_t size() const noexcept;
  // Does not finish the Writer.
  void write(Writer& writer) const;

 private:
  class File;
  std::unique_ptr<File> file_;
};

}  // namespace larder::internal
