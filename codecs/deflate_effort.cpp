#include "codecs/deflate_effort.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "base/text.h"
#include "codecs/isal.h"
#include "codecs/libdeflate.h"
#include "codecs/libz.h"

namespace larder::internal {
namespace {

enum class Who { isal, libdeflate };

struct Rung {
  Who who = Who::isal;
  int level = 0;
  double slack = 0;
};

constexpr double any = std::numeric_limits<double>::infinity();  // good enough, whatever the others make of it

// By level of zlib, from 1 on. Measured on arrays of many kinds and on texts, see docs/codecs.md.
const std::array<std::vector<Rung>, 9>& ladders() {
  using enum Who;
  static const std::array<std::vector<Rung>, 9> all = {{
      {{isal, 2, any}, {libdeflate, 1, any}},
      {{isal, 2, 0.02}, {isal, 3, 0.02}, {libdeflate, 1, any}},
      {{isal, 2, 0.03}, {isal, 3, 0.04}, {libdeflate, 1, 0.07}, {libdeflate, 3, any}},
      {{isal, 2, 0.02}, {isal, 3, 0.03}, {libdeflate, 3, 0.05}, {libdeflate, 5, any}},
      {{isal, 2, 0.02}, {isal, 3, 0.02}, {libdeflate, 3, 0.015}, {libdeflate, 5, any}},
      {{isal, 2, 0.015}, {isal, 3, 0.02}, {libdeflate, 5, 0.02}, {libdeflate, 6, any}},
      {{isal, 2, 0.01}, {isal, 3, 0.02}, {libdeflate, 6, 0.015}, {libdeflate, 7, any}},
      {{isal, 2, 0.01}, {isal, 3, 0.02}, {libdeflate, 6, 0.015}, {libdeflate, 7, 0.02}, {libdeflate, 8, any}},
      {{isal, 2, 0.01}, {isal, 3, 0.02}, {libdeflate, 6, 0.015}, {libdeflate, 7, 0.015}, {libdeflate, 8, any}},
  }};
  return all;
}

const DeflateLibrary* library_of(Who who) noexcept { return who == Who::isal ? isal_deflate() : libdeflate_deflate(); }

// What the codecs need at least, and so has every build that comes here.
DeflateEffort libz_effort(int level) noexcept { return {.library = libz_deflate(), .level = level}; }

// Below, samples are not worth their time, and ISA-L's tables not worth theirs.
constexpr std::size_t short_block = std::size_t{64} << 10;

DeflateEffort effort_for_short_blocks(int level) noexcept {
  constexpr int fastest_at_same_size = 7;  // the levels above gain nothing there
  if (const DeflateLibrary* found = libdeflate_deflate())
    return {.library = found, .level = std::min(level, fastest_at_same_size)};
  return libz_effort(level);
}

// Each of three. Dear efforts make dear samples, but leave more time for them.
constexpr std::size_t largest_sample_at(int level) noexcept { return std::size_t{level <= 2 ? 8U : 12U} << 10; }

using Samples = std::array<Bytes, 3>;

// From all over the block, which may be of more than one kind.
Samples samples_of(Bytes block, std::size_t largest) noexcept {
  const std::size_t size = std::min(largest, block.size() / 24);
  const std::size_t step = (block.size() - size) / 8;
  return {block.subspan(step, size), block.subspan(4 * step, size), block.subspan(7 * step, size)};
}

std::size_t size_of(const Samples& samples, const DeflateEffort& effort, MutableBytes scratch) {
  std::size_t total = 0;
  for (const Bytes sample : samples) {
    const std::size_t size = effort.library->deflate(effort.level, sample, true, scratch);
    total += size == 0 ? scratch.size() : size;
  }
  return total;
}

}  // namespace

DeflateChoice::DeflateChoice(int level)
    : for_short_blocks_(effort_for_short_blocks(level)), largest_sample_(largest_sample_at(level)) {
  for (const Rung& rung : ladders().at(static_cast<std::size_t>(level - 1))) {
    const DeflateLibrary* library = library_of(rung.who);
    if (library == nullptr) continue;
    candidates_.push_back({.effort = {.library = library, .level = rung.level}, .slack = rung.slack});
    if (rung.slack == any) return;
  }
  candidates_.push_back({.effort = libz_effort(level), .slack = any});
}

DeflateEffort DeflateChoice::effort_for(Bytes block, MutableBytes scratch) const {
  if (block.size() < short_block) return for_short_blocks_;
  const DeflateEffort dearest = candidates_.back().effort;
  if (candidates_.size() == 1) return dearest;
  const Samples samples = samples_of(block, largest_sample_);
  std::size_t best = size_of(samples, dearest, scratch);
  for (const Candidate& candidate : std::span(candidates_).first(candidates_.size() - 1)) {
    const std::size_t size = size_of(samples, candidate.effort, scratch);
    best = std::min(best, size);
    if (static_cast<double>(size) <= static_cast<double>(best) * (1 + candidate.slack)) return candidate.effort;
  }
  return dearest;
}

std::string DeflateChoice::description() const {
  std::string text;
  for (const Candidate& candidate : candidates_)
    text += join(text.empty() ? "" : ", ", candidate.effort.library->name, ' ', candidate.effort.level);
  return text;
}

std::vector<LevelEngine> deflate_levels() {
  std::vector<LevelEngine> levels;
  for (int level = 1; level <= static_cast<int>(ladders().size()); ++level)
    levels.push_back({.from = level, .to = level, .engine = DeflateChoice(level).description()});
  return levels;
}

}  // namespace larder::internal
