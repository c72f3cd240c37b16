// Memory for what a library writes: not initialised, kept to be used again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include <larder/bytes.h>

#include "io/pages.h"

namespace larder::internal {

// One piece of memory. Large ones are huge pages where the system grants them, and when they are let go, up to 32 MiB
// of them wait for the next Buffer of the process: to touch fresh memory takes as long as to decompress into it. Not
// thread-safe; several of them are.
class Buffer {
 public:
  Buffer() = default;
  ~Buffer();
  Buffer(Buffer&&) noexcept = default;
  Buffer& operator=(Buffer&& other) noexcept;

  // Room for `size` bytes; the first `held` of them, at most as many as there was room for, stay what they were. What
  // the others hold is unspecified. Error `limit` where the system has not that much memory.
  MutableBytes room(std::size_t size, std::size_t held = 0);

  std::size_t size() const noexcept { return pages_.size() != 0 ? pages_.size() : heap_size_; }

  // The first `size` bytes, which were asked for before.
  Bytes first(std::size_t size) const noexcept { return {data(), size}; }

 private:
  std::byte* data() const noexcept { return pages_.size() != 0 ? pages_.data() : heap_.get(); }

  // Either, or none.
  Pages pages_;
  std::unique_ptr<std::byte[]> heap_;
  std::size_t heap_size_ = 0;
};

// Bytes that are appended, in a Buffer.
class ByteSequence {
 public:
  void append(Bytes bytes);
  void push_back(std::byte byte) { append({&byte, 1}); }
  void clear() noexcept { size_ = 0; }
  // Keeps the first `size` bytes, at most as many as there are.
  void cut(std::size_t size) noexcept { size_ = std::min(size_, size); }
  // Room for so many bytes in all, so that they are appended without a move.
  void reserve(std::size_t size) { memory_.room(size, size_); }

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  std::byte& back() noexcept { return end()[-1]; }
  std::byte* data() noexcept { return memory_.room(size_).data(); }
  const std::byte* data() const noexcept { return memory_.first(size_).data(); }
  std::byte* begin() noexcept { return data(); }
  std::byte* end() noexcept { return data() + size_; }
  const std::byte* begin() const noexcept { return data(); }
  const std::byte* end() const noexcept { return data() + size_; }

 private:
  Buffer memory_;
  std::size_t size_ = 0;
};

}  // namespace larder::internal
