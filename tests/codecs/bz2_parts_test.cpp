// The steps of bzip2, one by one, beside the plainest way to do each.
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "codecs/bz2/bits.h"
#include "codecs/bz2/burrows_wheeler.h"
#include "codecs/bz2/checksum.h"
#include "codecs/bz2/front_list.h"
#include "codecs/bz2/induced_sorting.h"
#include "codecs/bz2/magic_search.h"
#include "codecs/bz2/prefix_code.h"
#include "codecs/bz2/run_length.h"
#include "codecs/bz2/suffix_order.h"
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;
namespace bz2 = larder::internal::bz2;

namespace {

using Text = std::vector<std::uint8_t>;

Text text_of(Bytes bytes) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return {first, first + bytes.size()};
}

// All texts of these letters up to a length, then others: random ones of few letters and of all, and periodic ones.
std::vector<Text> texts() {
  std::vector<Text> result;
  for (unsigned length = 1; length <= 11; ++length) {
    for (unsigned bits = 0; bits < 1U << length; ++bits) {
      Text text(length);
      for (unsigned k = 0; k < length; ++k) text[k] = bits >> k & 1 ? 'b' : 'a';
      result.push_back(text);
    }
  }
  for (const unsigned letters : {1U, 2U, 3U, 256U}) {
    for (const std::size_t length : {2U, 17U, 300U, 1001U}) {
      Text text = text_of(Bytes(noise(length)));
      for (std::uint8_t& letter : text) letter = static_cast<std::uint8_t>(letter % letters);
      result.push_back(text);
      Text repeated;
      for (int k = 0; k < 5; ++k) repeated.insert(repeated.end(), text.begin(), text.end());
      result.push_back(repeated);
    }
  }
  return result;
}

// The order of what starts at each place, as `less` has it.
template <class Less>
std::vector<std::int32_t> sorted_starts(std::size_t size, Less less) {
  std::vector<std::int32_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), less);
  return order;
}

std::vector<std::int32_t> plain_suffix_order(const Text& text) {
  return sorted_starts(text.size(), [&](std::int32_t a, std::int32_t b) {
    return std::lexicographical_compare(text.begin() + a, text.end(), text.begin() + b, text.end());
  });
}

Text rotated(const Text& text, std::int32_t start) {
  Text result(text.begin() + start, text.end());
  result.insert(result.end(), text.begin(), text.begin() + start);
  return result;
}

Text inverted(bz2::InverseBurrowsWheeler& inverse, std::span<const std::uint8_t> last_bytes, std::uint32_t origin) {
  const auto room = inverse.last_bytes(last_bytes.size());
  std::ranges::copy(last_bytes, room.begin());
  std::array<std::uint32_t, 256> counts{};
  for (const std::uint8_t byte : last_bytes) ++counts[byte];
  const auto block = inverse.invert(counts, origin);
  return {block.begin(), block.end()};
}

Content shortened(Bytes content, std::size_t piece = std::size_t{1} << 30) {
  bz2::RunShortener runs(1 << 30);
  internal::ByteSequence block;
  for (; !content.empty(); content = content.subspan(std::min(piece, content.size())))
    runs.append(content.first(std::min(piece, content.size())), block);
  return {block.begin(), block.end()};
}

std::uint32_t plain_checksum(Bytes bytes) {
  std::uint32_t crc = ~0U;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte) << 24;
    for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ (crc >> 31) * 0x04c11db7;
  }
  return ~crc;
}

}  // namespace

TEST_CASE("bz2: the checksum is the CRC-32 of bzip2, however the bytes are cut") {
  const Content content = noise(1000);
  CHECK(bz2::checksum({}) == 0);
  CHECK(bz2::checksum(content_of("123456789")) == 0xfc891918);
  for (const std::size_t size : {1U, 7U, 15U, 16U, 17U, 33U, 1000U})
    CHECK(bz2::checksum(Bytes(content).first(size)) == plain_checksum(Bytes(content).first(size)));
  CHECK(bz2::checksum(Bytes(content).subspan(333), bz2::checksum(Bytes(content).first(333))) ==
        plain_checksum(content));
}

TEST_CASE("bz2: runs of all lengths are shortened and restored") {
  CHECK((shortened(content_of("aaa")) == content_of("aaa")));
  CHECK((shortened(Content(4, std::byte{7})) == from_hex("07 07 07 07 00")));
  CHECK((shortened(Content(255, std::byte{7})) == from_hex("07 07 07 07 fb")));
  CHECK((shortened(Content(256, std::byte{7})) == from_hex("07 07 07 07 fb 07")));
  Content all;
  for (std::size_t length = 1; length <= 1200; length += length < 600 ? 1 : 97) {
    CAPTURE(length);
    const Content content = content_of("xy") + Content(length, std::byte{'z'}) + content_of("zyyyyx");
    const Content block = shortened(content);
    Content restored(content.size());
    CHECK(bz2::restore_runs(block, restored) == content.size());
    CHECK((restored == content));
    all = all + content;
  }
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 100U, 1000U}) CHECK((shortened(all, piece) == shortened(all)));
  CHECK((shortened(noise(100'000), 7) == shortened(noise(100'000))));
}

TEST_CASE("bz2: a run that does not fit is measured, and one without a count refused") {
  Content out(10, std::byte{1});
  CHECK(bz2::restore_runs(from_hex("07 07 07 07 ff 08"), MutableBytes(out).first(9)) == 4 + 255 + 1);
  CHECK(out[9] == std::byte{1});
  CHECK(bz2::restore_runs(from_hex("01 02 03"), MutableBytes(out).first(2)) == 3);
  CHECK(bz2::restore_runs(from_hex("01 07 07 07 07"), out) == std::nullopt);
  CHECK(bz2::restore_runs(from_hex("07 07 07 07 00 07 07 07"), out) == 7);
}

TEST_CASE("bz2: a block is full where libbz2's is") {
  // What begins a run at or behind the limit is the last byte; a run that began before goes on.
  const auto filled = [](std::string_view text, std::size_t full, std::size_t piece) {
    bz2::RunShortener runs(full);
    internal::ByteSequence block;
    const Content content = content_of(text);
    std::size_t taken = 0;
    while (taken < content.size()) {
      const Bytes next = Bytes(content).subspan(taken).first(std::min(piece, content.size() - taken));
      const std::size_t size = runs.append(next, block);
      taken += size;
      if (size < next.size()) break;
    }
    return std::pair(taken, block.size());
  };
  using Filled = std::pair<std::size_t, std::size_t>;
  for (const std::size_t piece : {1U, 2U, 100U}) {
    CAPTURE(piece);
    CHECK(filled("abcdefghijkl", 5, piece) == Filled(6, 6));
    CHECK(filled("abcdddddddddefg", 5, piece) == Filled(13, 9));
    CHECK(filled("abcdeeeeeef", 5, piece) == Filled(11, 10));
    CHECK(filled("abcdefffffff", 5, piece) == Filled(6, 6));
  }
}

TEST_CASE("bz2: suffixes are sorted, by whichever sorter") {
  for (const Text& text : texts()) {
    std::vector<std::int32_t> order(text.size());
    std::vector<std::int32_t> induced(text.size());
    bz2::sort_suffixes(text, order);
    bz2::induce_order(text, induced);
    const bool right = order == plain_suffix_order(text);
    const bool same = induced == order;
    CAPTURE(text.size());
    CHECK(right);
    CHECK(same);
  }
  const Text text = text_of(Bytes(mixture(300'000)));
  std::vector<std::int32_t> order(text.size());
  std::vector<std::int32_t> induced(text.size());
  bz2::sort_suffixes(text, order);
  bz2::induce_order(text, induced);
  CHECK((induced == order));
}

TEST_CASE("bz2: the transform is that of the sorted rotations, and its inverse gives the block back") {
  bz2::BurrowsWheeler forward;
  bz2::InverseBurrowsWheeler inverse;
  for (const Text& text : texts()) {
    const Text twice = [&] {
      Text result = text;
      result.insert(result.end(), text.begin(), text.end());
      return result;
    }();
    const auto size = static_cast<std::ptrdiff_t>(text.size());
    const auto order = sorted_starts(text.size(), [&](std::int32_t a, std::int32_t b) {
      return std::lexicographical_compare(twice.begin() + a, twice.begin() + a + size, twice.begin() + b,
                                          twice.begin() + b + size);
    });
    Text expected;
    for (const std::int32_t start : order) expected.push_back(twice[static_cast<std::size_t>(start + size - 1)]);
    const auto result = forward.transform(text);
    CHECK((Text(result.last_bytes.begin(), result.last_bytes.end()) == expected));
    CHECK((rotated(text, order[result.origin]) == text));
    CHECK(result.spare.size() == text.size() + 1);
    CHECK((inverted(inverse, result.last_bytes, result.origin) == text));
  }
}

TEST_CASE("bz2: large blocks survive the transform: many walks, and rings of equal parts") {
  bz2::BurrowsWheeler forward;
  bz2::InverseBurrowsWheeler inverse;
  const auto repeated = [](const Content& part, std::size_t times) {
    Content result;
    for (std::size_t k = 0; k < times; ++k) result.insert(result.end(), part.begin(), part.end());
    return result;
  };
  for (const Content& content :
       {noise(900'000), words(899'981), repeated(noise(450'000), 2), repeated(words(1000), 700),
        repeated(content_of("ab"), 450'000), Content(900'000, std::byte{3}), noise(65'536), words(8192)}) {
    const Text text = text_of(Bytes(content));
    const auto result = forward.transform(text);
    CHECK((inverted(inverse, result.last_bytes, result.origin) == text));
  }
}

TEST_CASE("bz2: the list finds and moves as a plain one does") {
  std::array<std::uint8_t, 256> plain;
  std::iota(plain.begin(), plain.end(), std::uint8_t{0});
  std::ranges::reverse(plain);
  bz2::FrontList finding(plain);
  bz2::FrontList taking(plain);
  for (const std::byte byte : noise(3000) + words(3000)) {
    const auto wanted = std::to_integer<std::uint8_t>(byte);
    if (wanted == plain[0]) continue;
    const auto at = std::ranges::find(plain, wanted);
    const auto place = static_cast<unsigned>(at - plain.begin());
    std::rotate(plain.begin(), at, at + 1);
    CHECK(finding.find(wanted) == place);
    CHECK(taking.take(place) == wanted);
    CHECK(finding.front() == wanted);
    CHECK(taking.front() == wanted);
  }
}

TEST_CASE("bz2: codes are complete, short enough, and read back") {
  std::vector<std::vector<std::uint32_t>> all{{0, 0, 0}, {1, 0, 900'000}, std::vector<std::uint32_t>(258, 1)};
  std::vector<std::uint32_t> fibonacci{1, 1};
  while (fibonacci.size() < 29) fibonacci.push_back(fibonacci[fibonacci.size() - 1] + fibonacci[fibonacci.size() - 2]);
  all.push_back(fibonacci);
  fibonacci.resize(258);
  all.push_back(fibonacci);
  for (const auto& counts : all) {
    std::vector<std::uint8_t> lengths(counts.size());
    std::vector<std::uint32_t> codes(counts.size());
    bz2::choose_code_lengths(counts, lengths);
    bz2::assign_codes(lengths, codes);
    CHECK(*std::ranges::max_element(lengths) <= 17);
    bz2::CodeReader reader;
    REQUIRE(reader.set(lengths));
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol) {
      for (const std::uint64_t behind : {std::uint64_t{0}, ~std::uint64_t{0} >> lengths[symbol]}) {
        const auto found = reader.find(std::uint64_t{codes[symbol]} << (64 - lengths[symbol]) | behind);
        CHECK(found.value == symbol);
        CHECK(found.bits == lengths[symbol]);
      }
    }
  }
}

TEST_CASE("bz2: codes that leave bits without a meaning, or give them two, are refused") {
  bz2::CodeReader reader;
  CHECK_FALSE(reader.set(std::vector<std::uint8_t>{1, 2, 3}));
  CHECK_FALSE(reader.set(std::vector<std::uint8_t>{1, 1, 2}));
  CHECK_FALSE(reader.set(std::vector<std::uint8_t>(258, 1)));
  CHECK(reader.set(std::vector<std::uint8_t>{1, 2, 2}));
  std::vector<std::uint8_t> longest(21);
  for (std::size_t k = 0; k < 20; ++k) longest[k] = static_cast<std::uint8_t>(k + 1);
  longest[20] = 20;
  REQUIRE(reader.set(longest));
  CHECK(reader.find(~std::uint64_t{0}).value == 20);
  CHECK(reader.find(~std::uint64_t{0} << 45).value == 19);
}

TEST_CASE("bz2: both magics are found at every bit, and nothing else is") {
  for (const std::uint64_t magic : {bz2::block_magic, bz2::end_magic}) {
    for (std::size_t bit = 0; bit < 100; ++bit) {
      CAPTURE(magic, bit);
      std::array<std::byte, 40> bytes{};
      bz2::BitWriter writer(bytes.data());
      for (std::size_t k = 0; k < bit; ++k) writer.put(1, 1);
      writer.put(magic, bz2::magic_bits);
      const std::size_t end = (bit + bz2::magic_bits + 7) / 8;
      CHECK(bz2::magic_at(bytes, bit) == magic);
      CHECK(bz2::find_magic(Bytes(bytes).first(end), 0) == bit);
      CHECK(bz2::find_magic(bytes, bit / 8) == bit);
      CHECK(bz2::find_magic(bytes, bit / 8 + 1) == std::nullopt);
      CHECK(bz2::find_magic(Bytes(bytes).first(end - 1), 0) == std::nullopt);
    }
  }
  CHECK(bz2::find_magic(noise(1'000'000), 0) == std::nullopt);
  CHECK(bz2::find_magic({}, 0) == std::nullopt);
}
