#include "codecs/skippable.h"

#include "base/byte_order.h"

namespace larder::internal {

bool is_skippable(Bytes head) noexcept {
  return head.size() >= 4 && (load_le<std::uint32_t>(head.data()) & 0xfffffff0U) == 0x184d2a50U;
}

std::optional<std::uint32_t> magic_behind_skippables(Bytes head) noexcept {
  while (is_skippable(head) && head.size() >= 8) {
    const std::uint64_t frame = std::uint64_t{8} + load_le<std::uint32_t>(head.data() + 4);
    if (frame > head.size()) return std::nullopt;
    head = head.subspan(static_cast<std::size_t>(frame));
  }
  if (head.size() < 4 || is_skippable(head)) return std::nullopt;
  return load_le<std::uint32_t>(head.data());
}

}  // namespace larder::internal
