#include "codecs/liblzma.h"

#include <lzma.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <vector>

#include "base/text.h"
#include "codecs/slice.h"

namespace larder::internal {
namespace {

[[noreturn]] void fail_with(lzma_ret code, std::uint64_t memory, std::uint64_t memory_limit) {
  switch (code) {
    case LZMA_MEMLIMIT_ERROR:
      fail(ErrorKind::limit, "the stream needs ", memory, " bytes of memory to decode, Limits::codec_memory is ",
           memory_limit);
    case LZMA_MEM_ERROR:
      fail(ErrorKind::limit, "liblzma is out of memory");
    case LZMA_FORMAT_ERROR:
      fail(ErrorKind::malformed, "this is no such stream");
    case LZMA_DATA_ERROR:
      fail(ErrorKind::malformed, "the data, or a checksum, is damaged");
    case LZMA_OPTIONS_ERROR:
      fail(ErrorKind::unsupported, "liblzma does not know the stream's options");
    case LZMA_UNSUPPORTED_CHECK:
      fail(ErrorKind::unsupported, "liblzma does not know the stream's kind of checksum");
    // LZMA_PROG_ERROR; LZMA_NO_CHECK, LZMA_GET_CHECK and LZMA_SEEK_NEEDED, which are not asked for
    default:
      fail(ErrorKind::io, "liblzma failed with code ", static_cast<int>(code));
  }
}

void check_ok(lzma_ret code) {
  if (code != LZMA_OK) fail_with(code, 0, 0);
}

const std::uint8_t* as_input(Bytes bytes) noexcept { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }
std::uint8_t* as_output(MutableBytes bytes) noexcept { return reinterpret_cast<std::uint8_t*>(bytes.data()); }

constexpr lzma_check written_check = LZMA_CHECK_CRC64;

struct LzmaStream {
  lzma_stream stream = LZMA_STREAM_INIT;

  LzmaStream() = default;
  ~LzmaStream() { lzma_end(&stream); }
  LzmaStream(const LzmaStream&) = delete;
  LzmaStream& operator=(const LzmaStream&) = delete;

  lzma_ret run(Bytes in, MutableBytes out, lzma_action action) noexcept {
    stream.next_in = as_input(in);
    stream.avail_in = in.size();
    stream.next_out = as_output(out);
    stream.avail_out = out.size();
    return lzma_code(&stream, action);
  }
};

// The filters that a block's header names, as the library allocated them.
class ReadFilters {
 public:
  ReadFilters() = default;
  ~ReadFilters() {
    for (const lzma_filter& filter : filters_) {
      if (filter.id == LZMA_VLI_UNKNOWN) break;
      std::free(filter.options);
    }
  }
  ReadFilters(const ReadFilters&) = delete;
  ReadFilters& operator=(const ReadFilters&) = delete;

  lzma_filter* data() noexcept { return filters_.data(); }

 private:
  std::array<lzma_filter, LZMA_FILTERS_MAX + 1> filters_{lzma_filter{LZMA_VLI_UNKNOWN, nullptr}};
};

// The filters of a block that is written.
class WrittenFilters {
 public:
  // The dictionary is no larger than the content: what the decoder holds, and both of them clear, is as small.
  WrittenFilters(const XzFilters& filters, std::size_t content) {
    if (lzma_lzma_preset(&lzma_, length_as<std::uint32_t>(static_cast<std::size_t>(filters.preset))))
      fail(ErrorKind::usage, "liblzma has no preset ", filters.preset);
    lzma_.lc = filters.literal_context_bits;
    lzma_.lp = filters.literal_position_bits;
    lzma_.pb = filters.position_bits;
    if (content < lzma_.dict_size)
      lzma_.dict_size = std::bit_ceil(std::max(length_as<std::uint32_t>(content), std::uint32_t{LZMA_DICT_SIZE_MIN}));
    auto next = filters_.begin();
    if (filters.distance != 0) {
      delta_.type = LZMA_DELTA_TYPE_BYTE;
      delta_.dist = length_as<std::uint32_t>(filters.distance);
      *next++ = {LZMA_FILTER_DELTA, &delta_};
    }
    *next++ = {LZMA_FILTER_LZMA2, &lzma_};
    *next = {LZMA_VLI_UNKNOWN, nullptr};
  }
  WrittenFilters(const WrittenFilters&) = delete;
  WrittenFilters& operator=(const WrittenFilters&) = delete;

  lzma_filter* data() noexcept { return filters_.data(); }

 private:
  lzma_options_lzma lzma_{};
  lzma_options_delta delta_{};
  std::array<lzma_filter, 3> filters_{};
};

// Whether all that is known of the block makes a header.
bool read_head(Bytes head, int check, lzma_block& block, ReadFilters& filters) noexcept {
  block.version = 1;
  block.check = static_cast<lzma_check>(check);
  block.filters = filters.data();
  if (head.empty() || head.front() == std::byte{0}) return false;
  block.header_size = lzma_block_header_size_decode(static_cast<std::uint8_t>(head.front()));
  return head.size() >= block.header_size && lzma_block_header_decode(&block, nullptr, as_input(head)) == LZMA_OK &&
         block.compressed_size != LZMA_VLI_UNKNOWN && block.uncompressed_size != LZMA_VLI_UNKNOWN;
}

lzma_stream_flags flags_of(int check) noexcept {
  lzma_stream_flags flags{};
  flags.backward_size = LZMA_VLI_UNKNOWN;  // else two that agree are not taken to
  flags.check = static_cast<lzma_check>(check);
  return flags;
}

}  // namespace

std::string liblzma_version() { return join("liblzma ", lzma_version_string()); }

struct LzmaCoder::Impl : LzmaStream {
  std::uint64_t memory_limit = 0;
  std::uint64_t memory = 0;

  void check(lzma_ret code) const {
    if (code != LZMA_OK) fail_with(code, lzma_memusage(&stream), memory_limit);
  }
  // The library takes a limit of 0 for a mistake.
  void limit_memory(std::uint64_t limit) noexcept { memory_limit = std::max<std::uint64_t>(limit, 1); }
};

LzmaCoder::LzmaCoder() : impl_(std::make_unique<Impl>()) {}
LzmaCoder::~LzmaCoder() = default;
std::uint64_t LzmaCoder::memory() const { return impl_->memory; }

void LzmaCoder::clear() noexcept {
  lzma_end(&impl_->stream);
  impl_->memory = 0;
}

void LzmaCoder::encode_alone(int preset) {
  lzma_options_lzma options;
  if (lzma_lzma_preset(&options, length_as<std::uint32_t>(static_cast<std::size_t>(preset))))
    fail(ErrorKind::usage, "liblzma has no preset ", preset);
  impl_->check(lzma_alone_encoder(&impl_->stream, &options));
}

void LzmaCoder::decode_alone(std::uint64_t memory_limit) {
  impl_->limit_memory(memory_limit);
  impl_->check(lzma_alone_decoder(&impl_->stream, impl_->memory_limit));
}

void LzmaCoder::decode_xz(std::uint64_t memory_limit) {
  impl_->limit_memory(memory_limit);
  impl_->check(lzma_stream_decoder(&impl_->stream, impl_->memory_limit, LZMA_TELL_UNSUPPORTED_CHECK));
}

Step LzmaCoder::step(Bytes in, MutableBytes out, bool last) {
  const lzma_ret code = impl_->run(in, out, last ? LZMA_FINISH : LZMA_RUN);
  const bool starved = code == LZMA_BUF_ERROR;  // nothing to do with these buffers: no step
  if (!starved && code != LZMA_STREAM_END) impl_->check(code);
  return {.consumed = in.size() - impl_->stream.avail_in,
          .produced = out.size() - impl_->stream.avail_out,
          .ended = code == LZMA_STREAM_END};
}

// The library's own bound is for content that is stored where it does not shrink; chunks that shrink by a byte or two
// lose that and a little more to their heads.
std::size_t xz_block_bound(std::size_t content) { return lzma_block_buffer_bound(content) + content / 8192 + 64; }

// The header's length is reserved with the largest sizes possible and written last, as the library advises.
XzRecord LzmaCoder::encode_block(Bytes content, const XzFilters& filters, MutableBytes out, std::size_t& used) {
  WrittenFilters chain(filters, content.size());
  lzma_block block{};
  block.check = written_check;
  block.filters = chain.data();
  block.compressed_size = out.size();
  block.uncompressed_size = content.size();
  check_ok(lzma_block_header_size(&block));
  impl_->memory = std::max(impl_->memory, lzma_raw_encoder_memusage(chain.data()));
  impl_->check(lzma_block_encoder(&impl_->stream, &block));
  const MutableBytes body = out.subspan(block.header_size);
  const lzma_ret code = impl_->run(content, body, LZMA_FINISH);
  if (code != LZMA_STREAM_END) impl_->check(code == LZMA_OK ? LZMA_BUF_ERROR : code);
  check_ok(lzma_block_header_encode(&block, as_output(out)));
  used = block.header_size + body.size() - impl_->stream.avail_out;
  return {.unpadded = lzma_block_unpadded_size(&block), .uncompressed = content.size()};
}

bool LzmaCoder::decode_block(Bytes block, int check, MutableBytes out) {
  ReadFilters filters;
  lzma_block options{};
  if (!read_head(block, check, options, filters)) return false;
  if (lzma_block_decoder(&impl_->stream, &options) != LZMA_OK) return false;
  const lzma_ret code = impl_->run(block.subspan(options.header_size), out, LZMA_FINISH);
  return code == LZMA_STREAM_END && impl_->stream.avail_in == 0 && impl_->stream.avail_out == 0;
}

std::size_t xz_block_head_size(std::byte first) noexcept {
  return first == std::byte{0} ? 0 : lzma_block_header_size_decode(static_cast<std::uint8_t>(first));
}

std::optional<XzBlockHead> read_xz_block_head(Bytes head, int check) {
  ReadFilters filters;
  lzma_block block{};
  if (!read_head(head, check, block, filters)) return std::nullopt;
  const std::uint64_t memory = lzma_raw_decoder_memusage(filters.data());
  if (memory == UINT64_MAX) return std::nullopt;
  return XzBlockHead{.total = lzma_block_total_size(&block),
                     .memory = memory,
                     .record = {.unpadded = lzma_block_unpadded_size(&block), .uncompressed = block.uncompressed_size}};
}

std::optional<int> read_xz_stream_head(Bytes head) {
  lzma_stream_flags flags{};
  if (head.size() < xz_stream_head_size || lzma_stream_header_decode(&flags, as_input(head)) != LZMA_OK ||
      !lzma_check_is_supported(flags.check))
    return std::nullopt;
  return static_cast<int>(flags.check);
}

struct XzFrame::Impl {
  lzma_index* index = lzma_index_init(nullptr);
  std::vector<std::byte> bytes{};

  Impl() {
    if (index == nullptr) check_ok(LZMA_MEM_ERROR);
  }
  ~Impl() { lzma_index_end(index, nullptr); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
};

XzFrame::XzFrame() : impl_(std::make_unique<Impl>()) {}
XzFrame::~XzFrame() = default;

Bytes XzFrame::head() {
  const lzma_stream_flags flags = flags_of(written_check);
  impl_->bytes.resize(xz_stream_head_size);
  check_ok(lzma_stream_header_encode(&flags, as_output(impl_->bytes)));
  return impl_->bytes;
}

void XzFrame::append(const XzRecord& record) {
  check_ok(lzma_index_append(impl_->index, nullptr, record.unpadded, record.uncompressed));
}

Bytes XzFrame::index_and_foot() {
  lzma_stream_flags flags = flags_of(written_check);
  flags.backward_size = lzma_index_size(impl_->index);
  const auto size = checked_cast<std::size_t>(flags.backward_size).value();
  impl_->bytes.resize(size + xz_stream_head_size);
  std::size_t written = 0;
  check_ok(lzma_index_buffer_encode(impl_->index, as_output(impl_->bytes), &written, size));
  check_ok(lzma_stream_footer_encode(&flags, as_output(impl_->bytes) + written));
  return impl_->bytes;
}

struct XzIndexCheck::Impl {
  lzma_index_hash* hash = lzma_index_hash_init(nullptr, nullptr);

  Impl() {
    if (hash == nullptr) check_ok(LZMA_MEM_ERROR);
  }
  ~Impl() { lzma_index_hash_end(hash, nullptr); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
};

XzIndexCheck::XzIndexCheck() : impl_(std::make_unique<Impl>()) {}
XzIndexCheck::~XzIndexCheck() = default;

bool XzIndexCheck::append(const XzRecord& record) {
  return lzma_index_hash_append(impl_->hash, record.unpadded, record.uncompressed) == LZMA_OK;
}

std::uint64_t XzIndexCheck::size() const { return lzma_index_hash_size(impl_->hash) + xz_stream_head_size; }

bool XzIndexCheck::fits(Bytes index_and_foot, int check) {
  const std::uint64_t index_size = lzma_index_hash_size(impl_->hash);
  if (index_and_foot.size() != index_size + xz_stream_head_size) return false;
  const Bytes index = index_and_foot.first(index_and_foot.size() - xz_stream_head_size);
  std::size_t position = 0;
  lzma_stream_flags foot{};
  const lzma_stream_flags head = flags_of(check);
  return lzma_index_hash_decode(impl_->hash, as_input(index), &position, index.size()) == LZMA_STREAM_END &&
         position == index.size() &&
         lzma_stream_footer_decode(&foot, as_input(index_and_foot.last(xz_stream_head_size))) == LZMA_OK &&
         foot.backward_size == index_size && lzma_stream_flags_compare(&head, &foot) == LZMA_OK;
}

namespace {

// The library's own index of all streams of a source.
class FileIndex {
 public:
  FileIndex() = default;
  ~FileIndex() { lzma_index_end(index_, nullptr); }
  FileIndex(const FileIndex&) = delete;
  FileIndex& operator=(const FileIndex&) = delete;

  // False where the source is not as it should be.
  bool read(Reader& below, std::uint64_t start, std::uint64_t size, std::uint64_t memory_limit) {
    LzmaStream decoder;
    if (lzma_file_info_decoder(&decoder.stream, &index_, memory_limit, size) != LZMA_OK) return false;
    while (true) {
      const Bytes ahead = first_slice(below.peek());
      const lzma_ret code = decoder.run(ahead, {}, LZMA_RUN);
      if (code == LZMA_STREAM_END) return true;
      if (code == LZMA_SEEK_NEEDED)
        below.seek(start + decoder.stream.seek_pos);
      else if (code == LZMA_OK && !ahead.empty())
        below.consume(ahead.size() - decoder.stream.avail_in);
      else
        return false;
    }
  }

  BlockIndex places(std::uint64_t start) const {
    BlockIndex result{.size = lzma_index_uncompressed_size(index_)};
    lzma_index_iter each;
    lzma_index_iter_init(&each, index_);
    while (!lzma_index_iter_next(&each, LZMA_INDEX_ITER_NONEMPTY_BLOCK)) {
      const std::uint64_t left = each.stream.compressed_size - each.block.compressed_stream_offset;
      result.blocks.push_back({.compressed = start + each.block.compressed_file_offset,
                               .decompressed = each.block.uncompressed_file_offset,
                               .note = left * 16 + static_cast<std::uint64_t>(each.stream.flags->check)});
    }
    return result;
  }

 private:
  lzma_index* index_ = nullptr;
};

}  // namespace

std::optional<BlockIndex> read_xz_index(Reader& below, std::uint64_t memory_limit) {
  const std::uint64_t start = below.position();
  const std::optional<std::uint64_t> size = below.size();
  if (!size || *size <= start) return std::nullopt;
  FileIndex index;
  if (!index.read(below, start, *size - start, std::max<std::uint64_t>(memory_limit, 1))) return std::nullopt;
  return index.places(start);
}

}  // namespace larder::internal
