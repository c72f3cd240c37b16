// ZF files of joblib before 0.10: the length that they announce, and damage. Files that joblib wrote are read by
// tests/persist/test_legacy.py.
#include "codecs/zfile.h"

#include <larder/codec.h>

#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using internal::zfile_codec;

std::string deflated(std::string_view content) {
  const Region region = CodecRegistry::global().get("zlib").compress(as_bytes(content));
  return std::string(as_text(region.bytes()));
}

// A ZF file with `length` as the text of the length.
std::string zfile(std::string length, std::string_view content, std::size_t width = 19) {
  length.resize(std::max(length.size(), width), ' ');
  return "ZF" + length + deflated(content);
}

std::string decoded(std::string_view file, const Limits& limits = {}) {
  const Region region = zfile_codec().decompress(as_bytes(file), {.level = {}, .limits = limits});
  return std::string(as_text(region.bytes()));
}

const std::string text(1000, 't');

TEST_CASE("a ZF file is read, with the padding of either Python") {
  CHECK(decoded(zfile("0x3e8", text)) == text);
  CHECK(decoded(zfile("0x3E8", text)) == text);
  CHECK(decoded(zfile("0x3e8", text, 20)) == text);
  CHECK(decoded(zfile("0x00000000000003e8", text)) == text);
  CHECK(decoded(zfile("0x0", "")).empty());
}

TEST_CASE("a ZF file is recognised by its first four bytes") {
  CHECK(zfile_codec().recognises(as_bytes(zfile("0x3e8", text))));
  CHECK(zfile_codec().recognises(as_bytes("ZF0x")));
  for (const std::string head : {"", "Z", "ZF", "ZF0", "ZF1x", "zf0x"})
    CHECK_FALSE(zfile_codec().recognises(as_bytes(head)));
  CHECK(zfile_codec().is_checksummed(as_bytes("ZF0x")));
}

TEST_CASE("a length that is not the content's is malformed, and costs no memory") {
  for (const std::string length : {"0x0", "0x1", "0x3e7", "0x3e9", "0x7fffffffffffffff", "0xffffffffffffffff"}) {
    INFO(length);
    CHECK_ERROR(decoded(zfile(length, text)), malformed);
  }
}

TEST_CASE("a length that is no number is malformed") {
  for (const std::string length : {"0x", "3e8", "0x-3e8", "0x+3e8", "0x3e8L", "0x3 e8", "0x 3e8", " 0x3e8", "0x3g8",
                                   "0x10000000000000000", "0x3e8\t", "0x_3e8", "-0x3e8"}) {
    INFO(length);
    CHECK_ERROR(decoded(zfile(length, text)), malformed);
  }
  CHECK_ERROR(decoded(zfile("0x3e8", text, 21)), malformed);
  CHECK_ERROR(decoded(zfile("0x3e8", text, 18)), malformed);
}

TEST_CASE("a ZF file that is cut is truncated, wherever") {
  const std::string file = zfile("0x3e8", text, 20);
  for (std::size_t size = 0; size < file.size(); ++size) {
    INFO(size);
    CHECK_ERROR(decoded(file.substr(0, size)), truncated);
  }
}

TEST_CASE("a changed byte of a ZF file is noticed") {
  const std::string file = zfile("0x3e8", text);
  for (std::size_t at = 0; at < file.size(); ++at) {
    INFO(at);
    std::string changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    bool noticed = false;
    try {
      noticed = decoded(changed) == text && at >= 22;  // deflate has bits that mean nothing
    } catch (const Error& error) {
      noticed = error.kind() == ErrorKind::malformed || error.kind() == ErrorKind::checksum ||
                error.kind() == ErrorKind::truncated || error.kind() == ErrorKind::unsupported;
    }
    CHECK(noticed);
  }
}

TEST_CASE("a ZF file may not decompress to more than is allowed") {
  CHECK(decoded(zfile("0x3e8", text), {.bytes = 1000}) == text);
  CHECK_ERROR(decoded(zfile("0x3e8", text), {.bytes = 999}), limit);
}

TEST_CASE("ZF files behind one another are read one by one, and byte by byte") {
  const std::string first = zfile("0x3e8", text, 20);
  const std::string both = first + zfile("0x2", "ab");
  CHECK(decoded(both) == text + "ab");
  CHECK_ERROR(decoded(first + "x"), malformed);
  std::size_t next = 0;
  const auto slow = callback_reader([&](MutableBytes out) -> std::size_t {
    if (next == both.size()) return 0;
    out[0] = static_cast<std::byte>(both[next++]);
    return 1;
  });
  const auto reader = zfile_codec().reader(*slow);
  CHECK(as_text(reader->read_region(1000, "text").bytes()) == text);
  CHECK(reader->finish() == 0);
  CHECK(slow->position() == first.size());
}

TEST_CASE("ZF files are not written, and no registry offers them") {
  MemoryWriter writer;
  CHECK_ERROR(zfile_codec().writer(writer), unsupported);
  CHECK(CodecRegistry::global().find("zfile") == nullptr);
}

}  // namespace
}  // namespace larder::testing
