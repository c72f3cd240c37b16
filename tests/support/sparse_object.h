// Objects of any size that take no memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <larder/bytes.h>
#include <larder/writer.h>

namespace larder::testing {

inline constexpr std::uint64_t word_factor = 0x9e3779b97f4a7c15;

// The bytes of a place that nobody wrote: the word at `offset` is (offset / 8 + 1) * word_factor.
inline void fill_by_offset(std::uint64_t offset, MutableBytes out) {
  for (std::size_t i = 0; i < out.size();) {
    const std::uint64_t at = offset + i;
    const std::uint64_t word = (at / 8 + 1) * word_factor;
    const auto first = static_cast<std::size_t>(at % 8);
    const std::size_t count = std::min<std::size_t>(8 - first, out.size() - i);
    std::memcpy(out.data() + i, reinterpret_cast<const std::byte*>(&word) + first, count);
    i += count;
  }
}

// Where a word of fill_by_offset comes from.
inline std::uint64_t offset_of(std::uint64_t word) {
  std::uint64_t inverse = 1;
  for (int i = 0; i < 6; ++i) inverse *= 2 - word_factor * inverse;
  return (word * inverse - 1) * 8;
}

// Keeps what is written in pieces of less than 1 MiB; what was larger is, when it is read, made of its offset. Reading
// is thread-safe.
class SparseObject final : public Writer {
 public:
  SparseObject() : Writer(0, 0) {}

  std::uint64_t size() const noexcept { return position(); }

  void read(std::uint64_t offset, MutableBytes out) const {
    while (!out.empty()) {
      auto piece = pieces_.upper_bound(offset);
      std::uint64_t end = piece == pieces_.end() ? size() : piece->first;
      const std::vector<std::byte>* kept = nullptr;
      std::uint64_t begin = 0;
      if (piece != pieces_.begin()) {
        --piece;
        begin = piece->first;
        if (offset < begin + piece->second.size()) {
          kept = &piece->second;
          end = begin + kept->size();
        }
      }
      const MutableBytes part = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), end - offset)));
      if (kept != nullptr)
        std::copy_n(kept->begin() + static_cast<std::ptrdiff_t>(offset - begin), part.size(), part.begin());
      else
        fill_by_offset(offset, part);
      offset += part.size();
      out = out.subspan(part.size());
    }
  }

 private:
  void do_write(Bytes bytes) override {
    if (bytes.size() < (std::size_t{1} << 20)) pieces_[position()].assign(bytes.begin(), bytes.end());
  }
  void do_finish() override {}
  std::string do_name() const override { return "<sparse object>"; }

  std::map<std::uint64_t, std::vector<std::byte>> pieces_;  // by offset
};

}  // namespace larder::testing
