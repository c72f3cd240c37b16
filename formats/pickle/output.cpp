#include "formats/pickle/output.h"

#include <algorithm>

namespace larder::internal {

void PickleOutput::grow(std::size_t more) { frame_.resize(std::max(frame_.size() * 2, size_ + more)); }

void PickleOutput::close_frame() {
  if (frame_header() != 0) {
    std::byte header[header_size_] = {static_cast<std::byte>(Opcode::frame)};
    store_le(header + 1, std::uint64_t{size_});
    writer_.write(header);
  }
  writer_.write(std::span(frame_).first(size_));
  size_ = 0;
}

void PickleOutput::content(std::size_t header, Bytes bytes) {
  if (bytes.size() < target_) return text(as_text(bytes));
  const std::vector<std::byte> opcode_and_length(frame_.begin() + static_cast<std::ptrdiff_t>(header),
                                                 frame_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ = header;
  close_frame();
  writer_.write(opcode_and_length);
  writer_.write(bytes);
}

}  // namespace larder::internal
