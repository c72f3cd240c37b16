#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include <larder/reader.h>
#include <larder/writer.h>

#include "child.h"
#include "content.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

constexpr std::uint64_t gibi = std::uint64_t{1} << 30;

TEST_CASE("map modes have numpy's names") {
  CHECK(parse_map_mode("") == MapMode::none);
  CHECK(parse_map_mode("none") == MapMode::none);
  CHECK(parse_map_mode("r") == MapMode::read);
  CHECK(parse_map_mode("readonly") == MapMode::read);
  CHECK(parse_map_mode("r+") == MapMode::read_write);
  CHECK(parse_map_mode("readwrite") == MapMode::read_write);
  CHECK(parse_map_mode("w+") == MapMode::create);
  CHECK(parse_map_mode("write") == MapMode::create);
  CHECK(parse_map_mode("c") == MapMode::copy_on_write);
  CHECK(parse_map_mode("copyonwrite") == MapMode::copy_on_write);
  for (const char* wrong : {"R", "w", "rw", "r ", "None"}) CHECK_ERROR(parse_map_mode(wrong), usage);
}

TEST_CASE("a mapping shows the file, at any offset") {
  const TemporaryDirectory directory;
  const Content content = pattern(20'000);
  put_file(directory / "x", content);
  const Region whole = map_file(directory / "x", MapMode::read);
  CHECK(whole.mapped());
  CHECK_FALSE(whole.writable());
  CHECK(equal(whole.bytes(), content));
  for (const std::size_t offset : {0u, 1u, 4095u, 4096u, 4097u, 12'345u}) {
    for (const std::size_t size : {0u, 1u, 5000u}) {
      INFO(size << " bytes from " << offset);
      CHECK(
          equal(map_file(directory / "x", MapMode::read, offset, size).bytes(), Bytes(content).subspan(offset, size)));
    }
  }
  CHECK(map_file(directory / "x", MapMode::read, 20'000, 0).empty());
}

TEST_CASE("a mapping of more than the file holds is truncated") {
  const TemporaryDirectory directory;
  put_file(directory / "x", pattern(100));
  CHECK_ERROR(map_file(directory / "x", MapMode::read, 0, 101), truncated);
  CHECK_ERROR(map_file(directory / "x", MapMode::read, 101, 0), truncated);
  CHECK_ERROR(map_file(directory / "x", MapMode::read, 50, ~std::uint64_t{0}), truncated);
  CHECK_ERROR(map_file(directory / "x", MapMode::read, ~std::uint64_t{0}, 2), truncated);
}

TEST_CASE("a mapping of no bytes works in every mode") {
  const TemporaryDirectory directory;
  put_file(directory / "x", {});
  for (const MapMode mode : {MapMode::read, MapMode::read_write, MapMode::copy_on_write}) {
    const Region region = map_file(directory / "x", mode);
    CHECK(region.empty());
    CHECK(region.mapped());
    CHECK(region.writable() == (mode != MapMode::read));
    sync(region);
  }
}

TEST_CASE("r+ changes the file, c does not, r refuses") {
  const TemporaryDirectory directory;
  const Content content = pattern(9000);
  put_file(directory / "x", content);

  const Region copy = map_file(directory / "x", MapMode::copy_on_write);
  copy.mutable_bytes()[1] = ~content[1];
  CHECK(copy.bytes()[1] == ~content[1]);
  CHECK(file_content(directory / "x") == content);

  const Region shared = map_file(directory / "x", MapMode::read_write, 5000, 100);
  shared.mutable_bytes()[7] = ~content[5007];
  sync(shared);
  Content changed = content;
  changed[5007] = ~content[5007];
  CHECK(file_content(directory / "x") == changed);

  CHECK_ERROR(map_file(directory / "x", MapMode::read).mutable_bytes(), usage);
}

TEST_CASE("w+ makes a new file of zeros and leaves the old one to those who have it") {
  const TemporaryDirectory directory;
  const Content old = pattern(5000);
  put_file(directory / "x", old);
  const Region before = map_file(directory / "x", MapMode::read);

  const Region region = create_mapped_file(directory / "x", 10'000);
  REQUIRE(region.size() == 10'000);
  CHECK(std::ranges::count(region.bytes(), std::byte{0}) == 10'000);
  std::ranges::copy(pattern(10'000), region.mutable_bytes().begin());
  sync(region);
  CHECK(file_content(directory / "x") == pattern(10'000));
  CHECK(equal(before.bytes(), old));
  CHECK(entries(directory.path()) == 1);

  CHECK(create_mapped_file(directory / "empty", 0).empty());
  CHECK(file_content(directory / "empty").empty());
}

TEST_CASE("w+ of more than the disk has is an error at once and leaves nothing") {
  const TemporaryDirectory directory;
  CHECK_ERROR(create_mapped_file(directory / "x", std::uint64_t{1} << 50), io);
  CHECK_ERROR(create_mapped_file(directory / "x", ~std::uint64_t{0}), io);
  CHECK(entries(directory.path()) == 0);
}

TEST_CASE("what cannot be mapped says why") {
  const TemporaryDirectory directory;
  put_file(directory / "x", pattern(10));
  CHECK_ERROR(map_file(directory / "absent", MapMode::read), not_found);
  CHECK_ERROR(map_file(directory / "x", MapMode::none), usage);
  CHECK_ERROR(map_file(directory / "x", MapMode::create), usage);
  CHECK_ERROR(map_file(directory.path(), MapMode::read), usage);
  CHECK_ERROR(map_file(directory.path(), MapMode::read_write), usage);
  CHECK_ERROR(map_file("/dev/zero", MapMode::read), usage);
  REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
  CHECK_ERROR(map_file(directory / "fifo", MapMode::read), usage);  // and does not wait for a writer
  CHECK_ERROR(create_mapped_file(directory / "fifo", 10), usage);
  CHECK_ERROR(create_mapped_file(directory / "absent" / "x", 10), not_found);
  CHECK_ERROR(sync(Region::allocate(10)), usage);
}

TEST_CASE("r+ on a file that may not be written is io, and no silent copy") {
  const TemporaryDirectory directory;
  put_file(directory / "x", pattern(10));
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(directory / "x", std::filesystem::perms(0444));
  CHECK(true_for_nobody([&] {
    try {
      map_file(directory / "x", MapMode::read_write);
    } catch (const Error& error) {
      return error.kind() == ErrorKind::io && map_file(directory / "x", MapMode::copy_on_write).writable();
    }
    return false;
  }));
}

TEST_CASE("M1: a file that is cut after it was mapped is io, and the process lives") {
  const TemporaryDirectory directory;
  const Content content = pattern(100'000);
  put_file(directory / "x", content);
  for (const MapMode mode : {MapMode::read, MapMode::read_write, MapMode::copy_on_write}) {
    put_file(directory / "x", content);
    const Region region = map_file(directory / "x", mode);
    const auto reader = memory_reader(map_file(directory / "x", mode), "x");
    Content out(content.size());
    region.read(0, out);
    CHECK(out == content);

    std::filesystem::resize_file(directory / "x", 10'000);
    Content start(10'000);
    region.read(0, start);
    CHECK(equal(start, Bytes(content).first(10'000)));
    CHECK_ERROR(region.read(50'000, start), io);
    CHECK_ERROR(region.read(0, out), io);
    CHECK_ERROR(region.slice(90'000, 10).read(0, MutableBytes(out).first(10)), io);
    CHECK_ERROR(read_all(*reader), io);
  }
}

TEST_CASE("M2: a file that is written where it is mapped leaves the mapping intact") {
  const TemporaryDirectory directory;
  const Content old = pattern(50'000);
  put_file(directory / "x", old);
  for (const MapMode mode : {MapMode::read, MapMode::read_write, MapMode::copy_on_write}) {
    put_file(directory / "x", old);
    const Region region = map_file(directory / "x", mode);
    const auto writer = create_file(directory / "x");
    writer->write(region.bytes().subspan(10'000));  // the mapped bytes are themselves the source
    writer->finish();
    CHECK(equal(region.bytes(), old));
    CHECK(equal(file_content(directory / "x"), Bytes(old).subspan(10'000)));
  }
}

TEST_CASE("a mapping outlives the file's name") {
  const TemporaryDirectory directory;
  const Content content = pattern(10'000);
  put_file(directory / "x", content);
  put_file(directory / "y", pattern(3));
  const Region first = map_file(directory / "x", MapMode::read);
  std::filesystem::rename(directory / "y", directory / "x");
  CHECK(equal(first.bytes(), content));
  const Region second = map_file(directory / "x", MapMode::read);
  std::filesystem::remove(directory / "x");
  CHECK(equal(second.bytes(), pattern(3)));
}

TEST_CASE("more than 4 GiB is mapped, sought and read") {
  const TemporaryDirectory directory;
  const std::uint64_t size = 5 * gibi;
  put_file(directory / "x", {});
  std::filesystem::resize_file(directory / "x", size);
  {
    const Region end = map_file(directory / "x", MapMode::read_write, size - 3, 3);
    std::ranges::copy(pattern(3), end.mutable_bytes().begin());
  }
  const auto read_end = [&](Reader& reader) {
    INFO(reader.name());
    CHECK(reader.size() == size);
    reader.seek(size - 3);
    CHECK(reader.position() == size - 3);
    CHECK(equal(read_all(reader), pattern(3)));
    reader.seek(0);
    reader.skip(size - 2, "almost all");
    CHECK(equal(read_all(reader), Bytes(pattern(3)).subspan(1)));
  };
  const Region whole = map_file(directory / "x", MapMode::read);
  REQUIRE(whole.size() == size);
  CHECK(equal(whole.bytes().last(3), pattern(3)));
  const auto file = open_file(directory / "x");
  read_end(*file);
  read_end(*memory_reader(map_file(directory / "x", MapMode::read), "mapping"));
  const auto slice = slice_reader(*file, 4 * gibi + 1, gibi - 1);
  slice->seek(gibi - 4);
  CHECK(equal(read_all(*slice), pattern(3)));

  file->seek(0);
  const auto limited = limit_reader(*file, 4 * gibi + 1);
  const Region start = limited->read_region(3, "the start");
  CHECK(std::ranges::count(start.bytes(), std::byte{0}) == 3);
  file->seek(4 * gibi);
  CHECK(limit_reader(*file, 10)->position() == 4 * gibi);
}

}  // namespace
}  // namespace larder::testing
