#include "archive.h"

#include <larder/codec.h>

#include "codecs/deflate_checksum.h"
#include "hostile.h"

namespace larder::testing {

namespace {

std::string deflate(std::string_view content) {
  const Region gzip = CodecRegistry::global().get("gzip").compress(as_bytes(content));
  return std::string(as_text(gzip.bytes()).substr(10, gzip.size() - 18));
}

std::uint32_t crc_of(std::string_view content) {
  return internal::crc32(internal::crc32_of_nothing, as_bytes(content));
}

std::string sums(const ZipHeader& header) {
  return little(header.crc, 4) + little(header.stored, 4) + little(header.size, 4);
}

std::string local_header(const ZipHeader& header) {
  return "PK\3\4" + little(20, 2) + little(header.flags, 2) + little(header.method, 2) + little(0x210000, 4) +
         sums(header) + little(header.name.size(), 2) + little(header.extra.size(), 2) + header.name + header.extra;
}

std::string central_header(const ZipPart& part, std::uint64_t offset) {
  const ZipHeader& header = part.central;
  return "PK\1\2" + little(20, 2) + little(20, 2) + little(header.flags, 2) + little(header.method, 2) +
         little(0x210000, 4) + sums(header) + little(header.name.size(), 2) + little(header.extra.size(), 2) +
         little(0, 2) + little(part.disk, 2) + little(0, 2) + little(0, 4) + little(part.offset.value_or(offset), 4) +
         header.name + header.extra;
}

std::string end64(const ZipFile& archive, std::uint64_t entries, std::uint64_t size, std::uint64_t offset) {
  const std::uint64_t at = offset + size;
  return "PK\6\6" + little(archive.end64_size, 8) + little(45, 2) + little(45, 2) + little(0, 4) + little(0, 4) +
         little(archive.entries64.value_or(entries), 8) + little(archive.entries64.value_or(entries), 8) +
         little(size, 8) + little(archive.directory_offset64.value_or(offset), 8) + "PK\6\7" + little(0, 4) +
         little(archive.end64_offset.value_or(at), 8) + little(archive.disks, 4);
}

}  // namespace

ZipPart zip_part(std::string name, const std::string& content, bool deflated) {
  ZipPart part;
  part.data = deflated ? deflate(content) : content;
  part.local = {.name = std::move(name),
                .flags = 0,
                .method = static_cast<std::uint16_t>(deflated ? 8 : 0),
                .crc = crc_of(content),
                .stored = part.data.size(),
                .size = content.size()};
  part.central = part.local;
  return part;
}

void add_descriptor(ZipPart& part, std::size_t bytes) {
  const std::size_t width = bytes >= 20 ? 8 : 4;
  part.descriptor = (bytes % 8 == 0 ? "PK\7\10" : "") + little(part.central.crc, 4) +
                    little(part.central.stored, width) + little(part.central.size, width);
  part.local.flags |= 8;
  part.central.flags |= 8;
  part.local.crc = 0;
  part.local.stored = part.local.size = 0;
}

std::string bytes_of(const ZipFile& archive) {
  std::string file = archive.prefix;
  std::string directory;
  for (const ZipPart& part : archive.parts) {
    directory += central_header(part, file.size());
    file += local_header(part.local) + part.data + part.descriptor + part.gap;
  }
  const std::uint64_t offset = file.size();
  file += directory;
  if (archive.zip64) file += end64(archive, archive.parts.size(), directory.size(), offset);
  const std::uint64_t entries = archive.entries.value_or(static_cast<std::uint16_t>(archive.parts.size()));
  return file + "PK\5\6" + little(archive.disk.value_or(0), 2) + little(archive.disk.value_or(0), 2) +
         little(entries, 2) + little(entries, 2) +
         little(archive.directory_size.value_or(static_cast<std::uint32_t>(directory.size())), 4) +
         little(archive.directory_offset.value_or(static_cast<std::uint32_t>(offset)), 4) +
         little(archive.comment_size.value_or(static_cast<std::uint16_t>(archive.comment.size())), 2) +
         archive.comment + archive.tail;
}

std::string quoted_overlap(std::size_t copies, std::size_t zeros) {
  // Back to front: each member begins with a stored block that holds the local header of the next one.
  ZipFile archive;
  std::string content(zeros, '\0');
  std::string data = deflate(content);
  std::string file;  // from the header of the member that is being made on
  std::vector<std::size_t> behind;
  for (std::size_t i = copies; i-- > 0;) {
    if (!file.empty()) {
      const std::string quoted = local_header(archive.parts.front().local);
      data = raw("\0") + little(quoted.size(), 2) + little(~quoted.size(), 2) + quoted + data;
      content = quoted + content;
    }
    ZipPart part = zip_part(std::to_string(i), content);
    part.local.method = 8;
    part.local.stored = data.size();
    part.central = part.local;
    archive.parts.insert(archive.parts.begin(), part);
    file = local_header(part.local) + data;
    behind.insert(behind.begin(), file.size());
  }
  for (std::size_t i = 0; i < copies; ++i) {
    archive.parts[i].offset = static_cast<std::uint32_t>(file.size() - behind[i]);
    archive.parts[i].data.clear();
  }
  // The members' own headers are in `file` already: the first part carries them as its data.
  archive.parts[0].data = file.substr(local_header(archive.parts[0].local).size());
  std::string directory;
  for (const ZipPart& part : archive.parts) directory += central_header(part, 0);
  return file + directory + "PK\5\6" + little(0, 4) + little(copies, 2) + little(copies, 2) +
         little(directory.size(), 4) + little(file.size(), 4) + little(0, 2);
}

}  // namespace larder::testing
