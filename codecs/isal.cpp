#include "codecs/isal.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "codecs/context_pool.h"
#include "codecs/slice.h"

#if LARDER_HAS_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#endif

namespace larder::internal {

#if LARDER_HAS_ISAL
namespace {

const unsigned char* bytes_of(Bytes bytes) noexcept { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::string_view meaning_of(int code) noexcept {
  switch (code) {
    case ISAL_INVALID_BLOCK:
      return "invalid block";
    case ISAL_INVALID_SYMBOL:
      return "invalid symbol";
    case ISAL_INVALID_LOOKBACK:
      return "a distance too far back";
    default:
      return "invalid data";
  }
}

ContextPool<inflate_state>& pool() {
  static auto& states = *new ContextPool<inflate_state>;
  return states;
}

class IsalInflate final : public Inflate {
 public:
  IsalInflate() { restart(); }

  Step step(Bytes in, MutableBytes out) override {
    state_->next_in = const_cast<unsigned char*>(bytes_of(in));
    state_->avail_in = length_as<std::uint32_t>(in.size());
    state_->next_out = reinterpret_cast<unsigned char*>(out.data());
    state_->avail_out = length_as<std::uint32_t>(out.size());
    const int code = isal_inflate(state_.get());
    if (code < 0) fail(ErrorKind::malformed, "ISA-L says: ", meaning_of(code));
    const bool ended = state_->block_state == ISAL_BLOCK_FINISH;
    // A look at the next symbol that was no use: what was read ahead for it may belong to others, behind the stream.
    // Where all input was used up without an end, it is the beginning of what is needed.
    const bool needs_input = state_->avail_in == 0 && state_->avail_out != 0;
    if (ended || (!needs_input && state_->tmp_in_size == 0)) give_back();
    return {.consumed = in.size() - state_->avail_in, .produced = out.size() - state_->avail_out, .ended = ended};
  }

  bool at_block_start() const override {
    // ISAL_BLOCK_HDR: it looked for a header; what there was of one is kept in one of the two buffers.
    const bool is_before_header = state_->block_state == ISAL_BLOCK_NEW_HDR || state_->block_state == ISAL_BLOCK_HDR;
    return is_before_header && state_->read_in_length == 0 && state_->tmp_in_size == 0 &&
           state_->tmp_out_processed == state_->tmp_out_valid;
  }

  void restart() override { isal_inflate_init(state_.get()); }

 private:
  // Gives the whole bytes in the buffer of bits back to the input.
  void give_back() {
    const auto bits = static_cast<std::uint32_t>(state_->read_in_length);
    state_->avail_in += bits / 8;
    state_->read_in_length = static_cast<std::int32_t>(bits % 8);
    state_->read_in &= (std::uint64_t{1} << bits % 8) - 1;
  }

  ContextPool<inflate_state>::Lease state_ = pool().take();
};

std::uint32_t isal_adler(std::uint32_t before, Bytes bytes) noexcept {
  return isal_adler32(before, bytes_of(bytes), bytes.size());
}

std::uint32_t isal_crc(std::uint32_t before, Bytes bytes) noexcept {
  return crc32_gzip_refl(before, bytes_of(bytes), bytes.size());
}

constexpr std::size_t memory_of_any_level = std::max(ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT);

struct DeflateContext {
  isal_zstream stream;
  std::array<unsigned char, memory_of_any_level> memory;
};

// Where the content ends in stored bytes, ISA-L leaves the empty block out, since they end with a byte.
std::size_t with_open_end(MutableBytes out, std::size_t used) noexcept {
  if (has_open_end(out.first(used))) return used;
  if (out.size() - used < empty_block.size()) return 0;
  std::copy(empty_block.begin(), empty_block.end(), out.begin() + static_cast<std::ptrdiff_t>(used));
  return used + empty_block.size();
}

std::size_t deflate_block(int level, Bytes in, bool last, MutableBytes out) {
  static auto& pool = *new ContextPool<DeflateContext>;
  const auto context = pool.take();
  isal_zstream& stream = context->stream;
  isal_deflate_stateless_init(&stream);
  stream.hist_bits = 0;  // how far back to look, which that leaves as it was: as far as possible
  stream.level = static_cast<std::uint32_t>(level);
  stream.level_buf = context->memory.data();
  stream.level_buf_size = length_as<std::uint32_t>(context->memory.size());
  stream.flush = last ? NO_FLUSH : FULL_FLUSH;
  stream.end_of_stream = last ? 1 : 0;
  stream.next_in = const_cast<unsigned char*>(bytes_of(in));
  stream.avail_in = length_as<std::uint32_t>(in.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = length_as<std::uint32_t>(out.size());
  if (isal_deflate_stateless(&stream) != COMP_OK || stream.avail_in != 0) return 0;
  const std::size_t used = out.size() - stream.avail_out;
  return last ? used : with_open_end(out, used);
}

}  // namespace

const DeflateLibrary* isal_deflate() noexcept {
  static constexpr DeflateLibrary library{.name = "ISA-L", .deflate = deflate_block};
  return &library;
}

std::unique_ptr<Inflate> isal_inflate() { return std::make_unique<IsalInflate>(); }

const ChecksumFunctions* isal_checksums() noexcept {
  static constexpr ChecksumFunctions functions{.adler32 = isal_adler, .crc32 = isal_crc};
  return &functions;
}
#else
const DeflateLibrary* isal_deflate() noexcept { return nullptr; }
std::unique_ptr<Inflate> isal_inflate() { return nullptr; }
const ChecksumFunctions* isal_checksums() noexcept { return nullptr; }
#endif

}  // namespace larder::internal
