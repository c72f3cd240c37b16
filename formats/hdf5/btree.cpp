#include "formats/hdf5/btree.h"

#include <algorithm>
#include <vector>

namespace larder::internal {

namespace {

std::string_view node_name(Hdf5Tree kind) {
  return kind == Hdf5Tree::group ? "a node of a group's tree" : "a node of a dataset's tree";
}

}  // namespace

void walk_hdf5_tree(Hdf5File& file, std::uint64_t root, Hdf5Tree kind, std::size_t key_size,
                    const std::function<void(Hdf5Block entry)>& leaf) {
  struct Node {
    std::uint64_t address;
    int level;
  };
  constexpr int any_level = -1;
  const std::string_view what = node_name(kind);
  const std::size_t head_size = 8 + 2 * file.sizes().offset;
  const std::size_t entry_size = key_size + file.sizes().offset;
  std::vector<Node> open = {{root, any_level}};
  while (!open.empty()) {
    const Node node = open.back();
    open.pop_back();
    file.visit(node.address, what);
    Hdf5Block head = file.block(node.address, head_size, what);
    head.signature("TREE");
    if (head.u8() != static_cast<std::uint8_t>(kind)) head.refuse("is of another kind of tree");
    const int level = head.u8();
    if (node.level != any_level && level != node.level) head.refuse("is on level ", level, ", not ", node.level);
    const std::uint16_t count = head.u16();
    Hdf5Block entries = file.block(node.address + head_size, count * entry_size, what);
    const std::size_t first = open.size();
    for (std::uint16_t i = 0; i < count; ++i) {
      Hdf5Block entry = entries.part(entry_size, what);
      if (level == 0) {
        leaf(std::move(entry));
        continue;
      }
      entry.skip(key_size);
      open.push_back({entry.offset(), level - 1});
    }
    std::reverse(open.begin() + static_cast<std::ptrdiff_t>(first), open.end());  // the leftmost is taken next
  }
}

}  // namespace larder::internal
