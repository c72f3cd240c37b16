// More bytes in one call than 32 bits can count, for each codec, both ways.
#include <cstring>

#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

constexpr std::uint64_t huge = (std::uint64_t{1} << 32) + 5;

// Anonymous pages that nobody writes to: zeros.
Region huge_zeros() {
  Region region = Region::allocate(huge);
  const auto last = region.bytes().last(5);
  REQUIRE(std::all_of(last.begin(), last.end(), [](std::byte byte) { return byte == std::byte{0}; }));
  return region;
}

bool all_zero(Bytes bytes) {
  return bytes.empty() ||
         (bytes[0] == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

void check_decompresses(const Codec& codec, Bytes compressed) {
  const auto below = memory_reader(compressed);
  const auto reader = codec.reader(*below, {.limits = {.bytes = huge}});
  Content piece(4 << 20);
  std::uint64_t size = 0;
  bool zeros = true;
  while (const std::size_t read = reader->read(piece)) {
    size += read;
    zeros = zeros && all_zero(Bytes(piece).first(read));
  }
  CHECK(size == huge);
  CHECK(zeros);
}

void check_huge(std::string_view name, int level) {
  CAPTURE(std::string(name));
  const Region compressed = codec(name).compress(huge_zeros().bytes(), {.level = level});
  CHECK(compressed.size() > 1'000);
  check_decompresses(codec(name), compressed.bytes());
}

}  // namespace

TEST_CASE("more than 4 GiB in one call: zlib [huge]", "[.][huge]") { check_huge("zlib", 1); }
TEST_CASE("more than 4 GiB in one call: gzip [huge]", "[.][huge]") { check_huge("gzip", 1); }
TEST_CASE("more than 4 GiB in one call: bz2 [huge]", "[.][huge]") { check_huge("bz2", 1); }
TEST_CASE("more than 4 GiB in one call: lzma [huge]", "[.][huge]") { check_huge("lzma", 0); }
TEST_CASE("more than 4 GiB in one call: xz [huge]", "[.][huge]") { check_huge("xz", 0); }
TEST_CASE("more than 4 GiB in one call: lz4 [huge]", "[.][huge]") { check_huge("lz4", 0); }
TEST_CASE("more than 4 GiB in one call: zstd [huge]", "[.][huge]") { check_huge("zstd", 1); }

TEST_CASE("more than 4 GiB in one call: raw [huge]", "[.][huge]") {
  const Region zeros = huge_zeros();
  std::uint64_t written = 0;
  const auto target = callback_writer([&](Bytes bytes) { written += bytes.size(); });
  const auto writer = codec("raw").writer(*target);
  writer->write(zeros.bytes());
  writer->finish();
  CHECK(written == huge);
  check_decompresses(codec("raw"), zeros.bytes());
}
