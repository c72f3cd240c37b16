#include <larder/reader.h>

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/text.h"

namespace larder {

using internal::fail;
using internal::join;

namespace {

constexpr std::size_t most_to_peek = 1024 * 1024;
constexpr std::size_t first_fill = 1024;  // after a seek: often only a little is wanted there

[[noreturn]] void fail_truncated(const Reader& reader, std::uint64_t start, std::string_view what, std::uint64_t needed,
                                 std::uint64_t there) {
  const std::string name = reader.name();
  throw Error(ErrorKind::truncated,
              join(what, " needs ", needed, " bytes, ", there, there == 1 ? " is" : " are", " there"))
      .at(join("byte ", start, " of ", name));
}

// Bytes behind the reader's position, where the source tells.
std::optional<std::uint64_t> remaining(const Reader& reader) {
  const auto size = reader.size();
  if (!size) return std::nullopt;
  return *size - std::min(*size, reader.position());
}

}  // namespace

Reader::~Reader() = default;

std::size_t Reader::read(MutableBytes out) {
  if (out.empty()) return 0;
  if (cursor_ == window_.size() && !in_memory_) {
    if (out.size() >= buffer_size_) {
      window_ = {};
      cursor_ = 0;
      return pull(out);
    }
    fill(1);
  }
  const std::size_t size = std::min(out.size(), window_.size() - cursor_);
  if (size != 0) std::memcpy(out.data(), window_.data() + cursor_, size);
  cursor_ += size;
  return size;
}

void Reader::read_exactly(MutableBytes out, std::string_view what) {
  const std::uint64_t start = position();
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t size = read(out.subspan(done));
    if (size == 0) fail_truncated(*this, start, what, out.size(), done);
    done += size;
  }
}

Region Reader::read_region(std::uint64_t size, std::string_view what) {
  if (const auto rest = remaining(*this); rest && *rest < size) fail_truncated(*this, position(), what, size, *rest);
  Region region;
  try {
    region = Region::allocate(size);
  } catch (const Error& error) {
    // A size that no memory holds is most likely false, and then the source ends soon: that is the better answer.
    const std::size_t ahead = error.kind() == ErrorKind::limit ? peek(most_to_peek).size() : most_to_peek;
    if (ahead < most_to_peek && ahead < size) fail_truncated(*this, position(), what, size, ahead);
    throw;
  }
  // The region's pages are taken only as the source fills them, so there is no need to read in steps.
  read_exactly(region.mutable_bytes(), what);
  return region;
}

Bytes Reader::peek(std::size_t at_least) {
  if (at_least > most_to_peek)
    fail(ErrorKind::usage, name(), ": cannot peek at ", at_least, " bytes, ", most_to_peek, " are possible");
  if (window_.size() - cursor_ < at_least && !in_memory_) fill(at_least);
  return window_.subspan(cursor_);
}

void Reader::consume(std::size_t size) {
  const std::size_t visible = window_.size() - cursor_;
  if (size > visible) fail(ErrorKind::usage, name(), ": cannot consume ", size, " bytes, peek showed ", visible);
  cursor_ += size;
}

void Reader::skip(std::uint64_t size, std::string_view what) {
  const std::uint64_t start = position();
  if (can_seek()) {
    if (start > known_size_ || size > known_size_ - start) {
      const std::uint64_t rest = remaining(*this).value_or(0);
      if (rest < size) fail_truncated(*this, start, what, size, rest);
    }
    seek(start + size);
    return;
  }
  for (std::uint64_t left = size; left != 0;) {
    const std::size_t visible = peek(1).size();
    if (visible == 0) fail_truncated(*this, start, what, size, size - left);
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(left, visible));
    consume(step);
    left -= step;
  }
}

bool Reader::can_seek() const { return in_memory_ || do_can_seek(); }

void Reader::seek(std::uint64_t position) {
  if (!can_seek()) fail(ErrorKind::unsupported, name(), ": cannot seek in this kind of source");
  const std::uint64_t window_start = end_of_window_ - window_.size();
  if (position >= window_start && position <= end_of_window_) {
    cursor_ = static_cast<std::size_t>(position - window_start);
    return;
  }
  if (position > known_size_) {
    if (const auto whole = size(); !whole || position > *whole) {
      fail(ErrorKind::usage, name(), ": cannot seek to byte ", position, ", the source has ", whole.value_or(0),
           " bytes");
    }
  }
  do_seek(position);
  window_ = {};
  cursor_ = 0;
  end_of_window_ = position;
  next_fill_ = std::min(first_fill, buffer_size_);
}

std::optional<std::uint64_t> Reader::size() const {
  const auto size = in_memory_ ? std::optional<std::uint64_t>(window_.size()) : do_size();
  known_size_ = size.value_or(0);
  return size;
}

std::optional<Region> Reader::region() const { return do_region(); }
std::optional<Region> Reader::map(MapMode mode) const { return do_map(mode); }
std::optional<Region> Reader::do_map(MapMode) const { return std::nullopt; }

std::string Reader::name() const { return do_name(); }

std::uint64_t Reader::finish() { return do_finish(); }

void Reader::set_window(Bytes all) noexcept {
  window_ = all;
  cursor_ = 0;
  end_of_window_ = all.size();
  in_memory_ = true;
}

void Reader::do_seek(std::uint64_t) { fail(ErrorKind::unsupported, name(), ": cannot seek in this kind of source"); }

std::size_t Reader::pull(MutableBytes out) {
  const std::size_t size = do_read(out);
  if (size > out.size())
    fail(ErrorKind::usage, name(), ": the source claims to have read ", size, " bytes where ", out.size(),
         " were asked for");
  end_of_window_ += size;
  return size;
}

void Reader::fill(std::size_t at_least) {
  std::size_t held = window_.size() - cursor_;
  if (held != 0 && cursor_ != 0) std::memmove(buffer_.data(), buffer_.data() + cursor_, held);
  const std::size_t capacity = std::max(std::max(next_fill_, held), at_least);
  next_fill_ = std::min(next_fill_ * 4, buffer_size_);
  if (buffer_.size() < capacity) buffer_.resize(std::max(capacity, buffer_size_));
  cursor_ = 0;
  window_ = Bytes(buffer_).first(held);
  while (held < at_least) {
    const std::size_t size = pull(MutableBytes(buffer_).first(capacity).subspan(held));
    if (size == 0) return;
    held += size;
    window_ = Bytes(buffer_).first(held);
  }
}

}  // namespace larder
