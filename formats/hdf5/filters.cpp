// The filters of chunks.
#include "formats/hdf5/filters.h"

#include <algorithm>

#include <larder/codec.h>

namespace larder::internal {

namespace {

enum Filter : std::uint16_t { deflate = 1, shuffle = 2, fletcher32 = 3 };
constexpr std::size_t most_filters = 32;

std::string filter_name(std::uint16_t id) {
  switch (id) {
    case 4:
      return "szip";
    case 5:
      return "nbit";
    case 6:
      return "scaleoffset";
    case 32000:
      return "lzf";
    case 32001:
      return "blosc";
    case 32004:
      return "lz4";
    case 32015:
      return "zstd";
    default:
      return join("number ", id);
  }
}

// Elements that are stored byte by byte: all first bytes, then all second ones...; what is left over stands at the end.
std::vector<std::byte> unshuffled(Bytes bytes, std::size_t element) {
  std::vector<std::byte> out(bytes.size());
  const std::size_t count = element == 0 ? 0 : bytes.size() / element;
  for (std::size_t at = 0; at < element && count != 0; ++at)
    for (std::size_t i = 0; i < count; ++i) out[i * element + at] = bytes[at * count + i];
  const std::size_t whole = count * element;
  std::ranges::copy(bytes.subspan(whole), out.begin() + static_cast<std::ptrdiff_t>(whole));
  return out;
}

// Fletcher's sum of the 16-bit big-endian words; an odd byte is a word's first half.
std::uint32_t fletcher(Bytes bytes) noexcept {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const auto high = std::to_integer<std::uint32_t>(bytes[i]) << 8;
    const auto low = i + 1 < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + 1]) : 0U;
    first = (first + (high | low)) % 65'535;
    second = (second + first) % 65'535;
  }
  return static_cast<std::uint32_t>(second << 16 | first);
}

std::vector<std::byte> without_fletcher(std::vector<std::byte> bytes, const Hdf5Chunk& chunk) {
  if (bytes.size() < 4)
    fail(ErrorKind::malformed, "HDF5: the chunk at byte ", chunk.address, " is shorter than its checksum");
  const std::size_t size = bytes.size() - 4;
  const auto stored = load_le<std::uint32_t>(bytes.data() + size);
  const std::uint32_t found = fletcher(Bytes(bytes).first(size));
  // Zero and 65,535 are the same in this sum, and writers differ in which of them they take.
  const auto same = [](std::uint32_t a, std::uint32_t b) { return a % 65'535 == b % 65'535; };
  if (!same(found & 0xffff, stored & 0xffff) || !same(found >> 16, stored >> 16))
    fail(ErrorKind::checksum, "HDF5: the checksum of the chunk at byte ", chunk.address, " is ", hex(found, 8),
         ", stored is ", hex(stored, 8));
  bytes.resize(size);
  return bytes;
}

std::vector<std::byte> inflated(Bytes bytes, std::uint64_t most, const Hdf5Chunk& chunk) {
  Limits limits;
  limits.bytes = most;
  try {
    const Region content = CodecRegistry::global().get("zlib").decompress(bytes, {.limits = limits, .threads = 1});
    return {content.bytes().begin(), content.bytes().end()};
  } catch (Error& error) {
    if (error.kind() == ErrorKind::limit)
      fail(ErrorKind::malformed, "HDF5: the chunk at byte ", chunk.address, " holds more than ", most, " bytes");
    if (error.kind() == ErrorKind::truncated)
      fail(ErrorKind::malformed, "HDF5: the compressed chunk at byte ", chunk.address, " is cut");
    throw error.at(join("the HDF5 chunk at byte ", chunk.address));
  }
}

}  // namespace

std::vector<Hdf5Filter> read_hdf5_filters(Hdf5Block block) {
  const std::uint8_t version = block.u8();
  if (version != 1 && version != 2) block.unsupported("is a list of filters of version ", version + 0);
  const std::uint8_t count = block.u8();
  if (count > most_filters) block.refuse("has ", count + 0, " filters; HDF5 has ", most_filters, " at most");
  if (version == 1) block.skip(6);
  std::vector<Hdf5Filter> filters;
  for (int i = 0; i < count; ++i) {
    Hdf5Filter filter{.id = block.u16()};
    const std::uint16_t name = version == 1 || filter.id >= 256 ? block.u16() : std::uint16_t{0};
    block.skip(2);
    const std::uint16_t parameters = block.u16();
    block.skip(version == 1 ? (name + 7U) / 8 * 8 : name);
    for (int j = 0; j < parameters; ++j) filter.parameters.push_back(block.u32());
    if (version == 1 && parameters % 2 != 0) block.skip(4);
    if (filter.id < deflate || filter.id > fletcher32)
      block.unsupported("has the filter ", filter_name(filter.id), "; larder reads deflate, shuffle and fletcher32");
    filters.push_back(std::move(filter));
  }
  return filters;
}

std::string_view checksum_name(const Hdf5Filter& filter) noexcept {
  if (filter.id == fletcher32) return "fletcher32";
  return filter.id == deflate ? "Adler-32" : std::string_view();
}

std::vector<std::byte> unfiltered(std::vector<std::byte> bytes, const std::vector<Hdf5Filter>& filters,
                                  const Hdf5Chunk& chunk, std::uint64_t size) {
  // In between a chunk may be longer than it is in the end: by a checksum for each filter.
  const std::uint64_t most = size + 4 * filters.size();
  for (std::size_t i = filters.size(); i-- > 0;) {
    if (!chunk.applies(i)) continue;
    switch (filters[i].id) {
      case deflate:
        bytes = inflated(bytes, most, chunk);
        break;
      case shuffle:
        bytes = unshuffled(bytes, filters[i].parameters.empty() ? 1 : filters[i].parameters.front());
        break;
      default:
        bytes = without_fletcher(std::move(bytes), chunk);
    }
  }
  if (bytes.size() != size)
    fail(ErrorKind::malformed, "HDF5: the chunk at byte ", chunk.address, " holds ", bytes.size(), " bytes, not ",
         size);
  return bytes;
}

}  // namespace larder::internal
