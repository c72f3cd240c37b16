#include <catch2/catch.hpp>

#include "store/s3/signing.h"
#include "tests/store/s3/fake_s3.h"
#include "tests/store/s3/fake_text.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

HttpResponse ask(FakeS3& server, std::string method, std::string path, Headers headers = {}, std::string body = {}) {
  HttpRequest request{.method = std::move(method), .headers = std::move(headers), .body = std::move(body)};
  const std::size_t query = std::min(path.find('?'), path.size());
  request.path = "/bucket" + path.substr(0, query);
  request.query = path.substr(std::min(query + 1, path.size()));
  return server.answer(request);
}

TEST_CASE("FakeS3 keeps what is put, with its metadata, and gives ranges of it") {
  FakeS3 server;
  const HttpResponse put = ask(server, "PUT", "/a%20b", {{"x-amz-meta-larder", "1 x"}}, "0123456789");
  REQUIRE(put.status == 200);
  CHECK(server.keys() == std::vector<std::string>{"a b"});

  const HttpResponse whole = ask(server, "GET", "/a%20b");
  CHECK(whole.status == 200);
  CHECK(whole.body == "0123456789");
  CHECK(whole.headers.at("etag") == put.headers.at("etag"));
  CHECK(whole.headers.at("x-amz-meta-larder") == "1 x");

  const HttpResponse head = ask(server, "HEAD", "/a%20b");
  CHECK(head.body.empty());
  CHECK(head.headers.at("content-length") == "10");

  const HttpResponse range = ask(server, "GET", "/a%20b", {{"range", "bytes=8-99"}});
  CHECK(range.status == 206);
  CHECK(range.body == "89");
  CHECK(range.headers.at("content-range") == "bytes 8-9/10");
  CHECK(ask(server, "GET", "/a%20b", {{"range", "bytes=10-10"}}).status == 416);
  CHECK(ask(server, "GET", "/a%20b", {{"range", "bytes=3-"}}).body == "3456789");
  CHECK(ask(server, "GET", "/none").status == 404);
  CHECK(server.bytes_in == 10);
}

TEST_CASE("FakeS3 regards conditions, or ignores them") {
  FakeS3 server;
  const std::string etag = ask(server, "PUT", "/a", {{"if-none-match", "*"}}, "1").headers.at("etag");
  CHECK(ask(server, "PUT", "/a", {{"if-none-match", "*"}}, "2").status == 412);
  CHECK(ask(server, "PUT", "/a", {{"if-match", "\"no\""}}, "2").status == 412);
  CHECK(ask(server, "PUT", "/b", {{"if-match", etag}}, "2").status == 404);
  CHECK(ask(server, "GET", "/a", {{"if-match", "\"no\""}}).status == 412);
  CHECK(ask(server, "DELETE", "/a", {{"if-match", "\"no\""}}).status == 412);
  CHECK(server.get("a") == "1");
  CHECK(ask(server, "PUT", "/a", {{"if-match", etag}}, "2").status == 200);
  CHECK(ask(server, "DELETE", "/a").status == 204);
  CHECK(server.objects() == 0);

  FakeS3 careless({.ignores_conditions = true, .removes_if_match = false});
  careless.put("a", "1");
  CHECK(ask(careless, "PUT", "/a", {{"if-none-match", "*"}}, "2").status == 200);
  CHECK(ask(careless, "DELETE", "/a", {{"if-match", "\"no\""}}).status == 204);

  FakeS3 directory({.nests = false});
  directory.put("a", "1");
  CHECK(ask(directory, "PUT", "/a/b", {}, "2").status == 409);
  directory.put("c/d", "1");
  CHECK(ask(directory, "PUT", "/c", {}, "2").status == 409);
}

TEST_CASE("FakeS3 lists page by page, in order") {
  FakeS3 server;
  for (const char* key : {"p/c d", "p/a", "p/b", "q/x"}) server.put(key, "x");
  const HttpResponse first = ask(server, "GET", "?list-type=2&prefix=p%2F&max-keys=2&encoding-type=url");
  std::size_t at = 0;
  CHECK(next_element(first.body, "Key", at) == "p/a");
  CHECK(next_element(first.body, "Key", at) == "p/b");
  const std::string token = next_element(first.body, "NextContinuationToken", at);
  REQUIRE_FALSE(token.empty());
  const HttpResponse second =
      ask(server, "GET", "?list-type=2&prefix=p%2F&encoding-type=url&continuation-token=" + token);
  CHECK(second.body.find("<IsTruncated>false<") != std::string::npos);
  at = 0;
  CHECK(next_element(second.body, "Key", at) == "p/c+d");
  next_element(second.body, "Key", at);
  CHECK(at == std::string::npos);
}

TEST_CASE("FakeS3 joins the parts that Complete names") {
  FakeS3 server({.least_part = 2});
  const HttpResponse begun = ask(
      server, "POST", "/big?uploads",
      {{"x-amz-meta-larder", "1 y"}, {"x-amz-checksum-algorithm", "CRC32"}, {"x-amz-checksum-type", "FULL_OBJECT"}});
  std::size_t at = 0;
  const std::string id = next_element(begun.body, "UploadId", at);
  CHECK(server.uploads() == 1);
  const auto send = [&](int number, const std::string& bytes) {
    return ask(server, "PUT", "/big?partNumber=" + std::to_string(number) + "&uploadId=" + id, {}, bytes)
        .headers.at("etag");
  };
  const std::string one = send(1, "first,"), two = send(2, "second");
  const auto complete = [&](const std::string& parts, const Headers& headers = {}) {
    return ask(server, "POST", "/big?uploadId=" + id, headers,
               "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>");
  };
  const auto part = [](int number, const std::string& etag) {
    return "<Part>" + element("PartNumber", std::to_string(number)) + element("ETag", etag) + "</Part>";
  };
  CHECK(complete("").status == 400);
  CHECK(complete(part(1, two) + part(2, two)).body.find("InvalidPart<") != std::string::npos);
  CHECK(complete(part(2, two) + part(1, one)).body.find("InvalidPartOrder<") != std::string::npos);
  CHECK(complete(part(1, one), {{"x-amz-checksum-crc32", "AAAAAA=="}}).body.find("BadDigest") != std::string::npos);
  CHECK(server.objects() == 0);
  CHECK(complete(part(1, one) + part(2, two)).status == 200);
  CHECK(server.get("big") == "first,second");
  CHECK(server.uploads() == 0);
  CHECK(complete(part(1, one)).status == 404);
  const HttpResponse head = ask(server, "HEAD", "/big", {{"x-amz-checksum-mode", "ENABLED"}});
  CHECK(head.headers.at("x-amz-meta-larder") == "1 y");
  CHECK(head.headers.at("x-amz-checksum-type") == "FULL_OBJECT");
}

TEST_CASE("FakeS3 copies, aborts, and knows its checksums") {
  FakeS3 server;
  const std::string etag = ask(server, "PUT", "/a", {{"x-amz-meta-x", "1"}}, "123456789").headers.at("etag");
  CHECK(ask(server, "PUT", "/b", {{"x-amz-copy-source", "/bucket/a"}}).status == 200);
  CHECK(ask(server, "HEAD", "/b").headers.at("x-amz-meta-x") == "1");
  CHECK(
      ask(server, "PUT", "/c", {{"x-amz-copy-source", "bucket/a"}, {"x-amz-copy-source-if-match", "\"no\""}}).status ==
      412);
  CHECK(ask(server, "PUT", "/c", {{"x-amz-checksum-crc32", "AAAAAA=="}}, "123456789").status == 400);
  CHECK(ask(server, "PUT", "/c", {{"x-amz-checksum-crc32", "y/Q5Jg=="}}, "123456789").status == 200);
  std::size_t at = 0;
  const std::string id = next_element(ask(server, "POST", "/d?uploads").body, "UploadId", at);
  CHECK(ask(server, "GET", "?uploads").body.find(id) != std::string::npos);
  CHECK(ask(server, "DELETE", "/d?uploadId=" + id).status == 204);
  CHECK(server.uploads() == 0);
  server.damage("a");
  CHECK(server.get("a") != "123456789");
  CHECK(ask(server, "HEAD", "/a").headers.at("etag") == etag);
}

TEST_CASE("FakeS3 compares signatures with its own") {
  using namespace std::chrono;
  FakeS3 server({.needs_signatures = true, .clock = [] { return system_clock::time_point(seconds(1'700'000'000)); }});
  server.put("a b", "value");
  const auto asked = [&](const std::string& key, const std::string& query, system_clock::time_point when) {
    HttpRequest request{.method = "GET", .path = "/bucket/a%20b", .query = "x-id=GetObject&b=1"};
    const auto now = time_point_cast<seconds>(when);
    request.headers = {{"host", "h:1"},
                       {"x-amz-content-sha256", std::string(internal::s3::unsigned_payload)},
                       {"x-amz-date", internal::s3::amz_date(now)}};
    const internal::s3::Credentials credentials{
        .id = canary_id, .key = internal::s3::Secret(key), .token = internal::s3::Secret()};
    request.headers["authorization"] = internal::s3::authorization(
        {.method = "GET", .path = request.path, .query = query, .payload = internal::s3::unsigned_payload},
        request.headers, credentials, {.region = "us-east-1", .service = "s3"}, now);
    return server.answer(request);
  };
  const system_clock::time_point now(seconds(1'700'000'100));
  CHECK(asked(canary_key, "b=1&x-id=GetObject", now).body == "value");
  CHECK(asked(canary_key, "b=2&x-id=GetObject", now).body.find("SignatureDoesNotMatch") != std::string::npos);
  CHECK(asked("another", "b=1&x-id=GetObject", now).status == 403);
  CHECK(asked(canary_key, "b=1&x-id=GetObject", now + hours(1)).body.find("RequestTimeTooSkewed") != std::string::npos);
  CHECK(ask(server, "GET", "/a%20b").status == 403);
}

TEST_CASE("the transport without sockets fills what was asked for") {
  const auto server = std::make_shared<FakeS3>();
  server->add("huge", 10'000'000'000, [](std::uint64_t offset, MutableBytes out) {
    for (std::byte& byte : out) byte = static_cast<std::byte>(offset++ % 251);
  });
  const auto transport = fake_transport(server);
  std::vector<std::byte> into(4);
  internal::s3::Wire wire{.method = "GET", .url = "http://h:1/bucket/huge", .headers = {{"range", "bytes=251-253"}}};
  wire.into = into;
  const auto reply = transport->exchange(wire).response;
  REQUIRE(reply);
  CHECK(reply->filled == 3);
  CHECK(into[2] == std::byte{2});
  wire.headers["range"] = "bytes=0-9";
  CHECK_ERROR(transport->exchange(wire), malformed);
  wire.url = "http://bucket.h/huge";
  wire.headers["range"] = "bytes=9999999999-";
  CHECK(transport->exchange(wire).response->filled == 1);
  CHECK(server->bytes_out == 3 + 10 + 1);
}

}  // namespace
}  // namespace larder::testing
