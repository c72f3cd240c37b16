// The mark that each put leaves on its object.
#include "store/s3/mark.h"

#include <set>

#include "tests/support/errors.h"

namespace larder::internal::s3 {
namespace {

using namespace std::string_literals;

const std::string put = "0123456789abcdef0123456789abcdef";

TEST_CASE("a mark is read as it was written") {
  for (const std::optional<std::uint64_t> xxh3 :
       {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(0), std::optional<std::uint64_t>(UINT64_MAX)}) {
    for (const std::optional<double> cost : {std::optional<double>(), std::optional(0.0), std::optional(0.1),
                                             std::optional(1e300), std::optional(5e-324), std::optional(123456.789)}) {
      const std::string text = format({put, xxh3, cost});
      INFO(text);
      const auto mark = parse_mark(text);
      REQUIRE(mark);
      CHECK(mark->put == put);
      CHECK(mark->xxh3 == xxh3);
      CHECK(mark->cost == cost);
    }
  }
  CHECK(format({put, 0xabc, 2.5}) == "1 " + put + " x=0000000000000abc c=2.5");
}

TEST_CASE("what is no mark is another tool's") {
  for (const std::string& text : {""s,
                                  "1"s,
                                  "1 "s,
                                  "2 " + put,
                                  put,
                                  "1 " + put.substr(1),
                                  "1 " + put + "0",
                                  "1 X" + put.substr(1),
                                  "1  " + put,
                                  "1 " + put + " y=1",
                                  "1 " + put + " x=",
                                  "1 " + put + " x=0abc",
                                  "1 " + put + " x=000000000000000G",
                                  "1 " + put + " x=0000000000000abc x=0000000000000abc",
                                  "1 " + put + " c=",
                                  "1 " + put + " c=-1",
                                  "1 " + put + " c=nan",
                                  "1 " + put + " c=inf",
                                  "1 " + put + " c=1x",
                                  "1 " + put + " c=1 c=1",
                                  "1 " + put + "  c=1",
                                  "1 " + put + "\0"s}) {
    INFO(text);
    CHECK_FALSE(parse_mark(text));
  }
}

TEST_CASE("no two puts have the same mark") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const Mark mark = new_mark();
    CHECK(parse_mark(format(mark)).has_value());
    CHECK(seen.insert(mark.put).second);
  }
}

Head head_with(const std::string& mark) {
  Head head;
  head.size = 10;
  head.etag = "e1-2";
  head.metadata = {{"name", "value"}};
  if (!mark.empty()) head.metadata.emplace(mark_name, mark);
  return head;
}

TEST_CASE("what is known of an object comes from its mark") {
  const Stat stat = stat_of(head_with(format({put, 7, 2.5})));
  CHECK(stat.size == 10);
  CHECK(stat.etag == "e1-2@" + put);
  CHECK(server_etag(stat.etag) == "e1-2");
  CHECK(stat.xxh3 == 7);
  CHECK(stat.cost == 2.5);
  CHECK(stat.metadata == UserMetadata{{"name", "value"}});
}

TEST_CASE("an object of another tool has its ETag alone") {
  for (const std::string mark : {"", "2 something of a later version"}) {
    const Stat stat = stat_of(head_with(mark));
    CHECK(stat.etag == "e1-2");
    CHECK(server_etag(stat.etag) == "e1-2");
    CHECK_FALSE(stat.xxh3);
    CHECK(stat.metadata.size() == (mark.empty() ? 1U : 2U));
  }
}

TEST_CASE("metadata cannot have the name of the mark") {
  CHECK(marked({{"a", "b"}}, {put}).at("larder") == "1 " + put);
  CHECK_ERROR(marked({{"larder", "b"}}, {put}), usage);
}

}  // namespace
}  // namespace larder::internal::s3
