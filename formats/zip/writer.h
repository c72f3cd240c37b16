// A ZIP archive being written, from front to back.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/writer.h>

namespace larder::internal {

// How members are laid out: what the format's own library does.
struct ZipStyle {
  std::size_t alignment = 64;    // of stored content in the file; 1: as it comes
  std::uint16_t padding_id = 0;  // of the extra field that aligns: torch's is "FB" (0x4246)
  std::byte padding{};           // what fills it: torch's is 'Z'
  std::uint16_t time = 0;        // DOS; fixed, so that equal values are equal files
  std::uint16_t date = 0x21;     // 1980-01-01; torch's is 0
  bool always_zip64 = false;     // end record and locator also where 32 bits would do: torch
};

// Sizes and checksums follow each member (data descriptors, of 64 bits where the member may need them), so that nothing
// is read twice and the Writer need not seek. Not thread-safe; borrows the Writer, whose position is the archive's
// first byte.
class ZipWriter {
 public:
  ZipWriter(Writer& writer, const ZipStyle& style) : writer_(writer), style_(style), begin_(writer.position()) {}

  // Writes a member: `content` is called once with a Writer of its bytes, and finishes nothing. size: what it will
  // write, where known; decides about zip64. deflate: level, 0 stores. Error `usage` for a name that is taken, empty or
  // longer than 65,535 bytes, or a size that was not kept.
  void add(std::string_view name, std::uint64_t size, int deflate, const std::function<void(Writer&)>& content);
  void add(std::string_view name, Bytes content, int deflate = 0);

  // The directory. Nothing can be added afterwards; the Writer is not finished.
  void finish();

 private:
  struct Member {
    std::string name;
    std::uint64_t local = 0;
    std::uint64_t stored = 0;
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    std::uint16_t method = 0;
    std::uint16_t flags = 0;
  };
  void begin(Member& member, bool large);
  void end(const Member& member, bool large);

  Writer& writer_;
  ZipStyle style_;
  std::uint64_t begin_;
  std::vector<Member> members_;
};

}  // namespace larder::internal
