// Bytes and who owns them: views (`Bytes`, `MutableBytes`) and owners (`Region`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include <larder/export.h>

namespace larder {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;
using Path = std::filesystem::path;

// The bytes of a text; borrowed.
inline Bytes as_bytes(std::string_view text) noexcept { return std::as_bytes(std::span(text.data(), text.size())); }
// The text in some bytes; borrowed.
inline std::string_view as_text(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// How a file is mapped; in parentheses numpy's and joblib's `mmap_mode`.
enum class MapMode {
  none,           // (None) read into memory instead
  read,           // ("r")  shared and read-only
  read_write,     // ("r+") shared: changes reach the file
  create,         // ("w+") a new file, read_write; loading an existing file treats it as read_write, as joblib does
  copy_on_write,  // ("c")  private: changes stay in memory
};

// Parses "r", "r+", "w+", "c" and numpy's long names readonly, readwrite, write, copyonwrite; "" and "none" are `none`.
// Anything else is an Error of kind `usage` that lists what is possible.
LARDER_API MapMode parse_map_mode(std::string_view text);

// An owner of contiguous bytes: heap memory, a file mapping, or anything kept alive by a `keeper`.
//
// Movable, not copyable; `slice` makes another owner of the same bytes. The bytes live until the last of these owners
// is gone, whatever happens to the file. Thread-safety: as a `std::span` plus a `std::shared_ptr`: owners may be used
// and destroyed in any thread; writing to the bytes needs the caller's own ordering.
class LARDER_API Region {
 public:
  // No bytes.
  Region() noexcept = default;

  // `size` writable bytes of unspecified content, aligned to 64. Large regions are fresh pages (huge ones where the
  // system grants them) that occupy memory only when first touched. Error `limit` where the system has not that much.
  static Region allocate(std::uint64_t size);

  // A writable copy of `bytes`.
  static Region copy_of(Bytes bytes);

  // Bytes that the caller keeps alive and unchanged for as long as any owner made from this one exists.
  static Region borrow(Bytes bytes) noexcept;
  static Region borrow(MutableBytes bytes) noexcept;

  // Bytes that live as long as `keeper`. `mapped`: they are pages of a file, which another process may cut short.
  static Region adopt(std::shared_ptr<const void> keeper, Bytes bytes, bool mapped = false) noexcept;
  static Region adopt(std::shared_ptr<const void> keeper, MutableBytes bytes, bool mapped = false) noexcept;

  Region(Region&&) noexcept = default;
  Region& operator=(Region&&) noexcept = default;
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  const std::byte* data() const noexcept { return data_; }
  Bytes bytes() const noexcept { return {data_, size_}; }

  // The bytes for writing; Error `usage` where `writable()` is false.
  MutableBytes mutable_bytes() const;
  bool writable() const noexcept { return writable_; }

  // Whether these are pages of a file. Touching such a page after another process cut the file is a SIGBUS; `read` is
  // not.
  bool mapped() const noexcept { return mapped_; }

  // Another owner of `size` bytes from `offset`; Error `usage` where that range is not inside.
  Region slice(std::size_t offset, std::size_t size) const;

  // Copies out.size() bytes from `offset`; Error `usage` outside the range, Error `io` where mapped pages are gone
  // because the file shrank (the process stays alive).
  void read(std::size_t offset, MutableBytes out) const;

 private:
  Region(std::shared_ptr<const void> keeper, const std::byte* data, std::size_t size, bool writable,
         bool mapped) noexcept
      : keeper_(std::move(keeper)), data_(data), size_(size), writable_(writable), mapped_(mapped) {}

  std::shared_ptr<const void> keeper_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  bool writable_ = false;
  bool mapped_ = false;
};

// Maps `size` bytes of the file at `path` from `offset` (any offset; the pages around it are mapped with it).
//
// mode: `read`, `read_write` or `copy_on_write`; the file must hold the range: Error `truncated` where it is shorter,
// `usage` for other modes or something that is not a regular file, `not_found` or `io` from the system. No bytes is an
// empty Region. The mapping outlives the file's name (unlink and rename are harmless).
LARDER_API Region map_file(const Path& path, MapMode mode, std::uint64_t offset, std::uint64_t size);

// Maps the whole file as it is now.
LARDER_API Region map_file(const Path& path, MapMode mode);

// Creates (or replaces, never in place) the file at `path` with `size` zero bytes and maps it for reading and writing.
// The file appears under its name at once; use it for data that is filled through the mapping. Disk space is taken at
// once where the file system can do that, so that a full disk is Error `io` here. Error `usage` for something that is
// not a regular file.
LARDER_API Region create_mapped_file(const Path& path, std::uint64_t size);

// Waits until the changes made through a shared, writable mapping are on disk. Error `io` where the system failed,
// `usage` for bytes that are not mapped.
LARDER_API void sync(const Region& region);

}  // namespace larder
