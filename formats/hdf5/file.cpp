#include "formats/hdf5/file.h"

#include <algorithm>
#include <array>

#include "base/checked.h"
#include "formats/hdf5/lookup3.h"

namespace larder::internal {

namespace {
constexpr std::uint64_t largest_block = std::uint64_t{256} << 20;
constexpr std::size_t most_superblock = 24 + 3 * 8 + 2 * 8 + 8 + 32;
}  // namespace

std::optional<std::uint64_t> hdf5_signature_at(Bytes head) noexcept {
  const std::string_view text = as_text(head);
  if (!text.empty() && hdf5_signature.starts_with(text.substr(0, hdf5_signature.size()))) return 0;
  for (std::size_t at = 512; at + hdf5_signature.size() <= text.size(); at *= 2)
    if (text.substr(at).starts_with(hdf5_signature)) return at;
  return std::nullopt;
}

Hdf5File::Hdf5File(WholeSource& whole) : whole_(whole) {
  std::array<std::byte, 8> found;
  const auto matches = [&](std::uint64_t at) {
    whole_.read(at, found, "the signature of an HDF5 file");
    return as_text(found) == hdf5_signature;
  };
  while (!matches(base_)) {
    base_ = base_ == 0 ? 512 : base_ * 2;
    if (base_ > whole_.size() || whole_.size() - base_ < found.size())
      fail(ErrorKind::malformed, "no HDF5 file: its signature is missing");
  }
  end_ = whole_.size() - base_;
  Hdf5Block block = this->block(0, std::min<std::uint64_t>(end_, most_superblock), "the superblock");
  block.skip(hdf5_signature.size());
  const std::uint8_t version = end_ > hdf5_signature.size() ? block.u8() : std::uint8_t{0};
  if (version > 3) block.unsupported("has version ", version + 0, "; larder knows 0 to 3");
  if (block.left() < 12) fail(ErrorKind::truncated, "the superblock of an HDF5 file is cut");
  if (version < 2)
    read_first_versions(block);
  else
    read_later_versions(block);
}

namespace {

void require_size(const Hdf5Block& block, std::size_t size) {
  if (size != 2 && size != 4 && size != 8)
    block.unsupported("has numbers of ", size, " bytes; larder reads 2, 4 and 8");
}

}  // namespace

void Hdf5File::read_first_versions(Hdf5Block block) {
  const std::uint64_t start = block.address() - 1;
  block.skip(4);  // versions of what no file has in another one
  sizes_.offset = block.u8();
  sizes_.length = block.u8();
  require_size(block, sizes_.offset);
  require_size(block, sizes_.length);
  // Version 1 has one number more; which it is is known by now.
  Hdf5Block version = this->block(start, 1, "the superblock");
  const std::uint64_t fixed = version.u8() == 0 ? 24 : 28;
  const std::uint64_t needed = fixed + 6 * sizes_.offset;
  if (end_ < needed) fail(ErrorKind::truncated, "the superblock of an HDF5 file is cut");
  Hdf5Block rest = this->block(fixed, needed - fixed, "the superblock");
  rest.skip(2 * sizes_.offset);
  const std::uint64_t end = rest.offset();
  rest.skip(2 * sizes_.offset);
  root_ = rest.offset();
  set_end(end);
}

void Hdf5File::read_later_versions(Hdf5Block block) {
  sizes_.offset = block.u8();
  sizes_.length = block.u8();
  require_size(block, sizes_.offset);
  require_size(block, sizes_.length);
  const std::uint64_t size = 12 + 4 * sizes_.offset + 4;
  if (end_ < size) fail(ErrorKind::truncated, "the superblock of an HDF5 file is cut");
  Hdf5Block rest = checked_block(0, size, "the superblock");
  rest.skip(12 + 2 * sizes_.offset);
  const std::uint64_t end = rest.offset();
  root_ = rest.offset();
  set_end(end);
}

void Hdf5File::set_end(std::uint64_t end) {
  // Unlike all addresses it counts from the first byte of the file, not from the superblock.
  if (end > whole_.size())
    fail(ErrorKind::truncated, "the HDF5 file says that it has ", end, " bytes; ", whole_.size(), " are there");
  if (end < base_) fail(ErrorKind::malformed, "the HDF5 file says that it ends before its superblock");
  end_ = end - base_;
}

std::uint64_t Hdf5File::place(std::uint64_t address, std::uint64_t size, std::string_view what) const {
  if (address > end_ || size > end_ - address)
    fail(ErrorKind::malformed, "HDF5: ", what, " would be ", size, " bytes from byte ", address, ", outside the file");
  return base_ + address;
}

Hdf5Block Hdf5File::block(std::uint64_t address, std::uint64_t size, std::string_view what) const {
  const std::uint64_t at = place(address, size, what);
  if (size > std::min(largest_block, whole_.source().limits.bytes))
    fail(ErrorKind::limit, "HDF5: ", what, " of ", size,
         " bytes is larger than Limits::bytes, or than any that is real");
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  whole_.read(at, bytes, what);
  return {std::move(bytes), address, what, sizes_};
}

Hdf5Block Hdf5File::checked_block(std::uint64_t address, std::uint64_t size, std::string_view what) const {
  Hdf5Block all = block(address, size, what);
  if (size < 4) all.refuse("is too short");
  Hdf5Block content = all;
  const Bytes covered = all.take(size - 4);
  const std::uint32_t stored = all.u32();
  if (lookup3(covered) != stored)
    fail(ErrorKind::checksum, "HDF5: the checksum of ", what, " at byte ", address, " is ", hex(lookup3(covered), 8),
         ", stored is ", hex(stored, 8));
  return content.part(size - 4, what);
}

void Hdf5File::visit(std::uint64_t address, std::string_view what) {
  if (!visited_.insert(address).second)
    fail(ErrorKind::malformed, "HDF5: ", what, " at byte ", address, " is used twice");
}

}  // namespace larder::internal
