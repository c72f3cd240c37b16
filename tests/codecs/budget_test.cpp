// Budgets in words, and what choices cost by them.
#include <larder/budget.h>

#include "tests/support/errors.h"

using namespace larder;

namespace {

std::string message_of(std::string_view text) {
  try {
    static_cast<void>(Budget::parse(text));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// 1 GB of content. A round disk: a tenth of a second for 100 MB.
constexpr std::uint64_t gigabyte = 1'000'000'000;
constexpr Trial none = {.content = gigabyte, .stored = gigabyte, .compress_seconds = 0, .decompress_seconds = 0};
constexpr Trial quick = {
    .content = gigabyte, .stored = 500'000'000, .compress_seconds = 0.4, .decompress_seconds = 0.2};
constexpr Trial dense = {.content = gigabyte, .stored = 200'000'000, .compress_seconds = 20, .decompress_seconds = 1};
constexpr Disk round_disk = {.write = 1e9, .read = 1e9};

Budget budget_of(std::string_view text) {
  Budget budget = Budget::parse(text);
  budget.disk = round_disk;
  return budget;
}

}  // namespace

TEST_CASE("speeds have units of bytes or bits, of 1000 or 1024") {
  CHECK(parse_speed("500MB/s") == 500e6);
  CHECK(parse_speed("500MB") == 500e6);
  CHECK(parse_speed("1.5GiB/s") == 1.5 * 1024 * 1024 * 1024);
  CHECK(parse_speed("100Mbit/s") == 12.5e6);
  CHECK(parse_speed("1e3B/s") == 1000);
  CHECK(parse_speed("2kB/s") == parse_speed("2KB/s"));
  for (const char* wrong : {"", "fast", "500", "500M", "500mb/s", "-1MB/s", "0MB/s", "infMB/s", "nanMB/s", "1e999MB/s",
                            "1e308GB/s", "5 MB/s", "MB/s", "5MB/s/s", "0x10MB/s"}) {
    INFO(wrong);
    CHECK_ERROR(parse_speed(wrong), usage);
  }
}

TEST_CASE("durations are seconds unless they say otherwise") {
  CHECK(parse_duration("5s") == 5);
  CHECK(parse_duration("1.5") == 1.5);
  CHECK(parse_duration("250ms") == 0.25);
  CHECK(parse_duration("2min") == 120);
  CHECK(parse_duration("1h") == 3600);
  CHECK(parse_duration("30d") == 30 * 86400);
  for (const char* wrong : {"", "s", "5 s", "5m", "-5s", "0", "inf", "1w"}) {
    INFO(wrong);
    CHECK_ERROR(parse_duration(wrong), usage);
  }
}

TEST_CASE("a budget is a text of settings") {
  CHECK_FALSE(Budget::parse("").by_size());
  CHECK(Budget::parse("smallest").by_size());
  CHECK(Budget::parse("read-at=500MB/s").read_at == 500e6);
  CHECK_FALSE(Budget::parse("link=80MB/s").by_size());
  const Budget several = Budget::parse("write-within=5s,link=80MB/s,read-at=1GB/s");
  CHECK(several.write_within == 5);
  CHECK(several.link == 80e6);
  CHECK(several.read_at == 1e9);
  CHECK_FALSE(several.by_size());
  for (const char* wrong :
       {"small", "smallest=1", "read-at", "read-at=", "link=5s", ",", "smallest,", "smallest,link=80MB/s", "=", " "}) {
    INFO(wrong);
    CHECK_ERROR(Budget::parse(wrong), usage);
  }
  CHECK(message_of("small") ==
        "'small' is no budget: there are smallest, read-at=SPEED, write-within=TIME and link=SPEED");
}

TEST_CASE("by default the way to the disk and back counts") {
  CHECK(cost_of(none, budget_of("")).amount == Approx(2));
  CHECK(cost_of(quick, budget_of("")).amount == Approx(0.4 + 0.5 + 0.5 + 0.2));
  CHECK(cost_of(quick, budget_of("")) < cost_of(none, budget_of("")));
  CHECK(cost_of(none, budget_of("")) < cost_of(dense, budget_of("")));
}

TEST_CASE("over a link the file goes once") {
  const Budget slow = budget_of("link=8MB/s");
  CHECK(cost_of(none, slow).amount == Approx(125));
  CHECK(cost_of(dense, slow).amount == Approx(20 + 25 + 1));
  CHECK(cost_of(dense, slow) < cost_of(quick, slow));
}

TEST_CASE("the smallest is the smallest") {
  CHECK(cost_of(dense, budget_of("smallest")) < cost_of(quick, budget_of("smallest")));
  CHECK(cost_of(dense, budget_of("smallest")).amount == 200e6);
}

TEST_CASE("a limit goes before the size, and one that nothing meets is met as nearly as possible") {
  const Budget soon = budget_of("write-within=1s");
  CHECK(cost_of(quick, soon).within());
  CHECK_FALSE(cost_of(dense, soon).within());
  CHECK(cost_of(dense, soon).excess == Approx(20.2));
  CHECK(cost_of(quick, soon) < cost_of(none, soon));
  CHECK(cost_of(none, soon) < cost_of(dense, soon));

  const Budget sooner = budget_of("write-within=500ms");
  CHECK_FALSE(cost_of(none, sooner).within());
  CHECK(cost_of(quick, sooner) < cost_of(none, sooner));

  const Budget fast = budget_of("read-at=900MB/s");
  CHECK(seconds_to_read(dense, fast) == Approx(1.2));
  CHECK_FALSE(cost_of(dense, fast).within());
  CHECK(cost_of(quick, fast) < cost_of(none, fast));
}

TEST_CASE("what was tried on a sample is told of the whole content") {
  Budget budget = budget_of("");
  budget.content = 10 * gigabyte;
  CHECK(seconds_to_write(quick, budget) == Approx(9));
  CHECK(cost_of(quick, budget).amount == Approx(16));
  budget.read_at = 1e9;  // a speed is the same for a sample
  CHECK(cost_of(quick, budget).within());
  budget.write_within = 9.1;
  CHECK(cost_of(quick, budget).within());
  budget.write_within = 4.5;
  CHECK(cost_of(quick, budget).excess == Approx(2));
}

TEST_CASE("no content costs nothing and breaks no limit") {
  const Budget budget = budget_of("read-at=1GB/s,write-within=1s");
  CHECK(cost_of({}, budget) == Cost{});
}
