#include "formats/pickle/output.h"

namespace larder::internal {

void PickleOutput::close_frame() {
  if (framed_ && frame_.size() >= smallest_frame_) {
    std::byte header[9] = {static_cast<std::byte>(Opcode::frame)};
    store_le(header + 1, std::uint64_t{frame_.size()});
    writer_.write(header);
  }
  writer_.write(as_bytes(frame_));
  frame_.clear();
}

void PickleOutput::content(std::size_t header, Bytes bytes) {
  if (bytes.size() < target_) return text(as_text(bytes));
  const std::string opcode_and_length = frame_.substr(header);
  frame_.resize(header);
  close_frame();
  writer_.write(as_bytes(opcode_and_length));
  writer_.write(bytes);
}

}  // namespace larder::internal
