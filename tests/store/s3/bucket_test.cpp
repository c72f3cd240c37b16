// The operations of S3, on FakeS3 without sockets.
#include <catch2/catch.hpp>

#include "codecs/deflate_checksum.h"
#include "tests/store/s3/failing.h"
#include "tests/store/s3/fake_bucket.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace internal::s3;

struct Fixture {
  explicit Fixture(const std::string& prefix = {}, const FakeOptions& options = {})
      : server(std::make_shared<FakeS3>(options)), bucket(fake_bucket(fake_transport(server), {}, {}, prefix)) {}

  Put put(const std::string& key, std::string_view text, const PutHow& how = {}) {
    return bucket->put(key, as_bytes(text), how, internal::crc32(internal::crc32_of_nothing, as_bytes(text)));
  }
  std::string text_of(const std::string& key, std::uint64_t offset, std::size_t size, std::string_view etag = {}) {
    std::string out(size, '?');
    bucket->get(key, offset, std::as_writable_bytes(std::span(out)), etag);
    return out;
  }

  std::shared_ptr<FakeS3> server;
  std::shared_ptr<Bucket> bucket;
};

TEST_CASE("what is put is there, with its metadata and its checksum") {
  Fixture f;
  const UserMetadata metadata = {
      {"a", "plain text"}, {"b", "Grüße"}, {"c", " blanks  around "}, {"d", ""}, {"e", "=?x?="}};
  const Put put = f.put("k", "0123456789", {.metadata = metadata});
  CHECK(put.sent == Sent::done);
  CHECK_FALSE(put.etag.empty());
  const auto head = f.bucket->head("k");
  REQUIRE(head);
  CHECK(head->size == 10);
  CHECK(head->etag == put.etag);
  CHECK(head->metadata == metadata);
  CHECK(head->crc32 == internal::crc32(0, as_bytes("0123456789")));
  CHECK(std::chrono::abs(head->modified - std::chrono::system_clock::now()) < std::chrono::minutes(1));
  CHECK_FALSE(f.bucket->head("other"));
}

TEST_CASE("a range of an object is read, of this object alone") {
  Fixture f;
  const std::string etag = f.put("k", "0123456789").etag;
  CHECK(f.text_of("k", 0, 10) == "0123456789");
  CHECK(f.text_of("k", 3, 4, etag) == "3456");
  CHECK(f.text_of("k", 0, 0).empty());
  f.put("k", "abcdefghij");
  CHECK_FAILS(f.text_of("k", 3, 4, etag), conflict, "s3://bucket/k was replaced while it was read");
  CHECK(f.bucket->remove("k"));
  CHECK_FAILS(f.text_of("k", 3, 4, etag), conflict, "was removed");
  CHECK_ERROR(f.text_of("k", 3, 4), not_found);
}

TEST_CASE("the first bytes come with what is known of the object") {
  Fixture f;
  std::string into(8, '?');
  const MutableBytes bytes = std::as_writable_bytes(std::span(into));
  std::uint64_t filled = 99;
  CHECK_FALSE(f.bucket->get_first("k", bytes, filled));
  CHECK(filled == 0);
  for (const std::string text : {"", "0", "01234567", "0123456789"}) {
    f.put("k", text, {.metadata = {{"a", "b"}}});
    const auto head = f.bucket->get_first("k", bytes, filled);
    REQUIRE(head);
    CHECK(head->size == text.size());
    CHECK(head->metadata == UserMetadata{{"a", "b"}});
    CHECK(into.substr(0, filled) == text.substr(0, 8));
  }
}

TEST_CASE("conditions hold, or the put is refused") {
  Fixture f;
  CHECK(f.put("k", "1", {.if_match = "x"}).sent == Sent::refused);
  CHECK(f.put("k", "1", {.if_absent = true}).sent == Sent::done);
  const Put refused = f.put("k", "2", {.if_absent = true});
  CHECK(refused.sent == Sent::refused);
  CHECK(refused.why.starts_with("HTTP 412 PreconditionFailed"));
  const std::string etag = f.bucket->head("k")->etag;
  CHECK(f.put("k", "3", {.if_match = "x"}).sent == Sent::refused);
  CHECK(f.put("k", "4", {.if_match = etag}).sent == Sent::done);
  CHECK(f.text_of("k", 0, 1) == "4");
  CHECK_FALSE(f.bucket->remove("k", etag));
  CHECK(f.bucket->remove("k", f.bucket->head("k")->etag));
  CHECK(f.bucket->remove("k"));
}

TEST_CASE("a checksum that is not that of the bytes is refused") {
  Fixture f;
  CHECK_FAILS(f.bucket->put("k", as_bytes("1"), {}, 7), io, "BadDigest");
}

TEST_CASE("an upload in parts is joined, or leaves nothing") {
  Fixture f;
  const std::string first(5 << 20, 'a');
  const std::string second = "the rest";
  const auto sum = [](std::string_view text) { return internal::crc32(0, as_bytes(text)); };
  const PutHow how{.metadata = {{"a", "b"}}, .if_absent = true, .crc32 = true};
  const std::string upload = f.bucket->begin_upload("k", how);
  const std::vector<SentPart> parts = {f.bucket->put_part("k", upload, 1, as_bytes(first), sum(first)),
                                       f.bucket->put_part("k", upload, 2, as_bytes(second), sum(second))};
  CHECK(f.bucket->uploads("").size() == 1);
  CHECK(f.bucket->uploads("").at(0).id == upload);
  CHECK(f.bucket->uploads("").at(0).key == "k");
  CHECK_FALSE(f.bucket->head("k"));
  const Put put = f.bucket->complete("k", upload, parts, how, sum(first + second));
  CHECK(put.sent == Sent::done);
  const auto head = f.bucket->head("k");
  REQUIRE(head);
  CHECK(head->size == first.size() + second.size());
  CHECK(head->etag == put.etag);
  CHECK(head->crc32 == sum(first + second));
  CHECK(head->metadata == how.metadata);

  const std::string again = f.bucket->begin_upload("k", how);
  CHECK(f.bucket->complete("k", again, {f.bucket->put_part("k", again, 1, as_bytes(second), sum(second))}, how, {})
            .sent == Sent::refused);
  f.bucket->abort("k", again);
  CHECK(f.server->uploads() == 0);
  f.bucket->abort("k", "no such upload");
  CHECK_FAILS(f.bucket->put_part("k", again, 1, as_bytes(second), {}), io, "NoSuchUpload");
  CHECK(f.bucket->complete("k", again, parts, {}, {}).sent == Sent::uncertain);
}

TEST_CASE("an object is copied on the server, whole or in parts") {
  Fixture f("a prefix/");
  const std::string text(6 << 20, 'x');
  const std::string etag = f.put("from +", text, {.metadata = {{"a", "b"}}}).etag;
  CHECK(f.bucket->copy("from +", "other", "to", {}).sent == Sent::refused);
  CHECK(f.bucket->copy("from +", etag, "to", {.metadata = {{"c", "d"}}}).sent == Sent::done);
  CHECK(f.bucket->head("to")->metadata == UserMetadata{{"c", "d"}});
  const std::string upload = f.bucket->begin_upload("parts", {});
  const std::vector<SentPart> parts = {f.bucket->copy_part("parts", upload, 1, "from +", etag, 0, 5 << 20),
                                       f.bucket->copy_part("parts", upload, 2, "from +", etag, 5 << 20, 1 << 20)};
  CHECK(f.bucket->complete("parts", upload, parts, {}, {}).sent == Sent::done);
  CHECK(f.text_of("parts", 0, text.size()) == text);
}

TEST_CASE("keys are listed page by page, below the prefix") {
  for (const std::string prefix : {"", "p/"}) {
    Fixture f(prefix);
    const std::vector<std::string> keys = {" ", "a", "a b", "a+b", "b/c&<d>", "ä%41"};
    for (const std::string& key : keys) f.put(key, key);
    std::vector<std::string> listed;
    std::string token;
    do {
      const ListPage page = f.bucket->list("", token, 2);
      for (const ListedKey& key : page.keys) {
        listed.push_back(key.key);
        CHECK(key.size == key.key.size());
        CHECK(key.etag == f.bucket->head(key.key)->etag);
      }
      token = page.next;
    } while (!token.empty());
    CHECK(listed == keys);
    CHECK(f.bucket->list("a", "", 1000).keys.size() == 3);
  }
}

TEST_CASE("keys are limited, with their prefix") {
  Fixture f("p/");
  const std::string longest(1022, 'k');
  f.put(longest, "1");
  CHECK(f.text_of(longest, 0, 1) == "1");
  CHECK_FAILS(f.put(longest + "k", "1"), usage, "1025 bytes");
  const std::uint64_t before = f.server->requests;
  for (const std::string& key :
       {std::string("a\rb"), std::string("a\nb"), std::string("a\0b", 3), std::string("a\x7f"), std::string("\x1f")})
    CHECK_FAILS(f.put(key, "1"), usage, "the key has a control character");
  CHECK_ERROR(f.bucket->put("k", {}, {.if_match = "x\r\ny: z"}, {}), usage);
  CHECK_ERROR(f.bucket->list("", "token\n", 10), usage);
  CHECK(f.server->requests == before);
}

TEST_CASE("a bucket that is not there is no absent key") {
  Fixture f({}, {.bucket = "another"});
  std::string into(8, '?');
  std::uint64_t filled = 0;
  CHECK_FAILS(f.bucket->get_first("k", std::as_writable_bytes(std::span(into)), filled), not_found, "NoSuchBucket");
  CHECK_ERROR(f.bucket->remove("k"), not_found);
  CHECK_ERROR(f.bucket->list("", "", 10), not_found);
  CHECK_ERROR(f.put("k", "1", {.if_match = "x"}), not_found);
}

}  // namespace
}  // namespace larder::testing
