#include "formats/tensorflow/table.h"

#include <array>
#include <unordered_set>

#include "formats/tensorflow/crc32c.h"
#include "formats/tensorflow/snappy.h"
#include "formats/tensorflow/varint.h"

namespace larder::internal {

namespace {

constexpr std::size_t footer_size = 48;
constexpr std::string_view magic = "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
constexpr std::size_t trailer_size = 5;  // of a block: how it is compressed, and its checksum

struct Handle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

Handle read_handle(VarintText& text) {
  Handle handle;
  handle.offset = text.varint();
  handle.size = text.varint();
  return handle;
}

class Table {
 public:
  explicit Table(WholeSource& whole) : whole_(whole) {}

  std::vector<TableEntry> read() {
    std::vector<TableEntry> all;
    for (const TableEntry& block : entries_of(content(index_handle()))) {
      VarintText handle(block.value, "the place of a block of a checkpoint's index");
      for (TableEntry& entry : entries_of(content(read_handle(handle)))) {
        if (!all.empty() && entry.key <= all.back().key)
          fail(ErrorKind::malformed, "a checkpoint's index is out of order at ", internal::quoted(entry.key));
        all.push_back(std::move(entry));
      }
    }
    return all;
  }

 private:
  Handle index_handle() {
    if (whole_.size() < footer_size)
      fail(ErrorKind::truncated, "the index of a checkpoint ends with ", footer_size, " bytes; ", whole_.size(),
           " are there");
    std::array<std::byte, footer_size> footer;
    whole_.read(whole_.size() - footer_size, footer, "the end of a checkpoint's index");
    const std::string_view text = as_text(footer);
    if (!text.ends_with(magic))
      fail(ErrorKind::truncated, "the index of a checkpoint does not end as one does: it is cut, or none");
    VarintText handles(text.substr(0, footer_size - magic.size()), "the end of a checkpoint's index");
    static_cast<void>(content(read_handle(handles)));  // the metaindex, which TensorFlow leaves empty: only verified
    return read_handle(handles);
  }

  std::string content(const Handle& handle) {
    const std::uint64_t end = whole_.size() - footer_size;
    if (handle.size > end || end - handle.size < trailer_size || handle.offset > end - handle.size - trailer_size)
      fail(ErrorKind::malformed, "a block of a checkpoint's index would lie outside of it, at byte ", handle.offset);
    if (!seen_.insert(handle.offset).second)
      fail(ErrorKind::malformed, "two blocks of a checkpoint's index are one, at byte ", handle.offset);
    require_memory(handle.size);
    std::string block(static_cast<std::size_t>(handle.size) + trailer_size, '\0');
    whole_.read(handle.offset, std::as_writable_bytes(std::span(block)), "a block of a checkpoint's index");
    const std::string_view covered = std::string_view(block).substr(0, block.size() - 4);
    VarintText trailer(std::string_view(block).substr(block.size() - trailer_size), "the end of a block");
    const char compression = trailer.take(1).front();
    if (masked_crc32c(crc32c(as_bytes(covered))) != trailer.fixed32())
      fail(ErrorKind::checksum, "the checksum of the block at byte ", handle.offset,
           " of a checkpoint's index is wrong");
    block.resize(block.size() - trailer_size);
    if (compression == 0) return block;
    if (compression != 1)
      fail(ErrorKind::unsupported, "a checkpoint's index is compressed with method ", static_cast<int>(compression),
           "; larder reads Snappy");
    return snappy_decoded(as_bytes(block), whole_.budget().left().bytes);
  }

  void require_memory(std::uint64_t size) {
    const std::uint64_t left = whole_.budget().left().bytes;
    if (size > left) fail(ErrorKind::limit, "a checkpoint's index needs more than Limits::bytes allows");
    whole_.budget().take(size);
  }

  // Keys begin like the one before them; restarts at the end only serve to search.
  std::vector<TableEntry> entries_of(const std::string& block) {
    if (block.size() < 4) fail(ErrorKind::malformed, "a block of a checkpoint's index has no end");
    VarintText end(std::string_view(block).substr(block.size() - 4), "a block of a checkpoint's index");
    const std::uint64_t restarts = std::uint64_t{end.fixed32()} * 4 + 4;
    if (restarts > block.size())
      fail(ErrorKind::malformed, "a block of a checkpoint's index has more restarts than bytes");
    VarintText text(std::string_view(block).substr(0, block.size() - static_cast<std::size_t>(restarts)),
                    "a block of a checkpoint's index");
    std::vector<TableEntry> entries;
    std::string key;
    while (!text.empty()) {
      const std::uint64_t shared = text.varint();
      const std::uint64_t added = text.varint();
      const std::uint64_t size = text.varint();
      if (shared > key.size()) fail(ErrorKind::malformed, "a key of a checkpoint's index begins like none before it");
      key.resize(static_cast<std::size_t>(shared));
      key.append(text.take(added));
      require_memory(key.size() + size);
      entries.push_back({key, std::string(text.take(size))});
    }
    return entries;
  }

  WholeSource& whole_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace

std::vector<TableEntry> read_table(WholeSource& whole) { return Table(whole).read(); }

}  // namespace larder::internal
