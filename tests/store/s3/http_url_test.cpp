// URLs of servers, and which of them lead to this machine.
#include <catch2/catch.hpp>

#include "store/s3/http_url.h"

namespace larder::internal::s3 {

TEST_CASE("URLs of servers are read") {
  const auto url = parse_http_url("HTTPS://S3.Example.org:9000/a/b?c=D");
  REQUIRE(url);
  CHECK(url->secure);
  CHECK(url->host == "s3.example.org");
  CHECK(url->port == "9000");
  CHECK(url->rest == "/a/b?c=D");
  CHECK(url->server() == "https://s3.example.org:9000");
  CHECK(parse_http_url("http://[::1]:80")->server() == "http://[::1]");
  CHECK(parse_http_url("http://[FD00:EC2::254]:8080/x")->server() == "http://[fd00:ec2::254]:8080");
  CHECK(parse_http_url("https://host:443")->port.empty());
  CHECK(parse_http_url("https://host:80")->port == "80");
  CHECK(parse_http_url("http://minio_1?x")->rest == "?x");
}

TEST_CASE("texts that are no URL of a server are refused") {
  for (const char* text : {"",
                           "host",
                           "host:9000",
                           "ftp://host",
                           "file:///etc/passwd",
                           "https://",
                           "https:///path",
                           "https://:9000",
                           "https://host:",
                           "https://host:0",
                           "https://host:65536",
                           "https://host:+1",
                           "https://host:9x",
                           "https://me:secret@host",
                           "https://me@host",
                           "https://ho st",
                           "https://host/a b",
                           "https://host/#x",
                           "https://host\r\nx: y",
                           "https://host/\n",
                           "https://.host",
                           "https://-host",
                           "https://a..b",
                           "https://[::1",
                           "https://::1",
                           "https://[]",
                           "https://[::1]x",
                           "https://[host]",
                           "https://h%6fst",
                           "https://h\xc3\xb6st",
                           "https://host\\evil"}) {
    INFO(text);
    CHECK(!parse_http_url(text));
  }
  CHECK(!parse_http_url(std::string_view("https://ho\0st", 13)));
  CHECK(!parse_http_url("https://" + std::string(254, 'a')));
}

TEST_CASE("only what certainly leads to this machine is taken for it") {
  for (const char* host : {"127.0.0.1", "127.255.255.254", "localhost", "[::1]"}) {
    INFO(host);
    CHECK(is_this_machine(host));
  }
  for (const char* host : {"", "128.0.0.1", "0127.0.0.1", "127.0.0.1.example.org", "127.1", "127.0.0", "127.0.0.256",
                           "127.0.0.1.", "localhost.example.org", "127.0.0.one", "[::2]", "[::ffff:1.2.3.4]"}) {
    INFO(host);
    CHECK_FALSE(is_this_machine(host));
  }
}

TEST_CASE("the places where clouds keep credentials are near, nothing else on their network is") {
  for (const char* host : {"localhost", "169.254.169.254", "169.254.170.2", "[fd00:ec2::254]"}) CHECK(is_near(host));
  for (const char* host : {"169.254.1.1", "169.254.169.254.example.org", "10.0.0.1", "[fd00:ec2::1]"})
    CHECK_FALSE(is_near(host));
}

TEST_CASE("addresses are told from names") {
  for (const char* host : {"10.0.0.1", "[fd00::1]"}) CHECK(is_address(host));
  for (const char* host : {"host", "10.0.0.example", "10.0.0.1.2"}) CHECK_FALSE(is_address(host));
}

}  // namespace larder::internal::s3
