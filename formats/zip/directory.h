// A ZIP archive being read: what its central directory says, where that is the only reading of the file.
//
// Source of the layout: PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5; docs/formats/zip.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/whole.h"

namespace larder::internal {

struct ZipEntry {
  std::string name;          // a key, never a path: "../x" is only a name. UTF-8
  std::uint64_t local = 0;   // offset of the local header
  std::uint64_t end = 0;     // offset of what follows the member: the next one, or the directory
  std::uint64_t data = 0;    // offset of the member's first byte; 0 before ZipDirectory::locate
  std::uint64_t stored = 0;  // bytes in the file
  std::uint64_t size = 0;    // bytes after decompression
  std::uint32_t crc = 0;     // of these; 0 with `unchecked`
  std::uint16_t flags = 0;
  bool deflated = false;
  bool unchecked = false;  // torch can leave checksums out: all headers say 0 for a stored member that is not empty
};

// The entries in the order of the directory. Thread-safe where it is const.
//
// An archive has one reading or none. Error `malformed`: bytes that no member owns, in front of the first one, between
// two or behind the end record's comment; members that overlap; one name twice (names are never normalised); a name
// with a NUL or that is no text; a local header that contradicts its central one in name, method, flags or, where it
// gives them, sizes and checksum; a data descriptor that does; a second end record; offsets that do not meet. Error
// `unsupported`: encrypted members, methods other than 0 and 8, second names, several disks. Checks cost O(n log n);
// only the end, the directory and the local headers are read.
class ZipDirectory {
 public:
  // Reads the directory and all local headers. Errors also `truncated`, `limit`.
  explicit ZipDirectory(WholeSource& whole);

  // Reads the directory alone, for who needs few members of a file far away.
  static ZipDirectory without_headers(WholeSource& whole);
  // Reads the local headers of those members that `needs` chooses.
  void locate(WholeSource& whole, const std::function<bool(const ZipEntry& entry)>& needs);

  const std::vector<ZipEntry>& entries() const noexcept { return entries_; }
  // Null where there is none.
  const ZipEntry* find(std::string_view name) const noexcept;
  const std::string& comment() const noexcept { return comment_; }

 private:
  ZipDirectory() = default;

  std::vector<ZipEntry> entries_;  // as in the file
  std::vector<std::uint32_t> by_name_;
  std::string comment_;
};

}  // namespace larder::internal
