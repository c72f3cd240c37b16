// What only some sources and targets do.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <thread>

#include <larder/reader.h>
#include <larder/writer.h>

#include "content.h"
#include "ends.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

constexpr std::size_t buffer = 64 * 1024;

// Closes a descriptor at the end of a test.
class Closing {
 public:
  explicit Closing(int number) : number_(number) { REQUIRE(number >= 0); }
  ~Closing() { ::close(number_); }
  operator int() const { return number_; }

 private:
  int number_;
};

TEST_CASE("a callback that claims more than was asked for is usage") {
  const auto reader = callback_reader([](MutableBytes out) { return out.size() + 1; });
  CHECK_ERROR(reader->peek(1), usage);
  const auto direct = callback_reader([](MutableBytes out) { return out.size() + 1; });
  Content out(2 * buffer);
  CHECK_ERROR(direct->read(out), usage);
  CHECK_ERROR(callback_reader(nullptr), usage);
  CHECK_ERROR(callback_writer(nullptr), usage);
}

TEST_CASE("what a callback throws reaches the caller as it is") {
  struct Own {};
  CHECK_THROWS_AS(callback_reader([](MutableBytes) -> std::size_t { throw Own(); })->peek(1), Own);
  CHECK_THROWS_AS(callback_writer([](Bytes) { throw Own(); })->write(pattern(buffer)), Own);
}

TEST_CASE("a large piece goes straight to the caller's memory, small ones are gathered") {
  std::vector<std::size_t> asked;
  const auto reader = callback_reader([&](MutableBytes out) {
    asked.push_back(out.size());
    return out.size();
  });
  Content out(10 * buffer);
  reader->read_exactly(out, "the test");
  CHECK(asked == std::vector<std::size_t>{10 * buffer});
  reader->read_exactly(MutableBytes(out).first(5), "the test");
  CHECK(asked == std::vector<std::size_t>{10 * buffer, buffer});

  std::vector<std::size_t> given;
  const auto writer = callback_writer([&](Bytes bytes) { given.push_back(bytes.size()); });
  writer->write(pattern(10 * buffer));
  for (int i = 0; i < 100; ++i) writer->write(pattern(10));
  writer->write(pattern(2 * buffer));
  CHECK(given == std::vector<std::size_t>{10 * buffer, 1000, 2 * buffer});
}

TEST_CASE("a region that is cut short keeps what was read before in order") {
  // The size is not known, so the source is read until it ends.
  std::size_t left = 3 * buffer;
  const auto reader = callback_reader([&](MutableBytes out) {
    const std::size_t size = std::min({out.size(), left, std::size_t{1000}});
    left -= size;
    return size;
  });
  reader->skip(10, "the start");
  try {
    reader->read_region(std::uint64_t{1} << 40, "the data");
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::truncated);
    CHECK(std::string(error.what()) == "the data needs 1099511627776 bytes, 196598 are there (byte 10 of <callback>)");
  }
}

TEST_CASE("a size that no memory holds on a source without end is a limit") {
  const auto reader = open_file("/dev/zero");
  CHECK_FALSE(reader->can_seek());
  CHECK_FALSE(reader->size());
  CHECK_ERROR(reader->read_region(std::uint64_t{1} << 62, "the data"), limit);
  CHECK_ERROR(open_file("/dev/zero")->read_region(~std::uint64_t{0}, "the data"), limit);
}

TEST_CASE("memory that is read is not copied") {
  const Content content = pattern(100);
  const auto borrowed = memory_reader(Bytes(content));
  CHECK(borrowed->peek(1).data() == content.data());
  const Region region = Region::copy_of(content);
  const auto reader = memory_reader(region.slice(10, 80));
  CHECK(reader->region()->data() == region.data() + 10);
  const auto slice = slice_reader(*reader, 5, 10);
  CHECK(slice->region()->data() == region.data() + 15);
}

TEST_CASE("the memory of a reader outlives it") {
  Region region;
  {
    const auto reader = memory_reader(Region::copy_of(pattern(100)));
    region = *reader->region();
  }
  CHECK(equal(region.bytes(), pattern(100)));
}

TEST_CASE("files of /proc, which say that they are empty, are read to their end") {
  const Content expected = file_content("/proc/self/limits");
  REQUIRE_FALSE(expected.empty());
  const auto check = [&](Reader& reader) {
    CHECK_FALSE(reader.size());
    CHECK_FALSE(reader.can_seek());
    CHECK(equal(reader.read_region(expected.size(), "the text").bytes(), expected));
  };
  check(*open_file("/proc/self/limits"));
  std::ifstream stream("/proc/self/limits");
  check(*stream_reader(stream));
  std::FILE* file = std::fopen("/proc/self/limits", "r");
  REQUIRE(file != nullptr);
  check(*stdio_reader(file));
  std::fclose(file);
}

TEST_CASE("a source that was read before goes on where it is") {
  const TemporaryDirectory directory;
  const Content content = pattern(1000);
  put_file(directory / "x", content);
  const auto check = [&](Reader& reader) {
    CHECK(reader.position() == 300);
    CHECK(reader.size() == 1000);
    CHECK(equal(reader.peek(10).first(10), Bytes(content).subspan(300, 10)));
    reader.seek(5);
    CHECK(equal(read_all(reader), Bytes(content).subspan(5)));
  };
  const Closing descriptor(::open((directory / "x").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::lseek(descriptor, 300, SEEK_SET) == 300);
  check(*fd_reader(descriptor));
  std::FILE* file = std::fopen((directory / "x").c_str(), "rb");
  REQUIRE(std::fseek(file, 300, SEEK_SET) == 0);
  check(*stdio_reader(file));
  std::fclose(file);
  std::ifstream stream(directory / "x", std::ios::binary);
  stream.ignore(300);
  check(*stream_reader(stream));
}

TEST_CASE("a target that was written before goes on where it is") {
  const TemporaryDirectory directory;
  const auto check = [](Writer& writer) {
    CHECK(writer.position() == 3);
    writer.write(as_bytes("def"));
    CHECK(writer.position() == 6);
    writer.finish();
  };
  const Closing descriptor(::open((directory / "x").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(::write(descriptor, "abc", 3) == 3);
  check(*fd_writer(descriptor));
  CHECK(as_text(file_content(directory / "x")) == "abcdef");
  std::FILE* file = std::fopen((directory / "y").c_str(), "wb");
  std::fputs("abc", file);
  check(*stdio_writer(file));
  CHECK(as_text(file_content(directory / "y")) == "abcdef");
  std::fclose(file);
  std::ostringstream stream;
  stream << "abc";
  check(*stream_writer(stream));
  CHECK(stream.str() == "abcdef");
}

TEST_CASE("a descriptor that does not block is waited for") {
  const Ends ends = pipe_ends();
  const Closing source(ends[0]);
  REQUIRE(::fcntl(source, F_SETFL, O_NONBLOCK) == 0);
  // The reader finds the pipe empty first and has to wait.
  std::thread writer([&] {
    ::usleep(20'000);
    const auto target = fd_writer(ends[1]);
    target->write(pattern(300'000));
    target->finish();
    ::close(ends[1]);
  });
  const Content content = read_all(*fd_reader(source));
  writer.join();
  CHECK(content == pattern(300'000));
}

TEST_CASE("a dialogue: nobody waits for bytes that nobody asked for") {
  const Ends ends = socket_ends();
  const Closing source(ends[0]);
  const Closing sink(ends[1]);
  const auto reader = fd_reader(source);
  REQUIRE(::write(sink, "ab", 2) == 2);
  CHECK(as_text(reader->peek(1)) == "ab");
  Content out(100);
  CHECK(reader->read(out) == 2);
  REQUIRE(::write(sink, "c", 1) == 1);
  CHECK(reader->read(out) == 1);
}

TEST_CASE("descriptors that cannot be read or written are refused") {
  CHECK_ERROR(fd_reader(-1), io);
  const Closing directory(::open("/", O_RDONLY | O_CLOEXEC));
  CHECK_ERROR(fd_reader(directory), usage);
  const Closing write_only(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  CHECK_ERROR(fd_reader(write_only)->peek(1), io);
  const Closing read_only(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK_ERROR(fd_writer(read_only)->write(pattern(buffer)), io);
}

TEST_CASE("a stream that has failed is io, and its exception mask stays out of the way") {
  std::ifstream absent("/nonexistent/file");
  CHECK_ERROR(stream_reader(absent), io);
  std::ofstream nowhere("/nonexistent/file");
  CHECK_ERROR(stream_writer(nowhere), io);

  std::istringstream text("abc");
  text.exceptions(std::ios::badbit | std::ios::failbit | std::ios::eofbit);
  const auto reader = stream_reader(text);
  CHECK(as_text(read_all(*reader)) == "abc");
  std::istringstream later("abc");
  const auto other = stream_reader(later);
  later.setstate(std::ios::badbit);
  CHECK_ERROR(other->peek(1), io);
}

TEST_CASE("what a stream's buffer throws is io") {
  struct Broken : std::streambuf {
    int_type underflow() override { throw std::runtime_error("the cable is cut"); }
    int_type overflow(int_type) override { throw std::runtime_error("the cable is cut"); }
  } broken;
  std::istream in(&broken);
  CHECK_ERROR(stream_reader(in)->peek(1), io);
  std::ostream out(&broken);
  CHECK_ERROR(stream_writer(out)->write(pattern(buffer)), io);
}

TEST_CASE("a FILE that cannot be read or written is io") {
  std::FILE* write_only = std::fopen("/dev/null", "wb");
  CHECK_ERROR(stdio_reader(write_only)->peek(1), io);
  std::fclose(write_only);
  std::FILE* read_only = std::fopen("/dev/null", "rb");
  CHECK_ERROR(stdio_writer(read_only)->write(pattern(buffer)), io);
  CHECK_ERROR(stdio_writer(read_only), io);  // it remembers
  std::fclose(read_only);
}

TEST_CASE("a FILE in memory seeks") {
  Content content = pattern(500);
  std::FILE* file = ::fmemopen(content.data(), content.size(), "rb");
  REQUIRE(file != nullptr);
  const auto reader = stdio_reader(file);
  CHECK(reader->size() == 500);
  reader->seek(490);
  CHECK(equal(read_all(*reader), Bytes(content).subspan(490)));
  std::fclose(file);
}

TEST_CASE("a FILE that signals interrupt is read on, even where its length is asked") {
  struct Interrupted {  // ends at 0, it says, but has 3 bytes; every second read is interrupted
    std::size_t next = 0;
    bool interrupt = false;
    static ssize_t read(void* cookie, char* out, std::size_t) {
      auto& self = *static_cast<Interrupted*>(cookie);
      self.interrupt = !self.interrupt;
      if (self.interrupt) {
        errno = EINTR;
        return -1;
      }
      const std::size_t size = std::string_view("abc").copy(out, 1, self.next);
      self.next += size;
      return static_cast<ssize_t>(size);
    }
    static int seek(void* cookie, off64_t* offset, int whence) {
      auto& self = *static_cast<Interrupted*>(cookie);
      if (whence == SEEK_SET) self.next = static_cast<std::size_t>(*offset);
      if (whence == SEEK_END) self.next = 0;
      *offset = static_cast<off64_t>(self.next);
      return 0;
    }
  } source;
  std::FILE* file = ::fopencookie(&source, "rb", {Interrupted::read, nullptr, Interrupted::seek, nullptr});
  REQUIRE(file != nullptr);
  std::setvbuf(file, nullptr, _IONBF, 0);
  const auto reader = stdio_reader(file);
  CHECK_FALSE(reader->size());
  CHECK(as_text(read_all(*reader)) == "abc");
  std::fclose(file);
}

TEST_CASE("a slice needs a source that seeks and is long enough") {
  const Content content = pattern(100);
  const auto memory = memory_reader(Bytes(content));
  CHECK_ERROR(slice_reader(*memory, 50, 51), truncated);
  CHECK_ERROR(slice_reader(*memory, 101, 0), truncated);
  CHECK_ERROR(slice_reader(*memory, ~std::uint64_t{0}, 2), truncated);
  CHECK(slice_reader(*memory, 100, 0)->peek(1).empty());
  const auto pipe_like = callback_reader([](MutableBytes) { return std::size_t{0}; });
  CHECK_ERROR(slice_reader(*pipe_like, 0, 0), unsupported);
}

TEST_CASE("a slice whose source shrinks is truncated, not short") {
  const TemporaryDirectory directory;
  put_file(directory / "x", pattern(300'000));
  const auto below = open_file(directory / "x");
  const auto slice = slice_reader(*below, 100'000, 200'000);
  std::filesystem::resize_file(directory / "x", 250'000);
  CHECK_ERROR(read_all(*slice), truncated);
}

TEST_CASE("a limit lets through what is allowed and no byte more") {
  const Content content = pattern(200'000);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{999}, std::size_t{500'000}}) {
    const auto exact = memory_reader(Bytes(content));
    CHECK(read_all(*limit_reader(*exact, 200'000), piece) == content);
    const auto below = memory_reader(Bytes(content));
    const auto limited = limit_reader(*below, 199'999);
    Content out(199'999);
    limited->read_exactly(out, "what is allowed");
    CHECK(equal(out, Bytes(content).first(199'999)));
    CHECK_ERROR(limited->read(out), limit);
  }
  const auto nothing = memory_reader(Bytes());
  CHECK(limit_reader(*nothing, 0)->peek(1).empty());

  MemoryWriter target;
  const auto writer = limit_writer(target, 10);
  writer->write(pattern(6));
  writer->write(pattern(4));
  CHECK_ERROR(writer->write(pattern(1)), limit);
  CHECK_ERROR(writer->finish(), usage);
  CHECK(target.position() == 10);
  target.finish();
  CHECK(target.take().size() == 10);
}

TEST_CASE("a limit counts from where the reader below is, and tells its positions") {
  const Content content = pattern(1000);
  const auto below = memory_reader(Bytes(content));
  below->skip(900, "the start");
  const auto limited = limit_reader(*below, 100);
  CHECK(limited->position() == 900);
  CHECK(equal(limited->read_region(100, "the rest").bytes(), Bytes(content).last(100)));
  CHECK(limited->position() == 1000);
}

TEST_CASE("a limit writer leaves the writer below open") {
  std::ostringstream stream;
  const auto below = stream_writer(stream);
  const auto limited = limit_writer(*below, 10);
  limited->write(as_bytes("abc"));
  limited->finish();
  CHECK(stream.str() == "abc");
  below->write(as_bytes("def"));
  below->finish();
  CHECK(stream.str() == "abcdef");
}

}  // namespace
}  // namespace larder::testing
