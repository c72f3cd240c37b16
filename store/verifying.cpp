#include "store/verifying.h"

#include <vector>

#include "base/checksum.h"
#include "base/text.h"

namespace larder::internal {

std::string damage_of(Reader& reader, const Stat& stat) {
  if (!stat.xxh3) return {};
  Xxh3 checksum;
  std::uint64_t size = 0;
  std::vector<std::byte> buffer(256 * 1024);
  while (const std::size_t count = reader.read(buffer)) {
    checksum.add(Bytes(buffer).first(count));
    size += count;
  }
  if (size != stat.size) return join(size, " bytes are there, ", stat.size, " were put");
  if (const std::uint64_t found = checksum.value(); found != *stat.xxh3)
    return join("the checksum is ", hex(found, 16), ", ", hex(*stat.xxh3, 16), " was put");
  return {};
}

}  // namespace larder::internal
