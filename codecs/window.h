// Bytes that were read ahead of a Reader.
#pragma once

#include <cstddef>
#include <cstdint>

#include <larder/bytes.h>
#include <larder/reader.h>

#include "codecs/buffer.h"

namespace larder::internal {

// The bytes of a source from some place on, one piece of memory however many are looked at: where Reader::peek ends at
// 1 MiB. The Reader is borrowed, can seek, and stands anywhere afterwards.
class Window {
 public:
  explicit Window(Reader& below) : below_(below), start_(below.position()) {}

  // What is shown now. Valid until the next call of `show`, `advance` or `move_to`.
  Bytes ahead() const noexcept { return memory_.first(held_).subspan(cursor_); }
  // Whether nothing follows it.
  bool is_all() const noexcept { return source_ended_; }
  // Where it begins, in the source.
  std::uint64_t position() const noexcept { return start_ + cursor_; }

  // Shows at least `size` bytes, fewer only at the end of the source. Errors: what the Reader reports.
  void show(std::size_t size);
  // Passes over bytes that are shown.
  void advance(std::size_t size) noexcept { cursor_ += size; }
  // Leaves the source at `position`, for whoever looks there; what is shown stays, and `show` goes on from there.
  void leave_source_at(std::uint64_t position) { below_.seek(position); }
  // Begins anew at `position` of the source, with nothing shown.
  void move_to(std::uint64_t position);

 private:
  Reader& below_;
  Buffer memory_;
  std::size_t cursor_ = 0;
  std::size_t held_ = 0;  // bytes in memory, those before the cursor included
  std::uint64_t start_;   // of the memory, in the source
  bool source_ended_ = false;
};

}  // namespace larder::internal
