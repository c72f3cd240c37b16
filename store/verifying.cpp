#include "store/verifying.h"

#include <vector>

#include "base/checksum.h"
#include "base/text.h"
#include "codecs/deflate_checksum.h"

namespace larder::internal {

namespace {

// Hands all bytes that are left to `add`; how many there were.
template <class Add>
std::uint64_t read_through(Reader& reader, const Add& add) {
  std::uint64_t size = 0;
  std::vector<std::byte> buffer(256 * 1024);
  while (const std::size_t count = reader.read(buffer)) {
    add(Bytes(buffer).first(count));
    size += count;
  }
  return size;
}

std::string difference(std::uint64_t found, std::uint64_t put, int digits) {
  return found == put ? std::string()
                      : join("the checksum is ", hex(found, digits), ", ", hex(put, digits), " was put");
}

}  // namespace

bool can_verify(const Stat& stat) { return stat.xxh3 || (stat.crc32 && has_crc32()); }

std::string damage_of(Reader& reader, const Stat& stat) {
  if (!can_verify(stat)) return {};
  std::optional<Xxh3> xxh3;
  if (stat.xxh3) xxh3.emplace();
  std::uint32_t crc = crc32_of_nothing;
  const std::uint64_t size = read_through(reader, [&](Bytes bytes) {
    if (xxh3)
      xxh3->add(bytes);
    else
      crc = crc32(crc, bytes);
  });
  if (size != stat.size) return join(size, " bytes are there, ", stat.size, " were put");
  return xxh3 ? difference(xxh3->value(), *stat.xxh3, 16) : difference(crc, *stat.crc32, 8);
}

}  // namespace larder::internal
