#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/capi/handles.h"
#include "tests/support/temporary.h"

using namespace larder::testing;

namespace {

const void* bytes_of(const std::string& text) { return text.data(); }

std::string repetitive(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "larder " + std::to_string(text.size() % 17);
  text.resize(size);
  return text;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("every codec gives back through C what it was given") {
  const std::string compression =
      GENERATE("zlib", "gzip:6", "bz2", "xz", "lzma", "lz4", "zstd:19", "3", "true", "auto");
  const std::size_t size = GENERATE(as<std::size_t>(), 0, 1, 100'000);
  const std::string text = repetitive(size);
  CAPTURE(compression, size);
  const auto packed = make<BytesHandle>(larder_compress, compression.c_str(), bytes_of(text), text.size());
  if (size > 1000) CHECK(text_of(packed).size() < size / 4);
  const auto back = make<BytesHandle>(larder_decompress, nullptr, larder_bytes_data(packed.get()),
                                      larder_bytes_size(packed.get()), std::uint64_t{0});
  CHECK(text_of(back) == text);
}

TEST_CASE("no compression is bytes as they are, and has to be named") {
  const auto packed = make<BytesHandle>(larder_compress, "none", bytes_of("abc"), std::size_t{3});
  CHECK(text_of(packed) == "abc");
  const auto back = make<BytesHandle>(larder_decompress, "none", bytes_of("abc"), std::size_t{3}, std::uint64_t{0});
  CHECK(text_of(back) == "abc");
  larder_bytes* out = nullptr;
  refused(LARDER_MALFORMED, larder_decompress, nullptr, bytes_of("abc"), std::size_t{3}, std::uint64_t{0}, &out);
  CHECK(out == nullptr);
}

TEST_CASE("decompression through C says what is wrong with the bytes") {
  const std::string text = repetitive(10'000);
  const auto packed = make<BytesHandle>(larder_compress, "gzip", bytes_of(text), text.size());
  std::string damaged(text_of(packed));
  larder_bytes* out = nullptr;
  SECTION("cut") {
    refused(LARDER_TRUNCATED, larder_decompress, nullptr, bytes_of(damaged), damaged.size() / 2, std::uint64_t{0},
            &out);
  }
  SECTION("another checksum") {
    damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
    refused(LARDER_CHECKSUM, larder_decompress, nullptr, bytes_of(damaged), damaged.size(), std::uint64_t{0}, &out);
  }
  SECTION("more than is wanted") {
    refused(LARDER_LIMIT, larder_decompress, nullptr, bytes_of(damaged), damaged.size(), std::uint64_t{9'999}, &out);
    CHECK(out == nullptr);
    make<BytesHandle>(larder_decompress, nullptr, bytes_of(damaged), damaged.size(), std::uint64_t{10'000});
  }
  SECTION("another codec") {
    refused(LARDER_MALFORMED, larder_decompress, "zstd", bytes_of(damaged), damaged.size(), std::uint64_t{0}, &out);
  }
  SECTION("a codec that does not exist") {
    const std::string message =
        refused(LARDER_USAGE, larder_decompress, "zip", bytes_of(damaged), damaged.size(), std::uint64_t{0}, &out);
    CHECK(message.find("zstd") != std::string::npos);
  }
  CHECK(out == nullptr);
}

TEST_CASE("compressions that do not exist are refused through C") {
  const std::string compression = GENERATE("", "zip", "zlib:17", "10", "zstd:");
  CAPTURE(compression);
  larder_bytes* out = nullptr;
  refused(LARDER_USAGE, larder_compress, compression.c_str(), bytes_of("abc"), std::size_t{3}, &out);
  CHECK(out == nullptr);
}

TEST_CASE("a file is written and read through C, compressed on the way") {
  const TemporaryDirectory directory;
  const std::string path = directory / "text.gz";
  const std::string text = repetitive(300'000);
  {
    const auto file = make<WriterHandle>(larder_create_file, path.c_str());
    const auto packer = make<WriterHandle>(larder_compressor, file.get(), "gzip:6");
    for (std::size_t at = 0; at < text.size(); at += 7000)
      call(larder_writer_write, packer.get(), bytes_of(text.substr(at, 7000)),
           std::min<std::size_t>(7000, text.size() - at));
    call(larder_writer_finish, packer.get());
    CHECK_FALSE(std::filesystem::exists(path));
    call(larder_writer_finish, file.get());
  }
  CHECK(std::filesystem::file_size(path) < text.size() / 4);
  const auto file = make<ReaderHandle>(larder_open_file, path.c_str());
  const auto unpacker = make<ReaderHandle>(larder_decompressor, file.get(), nullptr, std::uint64_t{0});
  CHECK(read_all(unpacker.get()) == text);
}

TEST_CASE("a writer that is freed without finish leaves the file as it was") {
  const TemporaryDirectory directory;
  const std::string path = directory / "file";
  std::ofstream(path) << "old";
  {
    const auto file = make<WriterHandle>(larder_create_file, path.c_str());
    call(larder_writer_write, file.get(), bytes_of("new"), std::size_t{3});
  }
  CHECK(content_of(path) == "old");
  const auto file = make<WriterHandle>(larder_create_file, path.c_str());
  call(larder_writer_write, file.get(), bytes_of("new"), std::size_t{3});
  call(larder_writer_finish, file.get());
  CHECK(content_of(path) == "new");
  refused(LARDER_USAGE, larder_writer_write, file.get(), bytes_of("more"), std::size_t{4});
  refused(LARDER_USAGE, larder_writer_finish, file.get());
}

TEST_CASE("what the system refuses comes with its errno") {
  const TemporaryDirectory directory;
  const std::string path = directory / "there/is/none";
  larder_error error;
  larder_reader* reader = nullptr;
  CHECK(larder_open_file(path.c_str(), &reader, &error) == LARDER_NOT_FOUND);
  CHECK(error.os_error == ENOENT);
  CHECK(std::string(error.message).find(path) != std::string::npos);
}

TEST_CASE("a message that is too long is cut, not in the middle of a letter") {
  for (const std::string prefix : {"", "a", "aa", "aaa"}) {
    std::string path = "/" + prefix;
    while (path.size() < 1200) path += "/é";
    larder_error error;
    larder_reader* reader = nullptr;
    CHECK(larder_open_file(path.c_str(), &reader, &error) == LARDER_NOT_FOUND);
    const std::string message = error.message;
    CHECK(message.size() >= sizeof error.message - 4);
    const auto last = static_cast<unsigned char>(message.back());
    const auto before = static_cast<unsigned char>(message[message.size() - 2]);
    CHECK((last < 0x80 || (last == 0xa9 && before == 0xc3)));
  }
}

TEST_CASE("every status has a name") {
  CHECK(std::string(larder_status_name(LARDER_OK)) == "ok");
  CHECK(std::string(larder_status_name(LARDER_TRUNCATED)) == "truncated");
  CHECK(std::string(larder_status_name(LARDER_UNKNOWN_OUTCOME)) == "unknown_outcome");
  CHECK(std::string(larder_status_name(LARDER_NO_MEMORY)) == "no_memory");
  CHECK(std::string(larder_status_name(LARDER_INTERNAL)) == "internal");
  for (const int status : {-1, 13, 99, 102, 1 << 30}) CHECK(std::string(larder_status_name(status)) == "unknown");
}
