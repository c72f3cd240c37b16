// What became of a put whose answer does not tell: every combination of what can be known.
#include "store/s3/settling.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace larder::internal::s3 {
namespace {

using std::chrono::seconds;

const std::string ours(32, 'a');
const std::string other(32, 'b');
const std::chrono::system_clock::time_point begun{seconds(1'000'000)};

Head object(const std::string& put, seconds after, const std::string& etag = "etag") {
  Head head;
  head.etag = etag;
  head.modified = begun + after;
  if (!put.empty()) head.type = marked_type({put});
  return head;
}

struct Seen {
  std::string what;
  std::optional<Head> head;
  bool is_ours = false;
  bool stood_there_before = false;
};

std::vector<Seen> all_seen() {
  return {{"nothing", std::nullopt},
          {"ours", object(ours, seconds(0)), true},
          {"ours, which another server dates back", object(ours, seconds(-100)), true},
          {"ours, uploaded in parts", object(ours, seconds(-100), "etag-3"), true},
          {"another, older", object(other, seconds(-3)), false, true},
          {"another tool's, older", object("", seconds(-3)), false, true},
          {"another, of that time", object(other, seconds(-2))},
          {"another, newer", object(other, seconds(1))},
          {"another tool's, newer", object("", seconds(1))},
          {"another, older, uploaded in parts", object(other, seconds(-100), "etag-3")}};
}

struct Condition {
  std::string what;
  PutHow how;
  bool excludes_what_stands_there = false;
};

std::vector<Condition> conditions() {
  return {{"none", {}},
          {"absent", {.if_absent = true}, true},
          {"the etag of what is there", {.if_match = "etag"}},
          {"another etag", {.if_match = "before"}, true}};
}

Outcome expected(const std::optional<Sent>& answer, const Condition& condition, const Seen& seen) {
  if (answer == Sent::done) return Outcome::done;
  // Whatever was answered: a proxy may have delivered it twice.
  if (seen.is_ours) return Outcome::done;
  if (answer == Sent::refused) return Outcome::conflict;
  // Only a condition keeps an attempt from having replaced what is older; only an answer tells that it was refused.
  return answer == Sent::uncertain && condition.excludes_what_stands_there && seen.stood_there_before
             ? Outcome::conflict
             : Outcome::unknown;
}

TEST_CASE("a put without an answer is settled by what is there, or unknown") {
  for (const std::optional<Sent> answer : {std::optional<Sent>(), std::optional(Sent::done),
                                           std::optional(Sent::refused), std::optional(Sent::uncertain)}) {
    for (const Condition& condition : conditions()) {
      for (const Seen& seen : all_seen()) {
        INFO("answer " << (answer ? static_cast<int>(*answer) : -1) << ", condition " << condition.what << ", there is "
                       << seen.what);
        CHECK(settle({answer, condition.how, begun}, ours, seen.head) == expected(answer, condition, seen));
      }
    }
  }
}

}  // namespace
}  // namespace larder::internal::s3
