// A ZIP archive being written, from front to back.
//
// Source of the layout: PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5; docs/formats/zip.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <larder/writer.h>

namespace larder::internal {

// How members are laid out: what the format's own library does.
struct ZipStyle {
  std::size_t alignment = 64;  // of stored content in the archive, a power of two; 1: as it comes
  std::uint16_t time = 0;      // DOS; fixed, so that equal values are equal files
  std::uint16_t date = 0x21;   // 1980-01-01; torch's is 0
  bool always_zip64 = false;   // end record and locator also where 32 bits would do: torch
  int threads = 0;             // that deflate, as DumpOptions::threads
};

// Sizes and checksums follow each member (data descriptors, of 64 bits where the member may need them), so that nothing
// is read twice and the Writer need not seek. Not thread-safe; borrows the Writer, whose position is the archive's
// first byte.
class ZipWriter {
 public:
  explicit ZipWriter(Writer& writer, const ZipStyle& style = {})
      : writer_(writer), style_(style), begin_(writer.position()) {}

  // Writes a member: `content` is called once with a Writer of its bytes, which it does not finish. size: what it will
  // write, where known; without, the member is made ready for more than 4 GiB. deflate: level, 0 stores. Error `usage`
  // for a name that is taken, empty, no UTF-8, longer than 65,535 bytes or with a NUL, or a size that was not kept.
  void add(std::string_view name, std::optional<std::uint64_t> size, int deflate,
           const std::function<void(Writer&)>& content);
  void add(std::string_view name, Bytes content, int deflate = 0);

  // The directory. Nothing can be added afterwards; the Writer is not finished.
  void finish();

 private:
  struct Member {
    std::string_view name;  // kept in names_
    std::uint64_t local = 0;
    std::uint64_t stored = 0;
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    bool is_deflated = false;
    bool is_empty = false;  // nothing follows it
    bool is_large = false;  // sizes of 64 bits
  };
  std::uint64_t offset() const noexcept { return writer_.position() - begin_; }
  std::string_view take_name(std::string_view name);
  void write_local_header(const Member& member);
  void write_descriptor(const Member& member);
  void write_central_header(const Member& member);

  Writer& writer_;
  ZipStyle style_;
  std::uint64_t begin_;
  std::unordered_set<std::string> names_;
  std::vector<Member> members_;
};

}  // namespace larder::internal
