#include "codecs/window.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace larder::internal {

namespace {

constexpr std::size_t least_read = std::size_t{512} << 10;

}  // namespace

void Window::show(std::size_t size) {
  const Bytes kept = ahead();
  const std::size_t wanted = std::max(size, kept.size() + least_read);
  if (cursor_ != 0 && !kept.empty()) std::memmove(memory_.room(kept.size()).data(), kept.data(), kept.size());
  held_ = kept.size();
  const MutableBytes room = memory_.room(wanted, held_);
  start_ += std::exchange(cursor_, 0);
  if (below_.position() != start_ + held_) below_.seek(start_ + held_);
  while (held_ < wanted && !source_ended_) {
    const std::size_t read = below_.read(room.subspan(held_));
    held_ += read;
    source_ended_ = read == 0;
  }
}

void Window::move_to(std::uint64_t position) {
  below_.seek(position);
  start_ = position;
  cursor_ = held_ = 0;
  source_ended_ = false;
}

}  // namespace larder::internal
