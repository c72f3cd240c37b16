#include "formats/hdf5/group.h"

#include <algorithm>
#include <unordered_set>

#include "base/unicode.h"
#include "formats/hdf5/btree.h"

namespace larder::internal {

namespace {

// The names of an old group, one after another with NULs between them.
class LocalHeap {
 public:
  LocalHeap(Hdf5File& file, std::uint64_t address) : names_(data(file, address)) {}

  std::string name(std::uint64_t offset) const {
    Hdf5Block at = names_;
    at.skip(offset);
    return std::string(at.text());
  }

 private:
  static Hdf5Block data(Hdf5File& file, std::uint64_t address) {
    file.visit(address, "the heap of a group's names");
    Hdf5Block head =
        file.block(address, 8 + 2 * file.sizes().length + file.sizes().offset, "the heap of a group's names");
    head.signature("HEAP");
    head.version(0, 0);
    head.skip(3);
    const std::uint64_t size = head.length();
    head.skip(file.sizes().length);
    return file.block(head.offset(), size, "the names of a group");
  }

  Hdf5Block names_;
};

void read_symbols(Hdf5File& file, std::uint64_t address, const LocalHeap& heap, std::vector<Hdf5Link>& links) {
  constexpr std::uint32_t soft_link = 2;
  file.visit(address, "a node of a group's symbols");
  Hdf5Block head = file.block(address, 8, "a node of a group's symbols");
  head.signature("SNOD");
  head.version(1, 1);
  head.skip(1);
  const std::uint16_t count = head.u16();
  const std::size_t size = 2 * file.sizes().offset + 24;
  Hdf5Block entries = file.block(address + 8, count * size, "a node of a group's symbols");
  for (std::uint16_t i = 0; i < count; ++i) {
    Hdf5Block entry = entries.part(size, "an entry of a group");
    Hdf5Link link{.name = heap.name(entry.number(file.sizes().offset))};
    link.address = entry.offset();
    const std::uint32_t kind = entry.u32();
    entry.skip(4);
    if (kind == soft_link) {
      link.address = hdf5_nowhere;
      link.target = heap.name(entry.u32());
    }
    links.push_back(std::move(link));
  }
}

Hdf5Link read_link(Hdf5Block block) {
  enum : std::uint8_t { hard = 0, soft = 1, external = 64 };
  block.version(1, 1);
  const std::uint8_t flags = block.u8();
  const std::uint8_t kind = (flags & 0x08) != 0 ? block.u8() : std::uint8_t{hard};
  if ((flags & 0x04) != 0) block.skip(8);
  if ((flags & 0x10) != 0) block.skip(1);
  const std::uint64_t size = block.number(std::size_t{1} << (flags & 0x03));
  Hdf5Link link{.name = std::string(as_text(block.take(size)))};
  switch (kind) {
    case hard:
      link.address = block.offset();
      break;
    case soft:
      link.target = as_text(block.take(block.u16()));
      break;
    case external:
      fail(ErrorKind::unsafe_reference, "HDF5: ", internal::quoted(link.name), " is a link to another file");
    default:
      block.unsupported("is a link of the kind ", kind + 0);
  }
  return link;
}

void require_names(const std::vector<Hdf5Link>& links) {
  std::unordered_set<std::string_view> names;
  for (const Hdf5Link& link : links) {
    const bool possible = !link.name.empty() && link.name != "." && link.name.find('/') == std::string::npos;
    if (!possible || invalid_utf8(link.name))
      fail(ErrorKind::malformed, "HDF5: ", internal::quoted(link.name), " is no name of a group's member");
    if (!names.insert(link.name).second)
      fail(ErrorKind::malformed, "HDF5: a group has two members called ", internal::quoted(link.name));
  }
}

}  // namespace

bool is_hdf5_group(const Hdf5Header& header) noexcept {
  return std::ranges::any_of(header.messages(), [](const Hdf5Header::Message& message) {
    return message.type == Hdf5Message::symbol_table || message.type == Hdf5Message::link_info ||
           message.type == Hdf5Message::link;
  });
}

void require_hdf5_compact(Hdf5Block info, bool of_links) {
  info.version(0, 0);
  const std::uint8_t flags = info.u8();
  if ((flags & 0x01) != 0) info.skip(of_links ? 8 : 2);
  if (info.offset() == hdf5_nowhere) return;
  info.unsupported("has more ", of_links ? "members" : "attributes",
                   " than fit its header, written by a newer libver; larder does not read the heap they lie in");
}

std::vector<Hdf5Link> read_hdf5_links(Hdf5File& file, const Hdf5Header& header) {
  std::vector<Hdf5Link> links;
  if (auto table = header.find(Hdf5Message::symbol_table)) {
    const std::uint64_t tree = table->offset();
    const LocalHeap heap(file, table->offset());
    const std::size_t key_size = file.sizes().length;
    walk_hdf5_tree(file, tree, Hdf5Tree::group, key_size, [&](Hdf5Block entry) {
      entry.skip(key_size);
      read_symbols(file, entry.offset(), heap, links);
    });
  } else {
    if (const auto info = header.find(Hdf5Message::link_info)) require_hdf5_compact(*info, true);
    for (const Hdf5Header::Message& message : header.messages())
      if (message.type == Hdf5Message::link) links.push_back(read_link(message.content));
  }
  require_names(links);
  return links;
}

}  // namespace larder::internal
