// URLs of servers, as users and the environment give them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::internal::s3 {

struct HttpUrl {
  bool secure = true;  // https
  std::string host{};  // in lower case; IPv6 in brackets
  std::string port{};  // "9000"; empty where it is the scheme's own
  std::string rest{};  // "/path?query", as it was written; may be empty

  std::string server() const;  // "https://host:9000"
  std::string host_and_port() const;
};

// Nothing for what is no http: or https: URL, has a user, a password or a fragment, or letters that no URL has.
std::optional<HttpUrl> parse_http_url(std::string_view text);

// 127.0.0.0/8, ::1, localhost: what is sent there leaves this machine by no network.
bool is_this_machine(std::string_view host);
// This machine, or where clouds give machines their credentials, on the link between a machine and its host.
bool is_near(std::string_view host);
// An address rather than a name: in front of it no bucket's name can stand.
bool is_address(std::string_view host);

}  // namespace larder::internal::s3
