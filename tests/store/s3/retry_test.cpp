// What is asked again, when, and what is said when time is up.
#include <catch2/catch.hpp>

#include "store/s3/retrying.h"
#include "store/s3/utc_time.h"
#include "tests/store/s3/failing.h"
#include "tests/store/s3/fake_text.h"
#include "tests/store/s3/listed_answers.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace internal::s3;
using namespace std::chrono_literals;
using Milliseconds = std::chrono::milliseconds;

const Lost broken{.sent = true, .why = "the connection was reset"};
const Lost unreached{.sent = false, .why = "nobody listens"};

TEST_CASE("answers that pass are asked again, others stand") {
  struct Row {
    int status;
    std::string code;
    bool again;
    bool uncertain;
  };
  const std::vector<Row> rows = {{408, "", true, false},
                                 {429, "TooManyRequests", true, false},
                                 {500, "InternalError", true, true},
                                 {502, "", true, true},
                                 {503, "SlowDown", true, false},
                                 {503, "ServiceUnavailable", true, true},
                                 {504, "", true, true},
                                 {409, "ConditionalRequestConflict", true, false},
                                 {409, "OperationAborted", true, false},
                                 {400, "RequestTimeout", true, false},
                                 {200, "InternalError", true, true},
                                 {200, "SlowDown", true, false},
                                 {409, "BucketNotEmpty", false, false},
                                 {400, "BadDigest", false, false},
                                 {401, "", false, false},
                                 {403, "AccessDenied", false, false},
                                 {404, "NoSuchKey", false, false},
                                 {412, "PreconditionFailed", false, false},
                                 {416, "InvalidRange", false, false},
                                 {501, "NotImplemented", false, false},
                                 {505, "", false, false}};
  for (const Row& row : rows) {
    INFO(row.status << " " << row.code);
    Conversation script({row.code.empty() ? answer(row.status) : refusal(row.status, row.code), answer(204)});
    const Reply reply = script.send("PUT");
    CHECK(script.attempts() == (row.again ? 2 : 1));
    CHECK(reply.attempts == (row.again ? 2 : 1));
    CHECK(reply.response.status == (row.again ? 204 : row.status));
    CHECK(reply.uncertain == row.uncertain);
  }
}

TEST_CASE("an error behind a 200 has the status of its code") {
  for (const auto& [code, status] : std::map<std::string, int>{
           {"PreconditionFailed", 412}, {"NoSuchUpload", 404}, {"AccessDenied", 403}, {"InvalidPart", 400}}) {
    Conversation script({refusal(200, code)});
    CHECK(script.send("POST").response.status == status);
  }
  Conversation script({answer(200, {}, "<ListBucketResult/>")});
  CHECK(script.send("GET").response.status == 200);
}

TEST_CASE("lost connections are tried again, and remembered") {
  Conversation script({lost(broken), lost(unreached), answer(200)});
  const Reply reply = script.send("PUT");
  CHECK(reply.attempts == 3);
  CHECK(reply.uncertain);
  Conversation never({lost(unreached), answer(200)});
  CHECK_FALSE(never.send("PUT").uncertain);
}

TEST_CASE("pauses double up to 20 seconds, with full jitter") {
  CHECK(backoff(1, 1.0) == 100ms);
  CHECK(backoff(2, 1.0) == 200ms);
  CHECK(backoff(2, 0.25) == 50ms);
  CHECK(backoff(8, 1.0) == 12'800ms);
  CHECK(backoff(9, 1.0) == 20s);
  CHECK(backoff(1'000'000'000, 1.0) == 20s);
  CHECK(backoff(9, 0.0) == 0ms);
  Conversation script({answer(500)});
  CHECK_ERROR(script.send("GET"), io);
  const std::vector<Milliseconds> slept = script.time.slept();
  REQUIRE(slept.size() > 9);
  CHECK(std::vector<Milliseconds>(slept.begin(), slept.begin() + 10) ==
        std::vector<Milliseconds>{50ms, 100ms, 200ms, 400ms, 800ms, 1'600ms, 3'200ms, 6'400ms, 10s, 10s});
  Milliseconds all{};
  for (const Milliseconds pause : slept) all += pause;
  CHECK((all <= 120s && all > 110s));
}

TEST_CASE("the server is left alone for as long as it asks") {
  Conversation seconds({refusal(503, "SlowDown", {{"retry-after", "7"}}), answer(200)});
  seconds.send("GET");
  CHECK(seconds.time.slept() == std::vector<Milliseconds>{7s});

  const auto now = std::chrono::system_clock::now();
  Conversation date(
      {refusal(503, "SlowDown", {{"date", http_date(now - 1h)}, {"retry-after", http_date(now - 1h + 9s)}}),
       answer(200)});
  date.send("GET");
  REQUIRE(date.time.slept().size() == 1);
  CHECK((date.time.slept()[0] > 7s && date.time.slept()[0] <= 10s));

  Conversation longer({refusal(503, "SlowDown", {{"retry-after", "121"}}), answer(200)});
  CHECK_FAILS(longer.send("PUT"), io, "SlowDown");
  CHECK(longer.time.slept().empty());
}

TEST_CASE("a time to wait that is none counts for nothing") {
  const auto wait = [](const std::string& text) {
    Response response;
    response.headers["retry-after"] = text;
    return retry_after(response, std::chrono::sys_days(std::chrono::year(2026) / 11 / 22));
  };
  CHECK(wait("0") == 0ms);
  CHECK(wait("3600") == 1h);
  CHECK(wait("3601") == 1h);
  CHECK(wait("99999999999999999999") == 1h);
  CHECK(wait("Sun, 22 Nov 2026 00:00:05 GMT") == 5s);
  CHECK(wait("Sat, 21 Nov 2026 00:00:05 GMT") == 0ms);
  for (const char* none : {"", "-1", "1.5", "1 ", "soon", "x1"}) CHECK_FALSE(wait(none));
}

TEST_CASE("when time is up, it is said whether something may have been done") {
  SECTION("certainly not") {
    Conversation script({refusal(429, "TooManyRequests")});
    CHECK_FAILS(script.send("PUT"), io, "s3://bucket/k: the server did not do the PUT (");
  }
  SECTION("perhaps") {
    Conversation script({lost(broken)});
    CHECK_FAILS(script.send("PUT"), unknown_outcome, "the connection was reset");
    Conversation later({answer(200), lost(broken), refusal(429, "TooManyRequests")});
    later.send("GET");
    CHECK_FAILS(later.send("DELETE"), unknown_outcome, "HTTP 429 TooManyRequests");
  }
  SECTION("nothing is done by looking") {
    for (const char* method : {"GET", "HEAD"}) {
      Conversation script({lost(broken)});
      CHECK_ERROR(script.send(method), io);
    }
  }
  SECTION("late in the first attempt") {
    Conversation script({lost({.sent = true, .late = true, .why = "late"})});
    CHECK_ERROR(script.send("PUT"), unknown_outcome);
    CHECK(script.attempts() == 1);
  }
}

TEST_CASE("a server that never answered is given up soon, one that did is waited for") {
  Conversation never({lost(unreached)});
  CHECK_FAILS(never.send("PUT"), io, "(5 attempts, the last: nobody listens)");
  Conversation gone({answer(200), lost(unreached)});
  gone.send("GET");
  CHECK_FAILS(gone.send("PUT"), io, "nobody listens");
  CHECK(gone.attempts() > 10);
}

TEST_CASE("a large body has time to move") {
  Conversation script({answer(200)});
  const std::string body(64 << 20, 'b');
  Request request;
  request.method = "PUT";
  request.key = "k";
  request.body = as_bytes(body);
  request.deadline = 1s;
  script.client.send(request);
  const auto left = script.transport->wires.at(0).stop - std::chrono::steady_clock::now();
  CHECK((left > 1000s && left < 1026s));
}

TEST_CASE("credentials that expired are fetched anew, once") {
  for (const int status : {400, 403}) {
    Conversation script({refusal(status, "ExpiredToken"), answer(200)});
    CHECK(script.send("PUT").response.status == 200);
    CHECK(script.credentials->refused == 1);
    CHECK(script.time.slept().empty());
    CHECK(script.header(1, "x-amz-security-token") == std::string(canary_token) + "-1");
    Conversation twice({refusal(status, "ExpiredToken")});
    CHECK(twice.send("PUT").response.status == status);
    CHECK(twice.attempts() == 2);
  }
}

TEST_CASE("a clock that is wrong is set by the server's, once") {
  const auto date = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - 3h;
  Conversation script({refusal(403, "RequestTimeTooSkewed", {{"date", http_date(date)}}), answer(200)});
  CHECK(script.send("PUT").response.status == 200);
  const std::string before = script.header(0, "x-amz-date");
  const std::string after = script.header(1, "x-amz-date");
  CHECK(before != after);
  CHECK((after == amz_date(date - 1s) || after == amz_date(date) || after == amz_date(date + 1s)));
  CHECK(std::chrono::abs(script.client.now() - date) < 5s);
  Conversation twice({refusal(403, "RequestTimeTooSkewed", {{"date", http_date(date)}})});
  CHECK(twice.send("PUT").response.status == 403);
  CHECK(twice.attempts() == 2);
}

TEST_CASE("a put tells when it began, in the server's time") {
  const auto date = std::chrono::system_clock::now() + 5h;
  Conversation script({lost(broken), answer(200, {{"date", http_date(date)}})});
  const Reply reply = script.send("PUT");
  CHECK(std::chrono::abs(reply.begun - date) < 5s);
}

TEST_CASE("what was lost on the way is asked for from where it broke off") {
  Conversation script({answer(206, {{"etag", "\"e\""}})});
  std::string into(10, '?');
  Request request;
  request.method = "GET";
  request.key = "k";
  request.offset = 100;
  request.into = std::as_writable_bytes(std::span(into));
  SECTION("of the same object") {
    request.headers["if-match"] = "\"e\"";
    Lost partly = broken;
    partly.filled = 4;
    Conversation parts({lost(partly), lost(partly), answer(206)});
    CHECK(parts.client.send(request).response.filled == 8);
    CHECK(parts.header(0, "range") == "bytes=100-109");
    CHECK(parts.header(1, "range") == "bytes=104-109");
    CHECK(parts.header(2, "range") == "bytes=108-109");
    CHECK(parts.transport->wires[2].into.data() == request.into.data() + 8);
  }
  SECTION("of whichever object: from its beginning") {
    Lost partly = broken;
    partly.filled = 4;
    Conversation parts({lost(partly), answer(206)});
    parts.client.send(request);
    CHECK(parts.header(1, "range") == "bytes=100-109");
  }
}

TEST_CASE("an answer that cannot be read leaves a change unknown") {
  class Nonsense final : public Transport {
    Exchange exchange(const Wire&) override { throw Error(ErrorKind::malformed, "it is no HTTP"); }
  };
  const Endpoint endpoint{.host = "s3.example", .bucket = "bucket", .region = "here-1"};
  Client client(endpoint, {}, std::make_shared<FakeCredentials>(), std::make_shared<Nonsense>());
  Request request;
  request.key = "k";
  request.method = "PUT";
  CHECK_FAILS(client.send(request), unknown_outcome, "it is no HTTP");
  request.method = "GET";
  CHECK_FAILS(client.send(request), malformed, "s3://bucket/k: it is no HTTP");
}

TEST_CASE("what a server says is shown, but can do no harm") {
  Response response{.status = 403, .headers = {{"x-amz-request-id", "1\x1b[2J"}, {"authorization", canary_key}}};
  response.body = "<Error><Code>A\nB</Code><Message>" + std::string(10'000, 'm') + "\x1b[2J</Message></Error>";
  const std::string text = describe(response);
  CHECK(text.size() < 700);
  CHECK(text.starts_with("HTTP 403 'A\\x0aB': 'mmm"));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("CANARY") == std::string::npos);
  CHECK(describe({.status = 404}) == "HTTP 404");
  const auto failed = [](int status, const std::string& code) {
    return failing([&] { fail_with(*refusal(status, code).response, "s3://b/k", "put"); });
  };
  CHECK(failed(404, "NoSuchKey") == "not_found: s3://b/k cannot be put: HTTP 404 NoSuchKey");
  CHECK_THAT(failed(404, "NoSuchUpload"), Catch::StartsWith("io: "));
  CHECK_THAT(failed(412, "PreconditionFailed"), Catch::StartsWith("conflict: "));
  CHECK_THAT(failed(416, "InvalidRange"), Catch::StartsWith("usage: "));
  CHECK_THAT(failed(501, "NotImplemented"), Catch::StartsWith("unsupported: "));
  CHECK_THAT(failed(403, "AccessDenied"), Catch::StartsWith("io: "));
}

TEST_CASE("a request without credentials is not signed") {
  class Nobody final : public CredentialSource {
    std::shared_ptr<const Credentials> get() override { return nullptr; }
    void refuse(const std::shared_ptr<const Credentials>&) override {}
  };
  const auto transport = std::make_shared<ListedAnswers>(std::deque<Exchange>{refusal(403, "ExpiredToken")});
  const Endpoint endpoint{.host = "s3.example", .bucket = "bucket", .region = "here-1"};
  Client client(endpoint, {}, std::make_shared<Nobody>(), transport);
  Request request;
  request.method = "GET";
  CHECK(client.send(request).response.status == 403);
  CHECK(transport->wires.size() == 1);
  CHECK_FALSE(transport->wires[0].headers.contains("authorization"));
  CHECK(transport->wires[0].headers.at("host") == "s3.example");
}

}  // namespace
}  // namespace larder::testing
