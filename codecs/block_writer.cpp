#include "codecs/block_writer.h"

#include <utility>

#include <larder/error.h>

#include "base/text.h"

namespace larder::internal {

namespace {

// Pieces of so many blocks are worth waiting for the last of them, which lie in memory of the caller.
constexpr std::size_t blocks_worth_a_wait = 8;

}  // namespace

BlockWriter::BlockWriter(Writer& below, std::unique_ptr<BlockEncoding> encoding, std::string codec, std::size_t threads)
    : below_(below),
      encoding_(std::move(encoding)),
      codec_(std::move(codec)),
      gathering_(std::make_unique<Block>()),
      compressors_(threads),
      work_(threads) {}

BlockWriter::~BlockWriter() = default;

void BlockWriter::do_write(Bytes bytes) {
  const bool borrows = encoding_->cuts_evenly() && bytes.size() / blocks_worth_a_wait >= encoding_->block_size();
  try {
    while (!bytes.empty()) {
      if (borrows && gathering_->input.size == 0) bytes = give_where_they_lie(bytes);
      bytes = bytes.subspan(encoding_->gather(bytes, gathering_->input));
      if (!bytes.empty()) give_gathered(false);
    }
    if (borrows)
      while (!given_.empty()) take();
  } catch (...) {
    work_.drop_all();  // before the caller's memory is gone
    throw;
  }
}

Bytes BlockWriter::give_where_they_lie(Bytes bytes) {
  const std::size_t size = encoding_->block_size();
  while (bytes.size() > size) {
    auto block = fresh_block();
    block->input.bytes = bytes.first(size);
    block->input.size = size;
    give(std::move(block));
    bytes = bytes.subspan(size);
  }
  return bytes;
}

void BlockWriter::do_finish() {
  give_gathered(true);
  while (!given_.empty()) take();
  below_.write(encoding_->end());
  below_.flush();
}

void BlockWriter::give_gathered(bool last) {
  gathering_->last = last;
  give(std::exchange(gathering_, fresh_block()));
}

void BlockWriter::give(std::unique_ptr<Block> block) {
  while (given_.size() >= work_.enough()) take();
  block->input.first = std::exchange(next_is_first_, false);
  encoding_->pass(block->input.bytes);
  given_.push_back(std::move(block));
  work_.give([this, &compressed = *given_.back()](std::size_t thread) { compress(compressed, thread); });
}

void BlockWriter::compress(Block& block, std::size_t thread) {
  auto& compressor = compressors_[thread];
  if (!compressor) compressor = encoding_->compressor();
  compressor->compress(block.input, block.last, block.result);
}

void BlockWriter::take() {
  try {
    work_.take();
  } catch (Error& error) {
    error.at(join(codec_, ": byte ", written_, " before compression"));
    throw;
  }
  if (!std::exchange(begun_, true)) below_.write(encoding_->begin());
  auto block = std::move(given_.front());
  given_.pop_front();
  below_.write(encoding_->join(block->result));
  written_ += block->input.size;
  spare_.push_back(std::move(block));
}

std::unique_ptr<BlockWriter::Block> BlockWriter::fresh_block() {
  if (spare_.empty()) return std::make_unique<Block>();
  auto block = std::move(spare_.back());
  spare_.pop_back();
  block->input.own.clear();
  block->input.bytes = {};
  block->input.size = 0;
  block->input.checksum = 0;
  block->last = false;
  return block;
}

}  // namespace larder::internal
