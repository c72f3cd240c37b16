// libcurl as a transport, against real sockets.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>

#include "tests/store/s3/failing.h"
#include "tests/store/s3/fault_server.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace internal::s3;
using namespace std::chrono_literals;
using Kind = Fault::Kind;

struct Fixture {
  Fixture() { s3->put("k", "0123456789"); }

  Exchange ask(const std::string& method, const std::string& key, Bytes body = {}, MutableBytes into = {}) {
    Wire wire{.method = method,
              .url = server.url() + "/bucket/" + key,
              .headers = {{"x-empty", ""}},
              .body = body,
              .into = into};
    wire.stop = stop;
    return transport->exchange(wire);
  }
  Exchange get(MutableBytes into = {}) { return ask("GET", "k", {}, into); }

  std::shared_ptr<FakeS3> s3 = std::make_shared<FakeS3>();
  FaultServer server{s3};
  std::shared_ptr<Transport> transport = curl_transport();
  std::chrono::steady_clock::time_point stop = std::chrono::steady_clock::now() + 20s;
};

TEST_CASE("requests go out and answers come back", "[transport]") {
  Fixture f;
  const std::string body(3'000'000, 'b');
  std::string into(body.size(), '?');
  REQUIRE(f.ask("PUT", "a%20b", as_bytes(body)).response);
  CHECK(f.s3->get("a b") == body);
  const Exchange got = f.ask("GET", "a%20b", {}, std::as_writable_bytes(std::span(into)));
  REQUIRE(got.response);
  CHECK(got.response->status == 200);
  CHECK(got.response->filled == body.size());
  CHECK(got.response->body.empty());
  CHECK(into == body);
  CHECK(got.response->header("content-length") == "3000000");
  CHECK(f.get().response->body == "0123456789");
  CHECK(f.ask("HEAD", "k").response->header("content-length") == "10");
  CHECK(f.ask("PUT", "empty").response->status == 200);
  CHECK(f.s3->get("empty") == "");
  CHECK(f.ask("POST", "up?uploads=").response->status == 200);
  CHECK(f.ask("DELETE", "k").response->status == 204);
  CHECK(f.ask("GET", "k", {}, std::as_writable_bytes(std::span(into))).response->status == 404);
  CHECK(f.ask("PUT", "../../c/./d").response->status == 200);
  CHECK(f.server.seen().back() == "PUT /bucket/../../c/./d");
}

TEST_CASE("a connection that breaks is told, and how far it came", "[transport]") {
  Fixture f;
  std::string into(10, '?');
  const MutableBytes bytes = std::as_writable_bytes(std::span(into));
  struct Row {
    Fault fault;
    std::uint64_t filled;
  };
  for (const Row& row :
       {Row{{.kind = Kind::reset_before}, 0}, Row{{.kind = Kind::reset_after}, 0},
        Row{{.kind = Kind::reset_in_answer, .bytes = 4}, 4}, Row{{.kind = Kind::short_body, .bytes = 3}, 7}}) {
    f.server.play({{.fault = row.fault}});
    const Exchange exchange = f.get(bytes);
    REQUIRE_FALSE(exchange.response);
    CHECK(exchange.lost.sent);
    CHECK_FALSE(exchange.lost.late);
    CHECK(exchange.lost.filled <= row.filled);
    if (row.fault.kind == Kind::short_body) CHECK(exchange.lost.filled == row.filled);
    CHECK_FALSE(exchange.lost.why.empty());
  }
  CHECK(f.get(bytes).response);
}

TEST_CASE("nothing is repeated behind our back", "[transport]") {
  Fixture f;
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "POST"}) {
    REQUIRE(f.ask("GET", "k").response);
    f.server.play({{.fault = {.kind = Kind::reset_after}}});
    const std::size_t before = f.server.seen().size();
    const Exchange exchange = f.ask(method, "x");
    CHECK_FALSE(exchange.response);
    CHECK(exchange.lost.sent);
    CHECK(f.server.seen().size() == before + 1);
  }
}

TEST_CASE("where nobody listens nothing was sent", "[transport]") {
  std::string url;
  {
    Fixture gone;
    url = gone.server.url();
  }
  const Exchange exchange = curl_transport()->exchange({.method = "PUT", .url = url + "/bucket/k"});
  REQUIRE_FALSE(exchange.response);
  CHECK_FALSE(exchange.lost.sent);
  CHECK_FALSE(exchange.lost.late);
}

TEST_CASE("answers that are too long, or none, are refused", "[transport]") {
  Fixture f;
  std::string into(10, '?');
  const MutableBytes bytes = std::as_writable_bytes(std::span(into));
  f.server.play({{.fault = {.kind = Kind::long_body, .bytes = 5}}});
  CHECK_ERROR(f.get(bytes), malformed);
  f.server.play({{.fault = {.kind = Kind::endless_headers}}});
  CHECK_ERROR(f.get(bytes), limit);
  f.server.play({{.fault = {.kind = Kind::answer, .status = 200, .headers = {{"x-long", std::string(120'000, 'x')}}}}});
  CHECK(failing([&] { f.get(bytes); }).find("limit") != 1);
  for (const char* text : {"SSH-2.0-OpenSSH_9\r\n", "HTTP/1.1 what\r\n\r\n", "\r\n\r\n\r\n"}) {
    f.server.play({{.fault = {.kind = Kind::no_http, .text = text}}});
    const std::string told = failing([&] {
      if (!f.get(bytes).response) throw Error(ErrorKind::io, "lost");
    });
    CHECK_THAT(told, Catch::StartsWith("malformed") || Catch::StartsWith("io"));
  }
  CHECK(f.get(bytes).response);
}

TEST_CASE("no request takes longer than it may", "[transport]") {
  Fixture f;
  f.server.play({{.fault = {.kind = Kind::silent}, .times = 3}});
  const auto begin = std::chrono::steady_clock::now();
  f.stop = begin + 1s;
  const Exchange late = f.get();
  REQUIRE_FALSE(late.response);
  CHECK(late.lost.late);
  CHECK(late.lost.sent);
  CHECK(std::chrono::steady_clock::now() - begin < 60s);
  const Exchange none = f.get();
  CHECK(none.lost.late);
  CHECK_FALSE(none.lost.sent);
  const Exchange idle = f.transport->exchange({.method = "GET", .url = f.server.url() + "/bucket/k", .idle = 1s});
  REQUIRE_FALSE(idle.response);
  CHECK_FALSE(idle.lost.late);
}

TEST_CASE("connections are kept, and used by one thread at a time", "[transport]") {
  Fixture f;
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string key = "t" + std::to_string(t);
        const std::string body = key + "-" + std::to_string(i);
        if (!f.ask("PUT", key, as_bytes(body)).response) ++wrong;
        const Exchange got = f.ask("GET", key);
        if (!got.response || got.response->body != body) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("after a fork both go on", "[transport]") {
  Fixture f;
  REQUIRE(f.get().response);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const Exchange exchange = f.get();
    ::_exit(exchange.response && exchange.response->body == "0123456789" ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(f.get().response);
}

TEST_CASE("a proxy of the environment is not for servers of this machine", "[transport]") {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  Fixture f;
  CHECK(f.get().response);
  ::unsetenv("http_proxy");
}

TEST_CASE("only http and https are spoken", "[transport]") {
  const auto transport = curl_transport();
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/"})
    CHECK_ERROR(transport->exchange({.method = "GET", .url = url}), malformed);
  CHECK_ERROR(transport->exchange({.method = "GET", .url = "http://"}), usage);
}

}  // namespace
}  // namespace larder::testing
