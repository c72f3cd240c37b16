#include "codecs/block_reading.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace larder::internal {

namespace {

// Compressed bytes of a single block; also what a hostile stream can make this code hold.
constexpr std::size_t most_ahead = std::size_t{64} << 20;
constexpr int most_joins = 8;
constexpr std::size_t most_blocks = 64;                       // on their way
constexpr std::size_t little_content = std::size_t{2} << 20;  // for a thread, in small blocks
constexpr std::size_t most_memory = std::size_t{6} << 20;     // for a thread, when all have enough to do

}  // namespace

BlockReading::BlockReading(Reader& below, std::unique_ptr<BlockDecoding> decoding, std::size_t threads)
    : decoding_(std::move(decoding)), window_(below), decompressors_(threads), work_(threads) {}

BlockReading::~BlockReading() = default;

BlockReading::Outcome BlockReading::read(MutableBytes out) {
  std::size_t produced = 0;
  try {
    while (produced < out.size()) {
      produced += hand_out(out.subspan(produced));
      if (ended_ || between_ || gave_up_) break;
      look_ahead(out.subspan(produced));
      if (produced == out.size()) break;
      if (blocks_.empty()) continue;
      if (blocks_.front()->found.kind == Found::Kind::next)
        take_end();
      else
        produced += take_block();
    }
  } catch (...) {
    drop_blocks();  // before the caller's memory is gone
    throw;
  }
  return {
      .produced = produced, .ended = (ended_ || between_) && !ready_, .gave_up = gave_up_ && produced == 0 && !ready_};
}

bool BlockReading::goes_on_at(std::uint64_t position) {
  return std::exchange(between_, false) && position == boundary_;
}

std::size_t BlockReading::hand_out(MutableBytes out) {
  if (!ready_) return 0;
  const Bytes rest = Bytes(ready_->content).first(ready_->decoded.size).subspan(handed_out_);
  const std::size_t size = std::min(out.size(), rest.size());
  if (size != 0) std::memcpy(out.data(), rest.data(), size);
  handed_out_ += size;
  if (size == rest.size()) ready_.reset();
  return size;
}

void BlockReading::look_ahead(MutableBytes out) {
  std::size_t planned = 0;
  bool places_known = true;
  for (const auto& block : blocks_) {
    planned += block->found.size;
    // Behind the end of a stream, what is asked for may end.
    places_known = places_known && !block->found.guessed && block->found.kind == Found::Kind::block;
  }
  while (!waits_ && wants_more(planned)) {
    const Found found = look();
    switch (found.kind) {
      case Found::Kind::block: {
        auto block = next_block(found);
        places_known = places_known && !found.guessed;
        block->is_direct = places_known && planned <= out.size() && found.size <= out.size() - planned;
        block->target = block->is_direct ? out.subspan(planned, found.size) : block->own.room(found.size);
        planned += found.size;
        give(std::move(block));
        continue;
      }
      case Found::Kind::next:
        blocks_.push_back(next_block(found));
        blocks_.back()->target = {};
        blocks_.back()->done = true;
        places_known = false;
        continue;
      case Found::Kind::end:
        window_.move_to(window_.position() + found.advance);
        ended_ = true;
        return;
      case Found::Kind::wait:
      case Found::Kind::more:
      case Found::Kind::give_up:
        // What was found so far is still good.
        waits_ = true;
        gave_up_ = blocks_.empty();
        return;
    }
  }
}

bool BlockReading::wants_more(std::size_t planned) const noexcept {
  const std::size_t jobs = work_.pending();
  if (blocks_.size() >= most_blocks) return false;  // ends of streams are no work
  if (jobs < work_.enough()) return blocks_.size() < 2 * work_.enough() || planned < work_.threads() * little_content;
  // A thread that finds nothing to do falls asleep, and to wake it takes as long as a small block.
  if (work_.threads() > 1 && planned < work_.threads() * little_content) return true;
  std::size_t memory = 0;
  for (const auto& block : blocks_) memory += block->compressed.size() + (block->is_direct ? 0 : block->target.size());
  return jobs < work_.plenty() && memory < work_.threads() * most_memory;
}

Found BlockReading::look() {
  if (early_end_ && blocks_.empty()) return *std::exchange(early_end_, std::nullopt);
  while (true) {
    const Bytes ahead = window_.ahead();
    const Found found = decoding_->find(ahead, window_.is_all());
    if (found.kind != Found::Kind::more) {
      const bool fits = found.take <= ahead.size() && found.advance <= ahead.size();
      if (!fits) return {};
      if (found.kind != Found::Kind::end || blocks_.empty()) return found;
      early_end_ = found;
      return {.kind = Found::Kind::wait};
    }
    if (window_.is_all() || found.take <= ahead.size() || found.take > most_ahead) return {};
    window_.show(found.take);
  }
}

std::unique_ptr<BlockReading::Block> BlockReading::next_block(const Found& found) {
  auto block = std::make_unique<Block>();
  const Bytes compressed = window_.ahead().first(found.take);
  block->start = window_.position();
  block->compressed.reserve(compressed.size() + decoding_->tail().size());
  block->compressed.append(compressed);
  block->compressed.append(decoding_->tail());
  block->found = found;
  window_.advance(found.advance);
  return block;
}

void BlockReading::give(std::unique_ptr<Block> block) {
  blocks_.push_back(std::move(block));
  work_.give([this, &given = *blocks_.back()](std::size_t thread) { decode(given, thread); });
}

void BlockReading::decode(Block& block, std::size_t thread) {
  auto& decompressor = decompressors_[thread];
  if (!decompressor) decompressor = decoding_->decompressor();
  block.content = block.target;
  block.decoded = decompressor->decompress(block.compressed, block.found, block.content);
  const bool too_large = !block.decoded.decoded && block.decoded.size > block.content.size();
  if (!too_large || block.found.most <= block.content.size()) return;
  block.content = block.own.room(block.found.most);
  block.decoded = decompressor->decompress(block.compressed, block.found, block.content);
}

void BlockReading::take_end() {
  const Block& end = *blocks_.front();
  if (!decoding_->accept_end(end.found)) return give_up();
  between_ = true;
  boundary_ = end.start + end.found.advance;
  window_.leave_source_at(boundary_);
  blocks_.pop_front();
  if (blocks_.empty()) waits_ = false;
}

void BlockReading::wait_for(Block& block) {
  if (std::exchange(block.done, true)) return;
  work_.take();
}

BlockReading::Verdict BlockReading::judge(Block& block) {
  if (!block.decoded.decoded) return block.decoded.incomplete ? Verdict::incomplete : Verdict::wrong;
  return decoding_->accept(block.found, block.decoded, Bytes(block.content).first(block.decoded.size));
}

std::size_t BlockReading::take_block() {
  wait_for(*blocks_.front());
  auto verdict = judge(*blocks_.front());
  for (int joins = 0; verdict == Verdict::incomplete && joins < most_joins && join_with_next(); ++joins)
    verdict = judge(*blocks_.front());
  if (verdict != Verdict::right && verdict != Verdict::ends) {
    give_up();
    return 0;
  }
  auto block = std::move(blocks_.front());
  blocks_.pop_front();
  const DecodedBlock& decoded = block->decoded;
  if (verdict == Verdict::ends) {
    drop_blocks();
    window_.move_to(block->start + decoded.used);
  } else if (decoded.size != block->found.size && !block->found.guessed) {
    settle();  // the places of those behind it were chosen for the expected size
  }
  if (blocks_.empty()) waits_ = false;
  if (block->is_in_place()) return decoded.size;
  ready_ = std::move(block);
  handed_out_ = 0;
  return 0;
}

bool BlockReading::join_with_next() {
  settle();
  if (blocks_.size() < 2 && !waits_) {
    const Found found = look();
    if (found.kind == Found::Kind::block) {
      auto next = next_block(found);
      next->target = {};
      next->done = true;
      blocks_.push_back(std::move(next));
    }
  }
  if (blocks_.size() < 2 || blocks_[1]->found.kind != Found::Kind::block) return false;
  Block& block = *blocks_[0];
  Block& next = *blocks_[1];
  wait_for(next);
  const auto before = static_cast<std::size_t>(next.start - block.start);
  block.compressed.cut(before);
  block.compressed.append(next.compressed);
  block.found.take = before + next.found.take;
  block.found.advance = before + next.found.advance;
  block.found.size += next.found.size;
  block.found.most += next.found.most;
  blocks_.erase(blocks_.begin() + 1);
  block.is_direct = false;
  block.target = block.own.room(block.found.size);
  decode(block, 0);
  return true;
}

void BlockReading::settle() {
  std::size_t misplaced = blocks_.size();
  while (misplaced > 0 && !blocks_[misplaced - 1]->is_direct) --misplaced;
  for (std::size_t i = 0; i < misplaced; ++i) {
    Block& block = *blocks_[i];
    wait_for(block);
    if (block.is_in_place()) {
      block.content = block.own.room(block.target.size());
      if (!block.content.empty()) std::memcpy(block.content.data(), block.target.data(), block.content.size());
    }
    block.is_direct = false;
  }
}

void BlockReading::give_up() {
  drop_blocks();
  gave_up_ = true;
}

void BlockReading::drop_blocks() {
  work_.drop_all();
  blocks_.clear();
}

}  // namespace larder::internal
