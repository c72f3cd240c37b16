#include "codecs/bz2/run_length.h"

#include <algorithm>
#include <cstring>

#include "base/byte_order.h"

namespace larder::internal::bz2 {
namespace {

constexpr unsigned counted_run = 4;  // equal bytes that a count follows
constexpr unsigned longest_run = 255;

bool has_zero_byte(std::uint64_t word) noexcept {
  return ((word - 0x0101010101010101) & ~word & 0x8080808080808080) != 0;
}

// How many bytes stand before the first four equal ones, or before the last few bytes, which are not looked at.
std::size_t plain_length(const std::byte* bytes, std::size_t size) noexcept {
  std::size_t at = 0;
  const auto word = [&](std::size_t behind) { return load_le<std::uint64_t>(bytes + at + behind); };
  const auto any_run = [&] { return has_zero_byte((word(0) ^ word(1)) | (word(1) ^ word(2)) | (word(2) ^ word(3))); };
  while (size - at >= 8 + counted_run - 1 && !any_run()) at += 8;
  const auto starts_run = [&] {
    return bytes[at] == bytes[at + 1] && bytes[at] == bytes[at + 2] && bytes[at] == bytes[at + 3];
  };
  while (size - at >= counted_run && !starts_run()) ++at;
  return at;
}

}  // namespace

std::size_t RunShortener::append(Bytes in, ByteSequence& block) {
  if (block.empty()) {
    run_ = 0;
    is_full_ = false;
  }
  std::size_t at = 0;
  while (at < in.size() && !is_full_) {
    const bool new_run = run_ == 0 || in[at] != byte_;
    if (const std::size_t plain = new_run ? append_plain(in.subspan(at), block) : 0; plain > 0)
      at += plain;
    else
      append_byte(in[at++], block);
  }
  return at;
}

// What comes before the next run that has a count, as far as the block does not get full. `in` begins a new run.
std::size_t RunShortener::append_plain(Bytes in, ByteSequence& block) {
  const std::size_t room = full_ - std::min(full_, block.size());
  const std::size_t size = plain_length(in.data(), std::min(in.size(), room));
  if (size == 0) return 0;
  block.append(in.first(size));
  byte_ = in[size - 1];
  run_ = 1;
  while (run_ < size && in[size - 1 - run_] == byte_) ++run_;
  return size;
}

void RunShortener::append_byte(std::byte byte, ByteSequence& block) {
  if (run_ == 0 || byte != byte_ || run_ == longest_run) {
    is_full_ = block.size() >= full_;
    byte_ = byte;
    run_ = 1;
    block.push_back(byte);
    return;
  }
  ++run_;
  if (run_ > counted_run)
    block.back() = static_cast<std::byte>(run_ - counted_run);
  else
    block.push_back(byte);
  if (run_ == counted_run) block.push_back(std::byte{0});
}

std::optional<std::size_t> restore_runs(Bytes block, MutableBytes out) {
  std::size_t made = 0;
  const auto fitting = [&](std::size_t size) { return std::min(size, out.size() - std::min(out.size(), made)); };
  const auto append = [&](Bytes bytes) {
    if (const std::size_t fits = fitting(bytes.size()); fits > 0) std::memcpy(&out[made], bytes.data(), fits);
    made += bytes.size();
  };
  while (true) {
    const std::size_t plain = plain_length(block.data(), block.size());
    append(block.first(plain));
    block = block.subspan(plain);
    if (block.size() < counted_run) break;
    if (block.size() == counted_run) return std::nullopt;
    const std::size_t run = counted_run + std::to_integer<std::size_t>(block[counted_run]);
    if (const std::size_t fits = fitting(run); fits > 0) std::memset(&out[made], std::to_integer<int>(block[0]), fits);
    made += run;
    block = block.subspan(counted_run + 1);
  }
  append(block);
  return made;
}

}  // namespace larder::internal::bz2
