#include "formats/pickle/input.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "formats/elements.h"

namespace larder::internal {

Reader& PickleInput::release() {
  if (opcode_ != nullptr) opcode_position_ = opcode_position();
  opcode_ = nullptr;
  reader_.consume(static_cast<std::size_t>(next_ - start_));
  start_ = next_ = end_ = nullptr;
  find_frame_stop();
  return reader_;
}

void PickleInput::refill(std::size_t size) {
  const Bytes ahead = release().peek(size);
  if (ahead.size() < size) {
    fail(ErrorKind::truncated, "the pickle ends at byte ", reader_.position() + ahead.size(), ", where it needs ",
         size - ahead.size(), " more bytes or more");
  }
  start_ = next_ = ahead.data();
  end_ = start_ + ahead.size();
  find_frame_stop();
}

void PickleInput::find_frame_stop() noexcept {
  const auto next = reinterpret_cast<std::uintptr_t>(next_);
  if (frame_end_ == 0) {
    frame_stop_ = no_stop_;
  } else if (frame_end_ <= position()) {
    frame_stop_ = next;
  } else {
    const std::uint64_t left = frame_end_ - position();
    frame_stop_ =
        left <= static_cast<std::uint64_t>(end_ - next_) ? next + static_cast<std::uintptr_t>(left) : no_stop_;
  }
}

Region PickleInput::take_region(std::uint64_t size, std::string_view what) {
  return read_within(release(), size, limits_, what);
}

std::string_view PickleInput::line() {
  for (std::size_t searched = 0;;) {
    const auto ready = static_cast<std::size_t>(end_ - next_);
    if (const auto size = to_newline(searched)) return as_text(take_line(*size));
    if (ready >= largest_take) return long_line();
    searched = ready;
    refill(ready + 1);
  }
}

std::optional<std::size_t> PickleInput::to_newline(std::size_t searched) const {
  const auto ready = static_cast<std::size_t>(end_ - next_);
  const void* const found = ready == searched ? nullptr : std::memchr(next_ + searched, '\n', ready - searched);
  if (found == nullptr) return std::nullopt;
  return static_cast<std::size_t>(static_cast<const std::byte*>(found) - next_);
}

Bytes PickleInput::take_line(std::size_t size) {
  const Bytes line(next_, size);
  next_ += size + 1;
  return line;
}

// More than the Reader shows at once.
std::string_view PickleInput::long_line() {
  long_line_.clear();
  while (true) {
    const auto size = to_newline(0);
    const Bytes piece(next_, size.value_or(static_cast<std::size_t>(end_ - next_)));
    if (long_line_.size() + piece.size() > limits_.bytes)
      fail(ErrorKind::limit, "a line of the pickle is longer than Limits::bytes allows (", limits_.bytes, " bytes)");
    long_line_.append(as_text(piece));
    next_ += piece.size();
    if (size) {
      ++next_;
      return long_line_;
    }
    refill(1);
  }
}

void PickleInput::enter_frame(std::uint64_t size) {
  if (frame_end_ != 0) fail(ErrorKind::malformed, "a frame begins inside another one");
  // Whether so many bytes are there is seen by reading on, so that the answer is the same from every source.
  const auto end = checked_add(position(), size);
  if (!end) fail(ErrorKind::truncated, "a frame announces ", size, " bytes, more than are there");
  const auto ready = static_cast<std::size_t>(std::min<std::uint64_t>(size, largest_take));
  if (static_cast<std::size_t>(end_ - next_) < ready) refill(ready);
  frame_end_ = *end;
  find_frame_stop();
}

void PickleInput::check_frame() {
  if (frame_end_ == 0 || position() < frame_end_) return;
  if (position() > frame_end_)
    fail(ErrorKind::malformed, "an opcode reaches over the end of its frame at byte ", frame_end_);
  frame_end_ = 0;
  find_frame_stop();
}

void PickleInput::leave_frame() {
  check_frame();
  if (frame_end_ == 0) return;
  const std::uint64_t left = frame_end_ - position();
  // Either the input is cut or the frame holds more than it should.
  release().skip(left, "a frame of the pickle");
  fail(ErrorKind::malformed, "a frame of the pickle goes on for ", left, " bytes behind its last opcode");
}

}  // namespace larder::internal
