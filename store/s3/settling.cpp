#include "store/s3/settling.h"

#include <utility>

#include "base/text.h"

namespace larder::internal::s3 {

namespace {

constexpr std::chrono::seconds agreement{2};  // of the clocks of a bucket's servers

bool was_uploaded_in_parts(const Head& head) { return head.etag.find('-') != std::string::npos; }

bool stood_there_before(const Head& head, std::chrono::system_clock::time_point begun) {
  return !was_uploaded_in_parts(head) && head.modified < begun - agreement;
}

bool excludes(const PutHow& how, const Head& head) {
  return how.if_absent || (!how.if_match.empty() && how.if_match != head.etag);
}

}  // namespace

Outcome settle(const Attempt& attempt, std::string_view put, const std::optional<Head>& present) {
  if (attempt.answer == Sent::done) return Outcome::done;
  const auto mark = present ? mark_of(present->type) : std::nullopt;
  if (mark && mark->put == put) return Outcome::done;
  if (attempt.answer == Sent::refused) return Outcome::conflict;
  if (!present) return Outcome::unknown;
  const bool was_refused =
      attempt.answer && excludes(attempt.how, *present) && stood_there_before(*present, attempt.begun);
  return was_refused ? Outcome::conflict : Outcome::unknown;
}

std::optional<Published> settled(Bucket& bucket, const std::string& key, const Mark& mark, const PutHow& how,
                                 const std::function<Put()>& send) {
  Attempt attempt{.how = how};
  std::string lost;
  try {
    Put put = send();
    if (put.sent == Sent::done) return Published{std::move(put.etag), put.begun};
    attempt.answer = put.sent;
    attempt.begun = put.begun;
    lost = join(bucket.name(key), ": an answer was lost, and the server then said ", put.why);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unknown_outcome) throw;
    lost = error.what();
  }
  std::optional<Head> present;
  try {
    present = bucket.head(key);
  } catch (const Error& error) {
    if (attempt.answer == Sent::refused) return std::nullopt;
    fail(ErrorKind::unknown_outcome, lost, "; to look at it failed: ", error.what());
  }
  const Outcome outcome = settle(attempt, mark.put, present);
  if (outcome == Outcome::done) return Published{present->etag, present->modified};
  if (outcome == Outcome::conflict) return std::nullopt;
  fail(ErrorKind::unknown_outcome, lost, present ? "; another value is there now" : "; no value is there now");
}

}  // namespace larder::internal::s3
