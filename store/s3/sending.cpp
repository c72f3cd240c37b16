#include "store/s3/sending.h"

#include <algorithm>

#include "base/text.h"
#include "store/s3/redirect.h"
#include "store/s3/signing.h"
#include "store/s3/utc_time.h"

namespace larder::internal::s3 {

namespace {

using std::chrono::milliseconds;

constexpr int most_redirects = 5;
constexpr int most_unreached = 5;
constexpr std::uint64_t slowest = 64 << 10;  // bytes a second

milliseconds time_to_move(const Request& request) {
  return milliseconds((request.body.size() + request.into.size()) * 1000 / slowest);
}

// "bytes=0-99".
std::string range_text(std::uint64_t offset, std::uint64_t size) {
  return join("bytes=", offset, "-", offset + size - 1);
}

}  // namespace

Sending::Sending(Session& session, const S3Options& options, const Request& request, std::string name)
    : session_(session),
      options_(options),
      request_(request),
      name_(std::move(name)),
      deadline_(request.deadline.value_or(options.deadline)),
      stop_(session.pacing().now() + deadline_ + time_to_move(request)),
      begun_(session.pacing().wall()) {}

Reply Sending::run() {
  for (;;) {
    const Attempt attempt = next_attempt();
    Exchange exchanged = exchange(attempt);
    if (exchanged.response) {
      const Next next = look_at(*exchanged.response, attempt);
      if (next == Next::stands) return reply(std::move(*exchanged.response));
      if (next == Next::at_once) continue;
    } else {
      note(exchanged.lost);
    }
    wait();
  }
}

Sending::Attempt Sending::next_attempt() {
  ++attempts_;
  Attempt attempt{session_.endpoint(), session_.credentials().get(), {}};
  Wire& wire = attempt.wire;
  wire.method = request_.method;
  wire.url = attempt.endpoint.url(request_);
  wire.headers = request_.headers;
  wire.body = request_.body;
  wire.into = request_.into.subspan(filled_);
  if (request_.offset) wire.headers["range"] = range_text(*request_.offset + filled_, wire.into.size());
  wire.idle = options_.idle;
  wire.connect = std::min(wire.connect, options_.idle);
  wire.ca_file = options_.ca_file;
  wire.stop = stop_;
  sign(attempt);
  return attempt;
}

void Sending::sign(Attempt& attempt) const {
  Headers& headers = attempt.wire.headers;
  headers["host"] = attempt.endpoint.host_of_bucket();
  if (!attempt.credentials) return;
  const auto now = std::chrono::floor<std::chrono::seconds>(session_.signing_time());
  headers["x-amz-date"] = amz_date(now);
  headers["x-amz-content-sha256"] = unsigned_payload;
  if (!attempt.credentials->token.empty()) headers["x-amz-security-token"] = attempt.credentials->token.reveal();
  const std::string path = attempt.endpoint.path(request_);
  const std::string query = escape_query(request_.query);
  headers["authorization"] =
      authorization({.method = request_.method, .path = path, .query = query, .payload = unsigned_payload}, headers,
                    *attempt.credentials, {.region = attempt.endpoint.region, .service = "s3"}, now);
}

Exchange Sending::exchange(const Attempt& attempt) {
  try {
    return session_.transport().exchange(attempt.wire);
  } catch (const Error& error) {
    const bool was_answered = error.kind() == ErrorKind::malformed || error.kind() == ErrorKind::limit;
    if (!was_answered || !changes_something()) throw Error(error.kind(), join(name_, ": ", error.what()));
    fail(ErrorKind::unknown_outcome, name_, ": it cannot be known whether the ", request_.method,
         " took effect: ", error.what());
  }
}

Sending::Next Sending::look_at(Response& response, const Attempt& attempt) {
  session_.note(response);
  const auto error = take_error(response);
  const Trouble trouble = trouble_of(response, error ? std::string_view(error->code) : std::string_view());
  last_ = describe(response);
  switch (trouble) {
    case Trouble::none:
      return Next::stands;
    case Trouble::elsewhere:
      return redirect(response, error, attempt);
    case Trouble::expired:
      if (renewed_ || !attempt.credentials) return Next::stands;
      renewed_ = true;
      session_.credentials().refuse(attempt.credentials);
      return Next::at_once;
    case Trouble::skewed:
      if (corrected_) return Next::stands;
      corrected_ = true;
      session_.sign_by_server();
      return Next::at_once;
    case Trouble::failing:
      uncertain_ = true;
      break;
    case Trouble::busy:
      break;
  }
  asked_for_ = retry_after(response, session_.pacing().wall() + session_.ahead());
  return Next::later;
}

Sending::Next Sending::redirect(const Response& response, const std::optional<ServerError>& error,
                                const Attempt& attempt) {
  if (++redirects_ > most_redirects)
    fail(ErrorKind::io, name_, ": the server redirects more than ", most_redirects, " times");
  session_.go_to(redirected(attempt.endpoint, response, error, name_));
  return Next::at_once;
}

void Sending::note(const Lost& lost) {
  last_ = lost.why;
  asked_for_.reset();
  uncertain_ = uncertain_ || lost.sent;
  if (lost.late) give_up();
  if (!lost.sent && !session_.was_answered() && attempts_ >= most_unreached) give_up();
  // Only an object that is still the same has the rest of this one.
  if (request_.offset && request_.headers.contains("if-match")) filled_ += lost.filled;
}

void Sending::wait() {
  const milliseconds pause =
      std::max(backoff(attempts_, session_.pacing().chance()), asked_for_.value_or(milliseconds(0)));
  if (session_.pacing().now() + pause >= stop_) give_up();
  session_.pacing().sleep(pause);
}

Reply Sending::reply(Response response) const {
  if (response.status / 100 == 2) response.filled += filled_;
  return {std::move(response), attempts_, uncertain_, begun_ + session_.ahead()};
}

void Sending::give_up() const {
  const std::string tried = join(attempts_, attempts_ == 1 ? " attempt" : " attempts", ", the last: ", last_);
  if (changes_something() && uncertain_) {
    fail(ErrorKind::unknown_outcome, name_, ": it cannot be known whether the ", request_.method, " took effect (",
         tried, ")");
  }
  fail(ErrorKind::io, name_, ": the server did not do the ", request_.method, " (", tried, ")");
}

}  // namespace larder::internal::s3
