// Building ZIP archives that are wrong in any field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::testing {

struct ZipHeader {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t stored = 0;  // the lower 32 bits are written
  std::uint64_t size = 0;
  std::string extra{};
};

struct ZipPart {
  ZipHeader local;
  ZipHeader central;
  std::string data;                       // as it lies in the file
  std::string descriptor{};               // behind it
  std::string gap{};                      // behind that
  std::optional<std::uint32_t> offset{};  // of the local header, as the directory gives it
  std::uint16_t disk = 0;
};

// A member with the right headers. Deflated as one piece, where that is asked for.
ZipPart zip_part(std::string name, const std::string& content, bool deflated = false);
// Moves sizes and checksum behind the member, as writers do that cannot seek. bytes: 12, 16, 20 or 24.
void add_descriptor(ZipPart& part, std::size_t bytes);

struct ZipFile {
  std::vector<ZipPart> parts;
  std::string prefix{};
  std::string comment{};
  std::string tail{};                           // behind the comment
  std::optional<std::uint16_t> comment_size{};  // as the end record gives it; so are the next
  std::optional<std::uint16_t> entries{};
  std::optional<std::uint16_t> disk{};
  std::optional<std::uint32_t> directory_size{};
  std::optional<std::uint32_t> directory_offset{};
  bool zip64 = false;  // with a zip64 end record and locator, and what those give
  std::optional<std::uint64_t> entries64{};
  std::optional<std::uint64_t> directory_offset64{};
  std::optional<std::uint64_t> end64_offset{};
  std::uint64_t end64_size = 44;
  std::uint32_t disks = 1;
};

std::string bytes_of(const ZipFile& archive);

// A file of `copies` members with one deflate stream of `zeros` zero bytes: all of them quote the headers in front of
// that stream as stored deflate blocks, so that they overlap.
std::string quoted_overlap(std::size_t copies, std::size_t zeros);

}  // namespace larder::testing
