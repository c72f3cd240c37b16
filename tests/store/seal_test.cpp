// The seal of a value: written, read back, and never believed where it is damaged.
#include "store/local/seal.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "base/byte_order.h"
#include "io/descriptor.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::internal {
namespace {

using larder::testing::TemporaryDirectory;

class SealedFile {
 public:
  SealedFile() : file_(::open((directory_ / "x").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    REQUIRE(file_.number() >= 0);
  }
  int number() const { return file_.number(); }
  std::optional<Seal> seal() const { return seal_of(file_.number(), "x"); }

  std::vector<std::byte> raw() const {
    std::vector<std::byte> bytes(256);
    const ssize_t size = ::fgetxattr(file_.number(), "user.larder", bytes.data(), bytes.size());
    bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return bytes;
  }
  void set_raw(Bytes bytes) const {
    REQUIRE(::fsetxattr(file_.number(), "user.larder", bytes.data(), bytes.size(), 0) == 0);
  }

 private:
  TemporaryDirectory directory_;
  Descriptor file_;
};

Seal example() {
  Seal seal;
  seal.size = 12345678901;
  seal.xxh3 = 0xfedcba9876543210;
  seal.id = {0x0123456789abcdef, 42};
  seal.place = place_of("m/f/hash/output.pkl");
  return seal;
}

TEST_CASE("a seal comes back as it was attached") {
  const SealedFile file;
  CHECK_FALSE(file.seal().has_value());
  Seal seal = example();
  for (const bool cost : {false, true}) {
    for (const UserMetadata& metadata : {UserMetadata{}, UserMetadata{{"a", ""}, {"name", "gr\xc3\xb6\xc3\x9f"}}}) {
      seal.cost = cost ? std::optional(0.25F) : std::nullopt;
      seal.metadata = metadata;
      attach(file.number(), seal, "x");
      CHECK(file.raw().size() == seal_bytes);
      const auto back = file.seal();
      REQUIRE(back);
      CHECK(back->size == seal.size);
      CHECK(back->xxh3 == seal.xxh3);
      CHECK(back->id == seal.id);
      CHECK(back->place == seal.place);
      CHECK(back->cost == seal.cost);
      CHECK(back->metadata == seal.metadata);
    }
  }
}

TEST_CASE("a seal with metadata of many tiny entries comes back") {
  const SealedFile file;
  Seal seal = example();
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'z'; ++b) seal.metadata[std::string{a, b}] = "";
  }
  attach(file.number(), seal, "x");
  CHECK(file.seal()->metadata == seal.metadata);
}

TEST_CASE("a seal with any bit wrong is damaged, or a later version's") {
  const SealedFile file;
  Seal seal = example();
  seal.cost = 1.5F;
  seal.metadata = {{"name", "value"}};
  attach(file.number(), seal, "x");
  const auto whole = file.raw();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    auto damaged = whole;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    file.set_raw(damaged);
    INFO("bit " << bit);
    if (std::to_integer<int>(damaged[2]) > 1) {
      CHECK_ERROR(file.seal(), unsupported);
    } else {
      CHECK_ERROR(file.seal(), checksum);
    }
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    file.set_raw(Bytes(whole).first(size));
    CHECK_ERROR(file.seal(), checksum);
  }
  auto longer = whole;
  longer.resize(100);
  file.set_raw(longer);
  CHECK_ERROR(file.seal(), checksum);
  longer[2] = std::byte{2};
  file.set_raw(longer);
  CHECK_ERROR(file.seal(), unsupported);

  file.set_raw(whole);
  CHECK(file.seal().has_value());
  REQUIRE(::fsetxattr(file.number(), "user.larder.metadata", "name\0other", 11, 0) == 0);
  CHECK_ERROR(file.seal(), checksum);
  REQUIRE(::fremovexattr(file.number(), "user.larder.metadata") == 0);
  CHECK_ERROR(file.seal(), checksum);
}

TEST_CASE("the bytes of a seal are those of docs/formats/store.md") {
  const SealedFile file;
  Seal seal = example();
  seal.cost = 1.5F;
  attach(file.number(), seal, "x");
  const auto bytes = file.raw();
  CHECK(as_text(Bytes(bytes).first(2)) == "LS");
  CHECK(bytes[2] == std::byte{1});
  CHECK(bytes[3] == std::byte{1});
  CHECK(load_le<std::uint64_t>(&bytes[8]) == 12345678901);
  CHECK(load_le<std::uint64_t>(&bytes[16]) == 0xfedcba9876543210);
  CHECK(load_le<std::uint64_t>(&bytes[24]) == 0x0123456789abcdef);
  CHECK(load_le<std::uint64_t>(&bytes[32]) == 42);
  CHECK(load_le<std::uint32_t>(&bytes[40]) == 0x3fc00000);
  CHECK(load_le<std::uint32_t>(&bytes[44]) == seal.place);
}

TEST_CASE("a place is the last two parts of a key") {
  CHECK(place_of("store/m/f/x") == place_of("f/x"));
  CHECK(place_of("a/x") != place_of("b/x"));
  CHECK(place_of("a/x") != place_of("a/y"));
  CHECK(place_of("x") != place_of("y"));
}

TEST_CASE("a value that moves is in its place at each moment") {
  const SealedFile file;
  Seal seal = example();
  seal.place = place_of("from");
  attach(file.number(), seal, "x");
  const auto is_at = [&](const char* key) { return is_in_its_place(file.number(), *file.seal(), key, "x"); };
  CHECK(is_at("from"));
  CHECK_FALSE(is_at("to"));
  announce_move(file.number(), "to", "x");
  CHECK(is_at("from"));
  CHECK(is_at("to"));
  settle(file.number(), "to", "x");
  CHECK_FALSE(is_at("from"));
  CHECK(is_at("to"));
  CHECK(file.seal()->id == seal.id);
}

TEST_CASE("etags tell puts apart, and files without a seal") {
  const SealedFile file;
  struct stat status = status_of(file.number(), "x");
  const std::string unsealed = stat_of(status, std::nullopt).etag;
  CHECK(unsealed.front() == 'x');
  status.st_mtim.tv_nsec ^= 1;
  CHECK(stat_of(status, std::nullopt).etag != unsealed);
  Seal seal = example();
  CHECK(stat_of(status, seal).etag == "0123456789abcdef-2a");
  ++seal.id.number;
  CHECK(stat_of(status, seal).etag == "0123456789abcdef-2b");
}

}  // namespace
}  // namespace larder::internal
