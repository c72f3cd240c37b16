#include "formats/hdf5/text_heap.h"

#include <algorithm>

#include "base/checked.h"

namespace larder::internal {

namespace {
constexpr std::uint64_t usual_collection = 4096;
constexpr std::uint64_t most_objects = 65'000;  // they are counted in 16 bits
constexpr std::uint64_t head_size = 16;
}  // namespace

void Hdf5TextHeap::refer(std::string_view text, Hdf5Encoder& out, std::uint64_t out_begins_at) {
  const auto size = checked_cast<std::uint32_t>(text.size());
  if (!size) fail(ErrorKind::unsupported, "HDF5 files hold texts of less than 4 GiB, not of ", text.size(), " bytes");
  out.u32(*size);
  if (text.empty()) {
    out.u64(0).u32(0);
    return;
  }
  const bool fits = !collections_.empty() && collections_.back().count < most_objects &&
                    head_size + collections_.back().objects.size() + head_size + text.size() + 8 <= usual_collection;
  if (!fits) collections_.emplace_back();
  Collection& collection = collections_.back();
  ++collection.count;
  collection.objects.u16(collection.count).u16(1).zeros(4).u64(text.size()).text(text).align(8);
  references_.push_back({out_begins_at + out.size(), collections_.size() - 1});
  out.u64(hdf5_nowhere).u32(collection.count);
}

void Hdf5TextHeap::append_to(Hdf5Encoder& out) {
  std::vector<std::uint64_t> addresses;
  for (const Collection& collection : collections_) {
    out.align(8);
    addresses.push_back(out.size());
    const std::uint64_t used = head_size + collection.objects.size();
    const std::uint64_t size = std::max(used, usual_collection);
    out.text("GCOL").u8(1).zeros(3).u64(size).text(collection.objects.bytes());
    // What is left is one object, number 0, whose size counts its own head; too little for a head is only zeros.
    if (size - used >= head_size)
      out.zeros(8).u64(size - used).zeros(size - used - head_size);
    else
      out.zeros(size - used);
  }
  for (const Reference& reference : references_) out.patch(reference.at, addresses[reference.collection]);
}

}  // namespace larder::internal
