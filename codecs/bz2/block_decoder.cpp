#include "codecs/bz2/block_decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "codecs/bz2/checksum.h"
#include "codecs/bz2/format.h"
#include "codecs/bz2/front_list.h"
#include "codecs/bz2/run_length.h"

namespace larder::internal::bz2 {

BlockDecoder::Result BlockDecoder::decode(Bytes bytes, std::size_t start, std::size_t capacity, MutableBytes out) {
  BitReader bits(bytes, start);
  const std::span<std::uint8_t> last_bytes = inverse_.last_bytes(capacity);
  Read read = read_head(bits);
  if (read == Read::fine) read = read_last_bytes(bits, last_bytes);
  if (bits.position() > bytes.size() * 8 || read == Read::ran_out) return {.outcome = Outcome::ran_out};
  if (read == Read::refused) return {};

  const std::size_t end = bits.position();
  const auto block = inverse_.invert(counts_, origin_);
  const auto size = restore_runs(std::as_bytes(block), out);
  if (!size) return {};
  if (*size > out.size()) return {.outcome = Outcome::too_large, .size = *size};
  const std::uint32_t found = checksum(out.first(*size));
  if (found != checksum_) return {};
  return {.outcome = Outcome::decoded, .size = *size, .end = end, .checksum = found};
}

BlockDecoder::Read BlockDecoder::read_head(BitReader& bits) {
  const std::uint64_t high = bits.take(24);
  const std::uint64_t magic = high << 24 | bits.take(24);
  checksum_ = bits.take(32);
  const bool randomised = bits.take(1) != 0;
  origin_ = bits.take(24);
  const bool known = magic == block_magic && !randomised;

  const std::uint32_t ranges = bits.take(16);
  std::array<bool, 256> occurs{};
  for (unsigned range = 0; range < 16; ++range) {
    if ((ranges >> (15 - range) & 1) == 0) continue;
    const std::uint32_t bytes = bits.take(16);
    for (unsigned k = 0; k < 16; ++k) occurs[range * 16 + k] = (bytes >> (15 - k) & 1) != 0;
  }
  std::size_t filled = 0;
  for (const bool wanted : {true, false}) {
    for (std::size_t byte = 0; byte < 256; ++byte)
      if (occurs[byte] == wanted) order_[filled++] = static_cast<std::uint8_t>(byte);
    if (wanted) symbol_count_ = filled + 2;
  }
  return known && symbol_count_ > 2 && read_codes(bits) ? Read::fine : Read::refused;
}

bool BlockDecoder::read_codes(BitReader& bits) {
  table_count_ = bits.take(3);
  if (table_count_ < 2 || table_count_ > most_tables || !read_selectors(bits)) return false;
  return std::all_of(codes_.begin(), codes_.begin() + static_cast<std::ptrdiff_t>(table_count_),
                     [&](CodeReader& code) { return read_lengths(bits, code); });
}

bool BlockDecoder::read_selectors(BitReader& bits) {
  selector_count_ = bits.take(15);
  std::array<std::uint8_t, most_tables> list{0, 1, 2, 3, 4, 5};
  for (std::size_t k = 0; k < selector_count_; ++k) {
    std::size_t place = 0;
    while (bits.take(1) != 0)
      if (++place == table_count_) return false;
    std::rotate(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(place),
                list.begin() + static_cast<std::ptrdiff_t>(place) + 1);
    selectors_[k] = list[0];
  }
  return selector_count_ > 0;
}

bool BlockDecoder::read_lengths(BitReader& bits, CodeReader& code) {
  std::array<std::uint8_t, most_symbols> lengths;
  unsigned length = bits.take(5);
  for (std::size_t symbol = 0; symbol < symbol_count_; ++symbol) {
    while (true) {
      if (length < 1 || length > longest_code) return false;
      if (bits.take(1) == 0) break;
      bits.take(1) == 0 ? ++length : --length;
    }
    lengths[symbol] = static_cast<std::uint8_t>(length);
  }
  return code.set(std::span(lengths).first(symbol_count_));
}

BlockDecoder::Read BlockDecoder::read_last_bytes(BitReader& reader, std::span<std::uint8_t> last_bytes) {
  const unsigned end_of_block = static_cast<unsigned>(symbol_count_ - 1);
  BitReader bits = reader;  // a local copy stays in registers
  FrontList list(order_);
  counts_.fill(0);
  std::size_t made = 0;
  std::size_t run = 0;
  std::size_t digit = 1;  // what the next digit of a run counts
  const auto finish_run = [&] {
    if (run > last_bytes.size() - made) return false;
    std::memset(last_bytes.data() + made, list.front(), run);
    counts_[list.front()] += static_cast<std::uint32_t>(run);
    made += run;
    run = 0;
    digit = 1;
    return true;
  };
  for (std::size_t group = 0; group < selector_count_; ++group) {
    const CodeReader& code = codes_[selectors_[group]];
    for (std::size_t k = 0; k < group_size; ++k) {
      bits.refill();
      const auto [symbol, length] = code.find(bits.ready());
      bits.skip(length);
      if (symbol <= run_b) {
        if (digit > last_bytes.size()) return Read::refused;
        run += digit << symbol;
        digit *= 2;
        continue;
      }
      if (run > 0 && !finish_run()) return Read::refused;
      if (symbol == end_of_block) {
        reader = bits;
        return made > 0 && origin_ < made ? Read::fine : Read::refused;
      }
      if (made == last_bytes.size()) return Read::refused;
      const std::uint8_t byte = list.take(symbol - 1);
      last_bytes[made++] = byte;
      ++counts_[byte];
    }
    if (bits.is_beyond_end()) return Read::ran_out;
  }
  return Read::refused;
}

}  // namespace larder::internal::bz2
