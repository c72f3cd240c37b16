// An HDF5 file being read: its superblock, and pieces by address.
//
// Source of the layout: The HDF Group, "HDF5 File Format Specification Version 3.0"; docs/formats/h5.md says which part
// of it larder reads, and why it does so itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "formats/hdf5/block.h"
#include "formats/whole.h"

namespace larder::internal {

inline constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

// Where the signature stands in the first bytes of a file (0, 512, 1024...: a program may have put something in front),
// or could be cut by their end; nothing where it does not.
std::optional<std::uint64_t> hdf5_signature_at(Bytes head) noexcept;

// Borrows the WholeSource. Not thread-safe.
class Hdf5File {
 public:
  // Errors: `truncated`, also where the file is shorter than it says; `malformed`, `unsupported`, `checksum`.
  explicit Hdf5File(WholeSource& whole);

  WholeSource& whole() const noexcept { return whole_; }
  const Hdf5Sizes& sizes() const noexcept { return sizes_; }
  std::uint64_t root() const noexcept { return root_; }  // address of the root group's header

  // `size` bytes from `address`. Error `malformed` where that is outside the file, `limit` beyond 256 MiB.
  Hdf5Block block(std::uint64_t address, std::uint64_t size, std::string_view what) const;
  // The same of a structure that ends with its checksum, which is verified and not part of the block.
  Hdf5Block checked_block(std::uint64_t address, std::uint64_t size, std::string_view what) const;
  // Where an address is in the source. Error `malformed` where not all of `size` bytes are inside.
  std::uint64_t place(std::uint64_t address, std::uint64_t size, std::string_view what) const;

  // Notes that a structure was entered. Each has one owner, so a second visit is a cycle or a trick: Error `malformed`.
  void visit(std::uint64_t address, std::string_view what);

  // The datatypes that several objects share, by the address of their header: each is read once (header.cpp).
  std::unordered_map<std::uint64_t, Hdf5Block>& named_datatypes() noexcept { return named_datatypes_; }

 private:
  void read_first_versions(Hdf5Block block);
  void read_later_versions(Hdf5Block block);
  void set_end(std::uint64_t end);

  WholeSource& whole_;
  Hdf5Sizes sizes_;
  std::uint64_t base_ = 0;
  std::uint64_t end_ = 0;  // of the file, as an address
  std::uint64_t root_ = hdf5_nowhere;
  std::unordered_set<std::uint64_t> visited_;
  std::unordered_map<std::uint64_t, Hdf5Block> named_datatypes_;
};

}  // namespace larder::internal
