// What every Reader promises, asked of every row of `sources()`.

#include <algorithm>
#include <random>

#include "sources.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

constexpr std::size_t buffer = 64 * 1024;
constexpr std::size_t mebi = 1024 * 1024;

const std::vector<std::size_t>& sizes() {
  static const std::vector<std::size_t> all = {0, 1, 2, 4095, buffer - 1, buffer, buffer + 1, 3 * buffer + 17};
  return all;
}

// Runs `check(source, content, reader)` on each kind of source with content of each size.
template <class Check>
void with_each_source(const std::vector<std::size_t>& content_sizes, Check check) {
  for (const Source& source : sources()) {
    for (const std::size_t size : content_sizes) {
      const Content content = pattern(size);
      INFO(source.name << ", " << size << " bytes");
      const OpenSource open = source.open(content);
      check(source, content, *open.reader);
    }
  }
}

TEST_CASE("every reader gives its content, in pieces of any size") {
  for (const std::size_t piece : {std::size_t{7}, buffer, mebi}) {
    with_each_source(sizes(), [&](const Source&, const Content& content, Reader& reader) {
      INFO("pieces of " << piece);
      CHECK(reader.position() == 0);
      CHECK(equal(read_all(reader, piece), content));
      CHECK(reader.position() == content.size());
      std::byte more;
      CHECK(reader.read({&more, 1}) == 0);
      CHECK(reader.peek(1).empty());
      CHECK(reader.read({}) == 0);
    });
  }
}

TEST_CASE("every reader says what it can") {
  with_each_source({0, 1, buffer + 1}, [](const Source& source, const Content& content, Reader& reader) {
    CHECK_FALSE(reader.name().empty());
    CHECK(reader.can_seek() == source.seeks);
    if (source.seeks) CHECK(reader.size() == content.size());
    const auto region = reader.region();
    CHECK(region.has_value() == source.has_region);
    if (region) CHECK(equal(region->bytes(), content));
    CHECK(reader.finish() == 0);
    CHECK(equal(read_all(reader), content));
  });
}

TEST_CASE("every reader shows bytes before they are consumed") {
  with_each_source(sizes(), [](const Source&, const Content& content, Reader& reader) {
    const Bytes all(content);
    const std::size_t few = std::min<std::size_t>(10, content.size());
    const Bytes start = reader.peek(10);
    REQUIRE(start.size() >= few);
    CHECK(equal(start.first(few), all.first(few)));
    CHECK(reader.position() == 0);

    reader.consume(few);
    CHECK(reader.position() == few);

    const Bytes rest = reader.peek(mebi);  // more than there is
    CHECK(equal(rest, all.subspan(few)));
    const std::size_t shown = rest.size();
    CHECK_ERROR(reader.consume(shown + 1), usage);
    reader.consume(shown);
    CHECK(reader.position() == content.size());
    CHECK(reader.peek(1).empty());
  });
}

TEST_CASE("every reader refuses to peek beyond what a window holds") {
  with_each_source({1},
                   [](const Source&, const Content&, Reader& reader) { CHECK_ERROR(reader.peek(mebi + 1), usage); });
}

TEST_CASE("every reader fills exactly or says truncated") {
  with_each_source(sizes(), [](const Source&, const Content& content, Reader& reader) {
    Content out(content.size());
    reader.read_exactly(out, "the test");
    CHECK(out == content);
    Content more(3);
    CHECK_ERROR(reader.read_exactly(more, "the test"), truncated);
  });
}

TEST_CASE("every reader names what was expected and where") {
  with_each_source({20}, [](const Source&, const Content&, Reader& reader) {
    Content out(3);
    reader.read_exactly(out, "the header");
    try {
      reader.read_region(80, "the array's data");
      FAIL("nothing was thrown");
    } catch (const Error& error) {
      const std::string name = reader.name();
      CHECK(error.what() == "the array's data needs 80 bytes, 17 are there (byte 3 of " + name + ")");
    }
  });
}

TEST_CASE("every reader reads into a region") {
  with_each_source({0, 1, buffer + 1, 2 * mebi + 3}, [](const Source&, const Content& content, Reader& reader) {
    const std::size_t first = content.size() / 3;
    const Region start = reader.read_region(first, "the start");
    const Region rest = reader.read_region(content.size() - first, "the rest");
    CHECK(equal(start.bytes(), Bytes(content).first(first)));
    CHECK(equal(rest.bytes(), Bytes(content).subspan(first)));
    CHECK(rest.writable());
    CHECK(reader.position() == content.size());
    CHECK(reader.read_region(0, "nothing").empty());
  });
}

TEST_CASE("every reader answers a false size with truncated, whatever the size") {
  for (const std::uint64_t size :
       {std::uint64_t{4}, std::uint64_t{1} << 32, std::uint64_t{1} << 62, ~std::uint64_t{0}}) {
    with_each_source({0, 3}, [&](const Source&, const Content&, Reader& reader) {
      INFO("asked for " << size);
      CHECK_ERROR(reader.read_region(size, "the test"), truncated);
    });
    with_each_source({0, 3}, [&](const Source&, const Content&, Reader& reader) {
      INFO("asked for " << size);
      CHECK_ERROR(reader.skip(size, "the test"), truncated);
    });
  }
}

TEST_CASE("every reader skips") {
  with_each_source(sizes(), [](const Source&, const Content& content, Reader& reader) {
    const std::size_t half = content.size() / 2;
    reader.skip(half, "a half");
    CHECK(reader.position() == half);
    CHECK(equal(read_all(reader), Bytes(content).subspan(half)));
    reader.skip(0, "nothing");
    CHECK_ERROR(reader.skip(1, "one more"), truncated);
  });
}

TEST_CASE("every reader seeks or says unsupported") {
  with_each_source(sizes(), [](const Source& source, const Content& content, Reader& reader) {
    if (!source.seeks) {
      CHECK_ERROR(reader.seek(0), unsupported);
      return;
    }
    const std::size_t size = content.size();
    for (const std::size_t position : {size, std::size_t{0}, size / 2, size / 2 + size / 4, size / 3, size}) {
      reader.seek(position);
      CHECK(reader.position() == position);
      const std::size_t few = std::min<std::size_t>(5, size - position);
      Content out(few);
      reader.read_exactly(out, "a few");
      CHECK(equal(out, Bytes(content).subspan(position, few)));
    }
    reader.seek(size / 2);
    CHECK(equal(read_all(reader), Bytes(content).subspan(size / 2)));
    CHECK_ERROR(reader.seek(size + 1), usage);
  });
}

TEST_CASE("every reader stays right when calls of all kinds and sizes follow each other") {
  constexpr unsigned seed = 20240607;
  INFO("seed " << seed);
  with_each_source({buffer + 1, 10 * buffer + 5}, [](const Source& source, const Content& content, Reader& reader) {
    std::mt19937 random(seed);
    const Bytes all(content);
    std::size_t at = 0;
    Content out(3 * buffer);
    for (int step = 0; step < 400; ++step) {
      const std::size_t left = all.size() - at;
      const std::size_t wanted = random() % 4 == 0 ? random() % out.size() : random() % 3000;
      const std::size_t size = std::min(wanted, left);
      switch (random() % 5) {
        case 0: {
          const std::size_t done = reader.read(MutableBytes(out).first(wanted));
          REQUIRE(done <= wanted);
          REQUIRE((done > 0 || size == 0));
          REQUIRE(equal(Bytes(out).first(done), all.subspan(at, done)));
          at += done;
          break;
        }
        case 1:
          reader.read_exactly(MutableBytes(out).first(size), "a part");
          REQUIRE(equal(Bytes(out).first(size), all.subspan(at, size)));
          at += size;
          break;
        case 2: {
          const Bytes window = reader.peek(wanted);
          REQUIRE(window.size() >= size);
          REQUIRE(window.size() <= left);
          REQUIRE(equal(window, all.subspan(at, window.size())));
          reader.consume(size / 2);
          at += size / 2;
          break;
        }
        case 3:
          reader.skip(size, "a part");
          at += size;
          break;
        default:
          if (!source.seeks) break;
          at = random() % 2 == 0 ? random() % (all.size() + 1) : at - std::min<std::size_t>(at, wanted);
          reader.seek(at);
      }
      REQUIRE(reader.position() == at);
    }
  });
}

}  // namespace
}  // namespace larder::testing
