// The mark that each put leaves on its object.
#include "store/s3/mark.h"

#include <set>

#include "tests/support/errors.h"

namespace larder::internal::s3 {
namespace {

using namespace std::string_literals;

const std::string put = "0123456789abcdef0123456789abcdef";
const std::string plain = "application/octet-stream; larder=1-" + put;

TEST_CASE("a mark is read as it was written") {
  for (const std::optional<std::uint64_t> xxh3 :
       {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(0), std::optional<std::uint64_t>(UINT64_MAX)}) {
    for (const std::optional<double> cost : {std::optional<double>(), std::optional(0.0), std::optional(0.1),
                                             std::optional(1e300), std::optional(5e-324), std::optional(123456.789)}) {
      const std::string type = marked_type({put, xxh3, cost});
      INFO(type);
      const auto mark = mark_of(type);
      REQUIRE(mark);
      CHECK(mark->put == put);
      CHECK(mark->xxh3 == xxh3);
      CHECK(mark->cost == cost);
    }
  }
  CHECK(marked_type({put}) == plain);
  CHECK(marked_type({put, 0xabc, 2.5}) == plain + "; xxh3=0000000000000abc; cost=2.5");
}

TEST_CASE("a mark is known however a server writes the type") {
  for (const std::string& type :
       {"text/plain;charset=utf-8;larder=1-" + put + ";xxh3=0000000000000abc",
        "application/octet-stream; Larder=\"1-" + put + "\"; XXH3=\"0000000000000ABC\"",
        "application/octet-stream ;\txxh3=0000000000000abc ; other ; larder=1-" + put + " "}) {
    INFO(type);
    const auto mark = mark_of(type);
    REQUIRE(mark);
    CHECK(mark->put == put);
    CHECK(mark->xxh3 == 0xabc);
  }
}

TEST_CASE("what is no mark is another tool's") {
  for (const std::string& type : {""s,
                                  ";"s,
                                  "application/octet-stream"s,
                                  "text/plain; charset=utf-8"s,
                                  "larder=1-" + put,
                                  "a/b; larder"s,
                                  "a/b; larder="s,
                                  "a/b; larder=1-"s,
                                  "a/b; larder=2-" + put,
                                  "a/b; larder=" + put,
                                  "a/b; larder=1-" + put.substr(1),
                                  "a/b; larder=1-" + put + "0",
                                  "a/b; larder=1-X" + put.substr(1),
                                  "a/b; larder=\"1-" + put,
                                  plain + plain.substr(plain.find(';')),
                                  plain + "; xxh3=",
                                  plain + "; xxh3=abc",
                                  plain + "; xxh3=000000000000000g",
                                  plain + "; xxh3=0000000000000abc; xxh3=0000000000000abc",
                                  plain + "; cost=",
                                  plain + "; cost=-1",
                                  plain + "; cost=nan",
                                  plain + "; cost=inf",
                                  plain + "; cost=1x",
                                  plain + "; cost=1; cost=1",
                                  "a/b; cost=1"s}) {
    INFO(type);
    CHECK_FALSE(mark_of(type));
  }
}

TEST_CASE("a mark takes the place of another, and leaves the rest of a type") {
  const std::string other(32, 'b');
  CHECK(marked_type({other}, plain + "; xxh3=0000000000000abc; cost=1") ==
        "application/octet-stream; larder=1-" + other);
  CHECK(marked_type({other}, "text/plain; charset=utf-8") == "text/plain; charset=utf-8; larder=1-" + other);
  CHECK(marked_type({other}, "text/plain; larder=1-" + put + "; charset=utf-8") ==
        "text/plain; charset=utf-8; larder=1-" + other);
}

TEST_CASE("no two puts have the same mark") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const Mark mark = new_mark();
    CHECK(mark_of(marked_type(mark)).has_value());
    CHECK(seen.insert(mark.put).second);
  }
}

TEST_CASE("what is known of an object comes from its mark") {
  const Head head{.size = 10, .etag = "e1-2", .metadata = {{"larder", "b"}}, .type = marked_type({put, 7, 2.5})};
  const Stat stat = stat_of(head);
  CHECK(stat.size == 10);
  CHECK(stat.etag == "e1-2@" + put);
  CHECK(server_etag(stat.etag) == "e1-2");
  CHECK(stat.xxh3 == 7);
  CHECK(stat.cost == 2.5);
  CHECK(stat.metadata == UserMetadata{{"larder", "b"}});
}

TEST_CASE("an object of another tool has its ETag alone") {
  for (const std::string type : {"", "text/plain", "a/b; larder=2-something-of-a-later-version"}) {
    const Stat stat = stat_of({.size = 10, .etag = "e1-2", .type = type});
    CHECK(stat.etag == "e1-2");
    CHECK(server_etag(stat.etag) == "e1-2");
    CHECK_FALSE(stat.xxh3);
  }
}

}  // namespace
}  // namespace larder::internal::s3
