#include "formats/hdf5/symbol_table.h"

#include <algorithm>

namespace larder::internal {

namespace {

// A node and the greatest name below it, as an offset in the heap.
struct Child {
  std::uint64_t address = 0;
  std::uint64_t last_name = 0;
};

constexpr std::uint64_t empty_name = 0;  // the heap begins with it: less than all others

std::vector<std::uint64_t> append_heap(Hdf5Encoder& out, const std::vector<Hdf5Member>& members) {
  constexpr std::uint64_t no_free_space = 1;
  Hdf5Encoder names;
  names.zeros(8);
  std::vector<std::uint64_t> offsets;
  for (const Hdf5Member& member : members) {
    offsets.push_back(names.size());
    names.text(member.name).zeros(1).align(8);
  }
  const std::uint64_t data = out.size() + 32;
  out.text("HEAP").zeros(4).u64(names.size()).u64(no_free_space).u64(data).text(names.bytes());
  return offsets;
}

std::vector<Child> append_symbols(Hdf5Encoder& out, const std::vector<Hdf5Member>& members,
                                  const std::vector<std::uint64_t>& names) {
  constexpr std::size_t most = 2 * hdf5_leaf_k;
  constexpr std::uint64_t entry_size = 40;
  std::vector<Child> nodes;
  for (std::size_t first = 0; first < members.size(); first += most) {
    const std::size_t end = std::min(first + most, members.size());
    nodes.push_back({out.size(), names[end - 1]});
    out.text("SNOD").u8(1).u8(0).u16(end - first);
    for (std::size_t i = first; i < end; ++i) out.u64(names[i]).u64(members[i].header).zeros(24);
    out.zeros((first + most - end) * entry_size);
  }
  return nodes;
}

// One level of the tree above `children`.
std::vector<Child> append_level(Hdf5Encoder& out, const std::vector<Child>& children, std::uint64_t level) {
  constexpr std::size_t most = 2 * hdf5_internal_k;
  constexpr std::uint64_t node_size = 24 + (2 * most + 1) * 8;
  const std::uint64_t start = out.size();
  const std::size_t count = std::max<std::size_t>((children.size() + most - 1) / most, 1);
  std::vector<Child> nodes;
  for (std::size_t node = 0; node < count; ++node) {
    const std::size_t first = node * most;
    const std::size_t end = std::min(first + most, children.size());
    const std::uint64_t address = start + node * node_size;
    out.text("TREE").u8(0).u8(level).u16(end - first);
    out.u64(node == 0 ? hdf5_nowhere : address - node_size);
    out.u64(node + 1 == count ? hdf5_nowhere : address + node_size);
    out.u64(first == 0 ? empty_name : children[first - 1].last_name);
    for (std::size_t i = first; i < end; ++i) out.u64(children[i].address).u64(children[i].last_name);
    out.zeros((first + most - end) * 16);
    nodes.push_back({address, children.empty() ? empty_name : children[end - 1].last_name});
  }
  return nodes;
}

}  // namespace

Hdf5SymbolTable append_hdf5_symbols(Hdf5Encoder& out, std::vector<Hdf5Member> members) {
  std::ranges::sort(members, {}, &Hdf5Member::name);
  out.align(8);
  Hdf5SymbolTable table{.heap = out.size()};
  const std::vector<std::uint64_t> names = append_heap(out, members);
  std::vector<Child> nodes = append_symbols(out, members, names);
  std::uint64_t level = 0;
  do nodes = append_level(out, nodes, level++);
  while (nodes.size() > 1);
  table.tree = nodes.front().address;
  return table;
}

}  // namespace larder::internal
