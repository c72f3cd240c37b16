#include "tests/store/s3/fault_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>

namespace larder::testing {
namespace {

using Kind = Fault::Kind;

// All that comes back for `text`, and how the connection ended: 0 for in order.
struct Told {
  std::string text{};
  int error = 0;
};
Told tell(const FaultServer& server, const std::string& text) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = ::htons(static_cast<std::uint16_t>(std::stoi(server.url().substr(17))));
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  Told told;
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  // Enough of headers that never end.
  while (told.text.size() < 100'000 && (got = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0)
    told.text.append(buffer.data(), static_cast<std::size_t>(got));
  told.error = got < 0 ? errno : 0;
  ::close(socket);
  return told;
}

// A request that is the last of its connection: the server closes what was shut down by the script, else we ask it to.
std::string get(const std::string& key) { return "GET /bucket/" + key + " HTTP/1.1\r\nHost: h\r\n\r\n"; }
std::string put(const std::string& key, const std::string& bytes) {
  return "PUT /bucket/" + key + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" +
         bytes;
}

TEST_CASE("the fault server breaks connections as its script says") {
  const auto s3 = std::make_shared<FakeS3>();
  s3->put("a", "0123456789");
  FaultServer server(s3);
  SECTION("before anything is done") {
    server.play({{.method = "PUT", .fault = {.kind = Kind::reset_before}}});
    CHECK(tell(server, put("b", "x")).error == ECONNRESET);
    CHECK_FALSE(s3->get("b"));
  }
  SECTION("after it was done") {
    server.play({{.method = "PUT", .fault = {.kind = Kind::reset_after}}});
    CHECK(tell(server, put("b", "x")).error == ECONNRESET);
    CHECK(s3->get("b") == "x");
  }
  SECTION("in the request") {
    server.play({{.fault = {.kind = Kind::reset_in_request, .bytes = 2}}});
    CHECK(tell(server, put("b", "xyz")).error == ECONNRESET);
    CHECK_FALSE(s3->get("b"));
  }
  SECTION("in the answer") {
    server.play({{.fault = {.kind = Kind::reset_in_answer, .bytes = 3}}});
    const Told told = tell(server, get("a"));
    CHECK(told.error == ECONNRESET);
    CHECK(told.text.ends_with("\r\n\r\n012"));
  }
  SECTION("with too short a body") {
    server.play({{.fault = {.kind = Kind::short_body, .bytes = 4}}});
    const Told told = tell(server, get("a"));
    CHECK(told.text.find("content-length: 10\r\n") != std::string::npos);
    CHECK(told.text.ends_with("\r\n\r\n012345"));
  }
  SECTION("with headers that never end") {
    server.play({{.fault = {.kind = Kind::endless_headers}}});
    CHECK(tell(server, get("a")).text.size() >= 100'000);
  }
  SECTION("with something that is no HTTP") {
    server.play({{.fault = {.kind = Kind::no_http, .text = "220 ftp"}}});
    CHECK(tell(server, get("a")).text == "220 ftp");
  }
  CHECK(server.left().empty());
}

// What the server answers to `text` and then to a request that ends the connection.
std::string answers(FaultServer& server, const std::string& text) {
  std::vector<Step> script = server.left();
  script.push_back({.contains = "the-end", .fault = {.kind = Kind::no_http, .text = "END"}});
  server.play(script);
  return tell(server, text + get("the-end")).text;
}

TEST_CASE("the fault server answers as its script says") {
  const auto s3 = std::make_shared<FakeS3>();
  s3->put("a", "0123456789");
  FaultServer server(s3);
  SECTION("with what the script has") {
    server.play({{.method = "GET",
                  .contains = "/a",
                  .fault = {.kind = Kind::answer, .status = 503, .headers = {{"retry-after", "1"}}, .text = "busy"},
                  .after = 1}});
    const std::string told = answers(server, get("a") + get("a"));
    CHECK(told.starts_with("HTTP/1.1 200"));
    CHECK(told.find("HTTP/1.1 503 ") != std::string::npos);
    CHECK(told.find("retry-after: 1\r\n") != std::string::npos);
    CHECK(told.ends_with("\r\n\r\nbusyEND"));
  }
  SECTION("with too much") {
    server.play({{.fault = {.kind = Kind::long_body, .bytes = 2}}});
    CHECK(answers(server, get("a")).ends_with("0123456789++END"));
  }
  SECTION("with other bytes, or wrong ones") {
    server.play({{.contains = "/a", .fault = {.kind = Kind::wrong_bytes}},
                 {.contains = "/a", .fault = {.meanwhile = [s3] { s3->put("a", "other"); }}}});
    CHECK(answers(server, get("a")).ends_with("0123446789END"));
    CHECK(answers(server, get("a")).ends_with("otherEND"));
  }
  SECTION("slowly") {
    server.play({{.contains = "/a", .fault = {.kind = Kind::slow, .bytes = 3, .milliseconds = 1}}});
    CHECK(answers(server, get("a")).ends_with("0123456789END"));
  }
  SECTION("and does a request twice, or later") {
    server.play({{.contains = "/twice", .fault = {.kind = Kind::twice}}});
    CHECK(answers(server, put("twice", "x")).starts_with("HTTP/1.1 200"));
    CHECK(s3->requests == 2);
    server.play({{.contains = "/late", .fault = {.kind = Kind::later, .bytes = 1}}});
    CHECK(tell(server, put("late", "x")).error == ECONNRESET);
    CHECK_FALSE(s3->get("late"));
    answers(server, get("a") + get("a"));
    CHECK(s3->get("late") == "x");
  }
  SECTION("and keeps what it saw") {
    CHECK_FALSE(server.saw_secret());
    answers(server, put("b?x=1", canary_key));
    CHECK(server.saw_secret());
    CHECK(server.seen().front() == "PUT /bucket/b?x=1");
  }
  CHECK(server.left().empty());
}

}  // namespace
}  // namespace larder::testing
