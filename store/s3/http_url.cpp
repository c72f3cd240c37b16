#include "store/s3/http_url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/ascii.h"
#include "base/text.h"

namespace larder::internal::s3 {

namespace {

constexpr std::size_t most_host_bytes = 253;  // RFC 1035

// '_' is no letter of a host's name, but containers have such names.
bool is_host(std::string_view host) {
  if (host.size() > most_host_bytes) return false;
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') && is_made_of(host.substr(1, host.size() - 2), "0123456789abcdef:.");
  }
  return !host.empty() && is_made_of(host, join(small_letters, decimal_digits, "-._")) && host.front() != '-' &&
         host.front() != '.' && host.find("..") == std::string_view::npos;
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) { return letter > ' ' && letter < 0x7f; });
}

// The four numbers of "127.0.0.1", without leading zeros, which some would take for octal.
std::optional<std::array<unsigned, 4>> ipv4(std::string_view host) {
  std::array<unsigned, 4> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string_view part = host.substr(0, i + 1 < numbers.size() ? host.find('.') : host.size());
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part.front() == '0')) return std::nullopt;
    const auto [end, problem] = std::from_chars(part.data(), part.data() + part.size(), numbers[i]);
    if (problem != std::errc() || end != part.data() + part.size() || numbers[i] > 255) return std::nullopt;
    host.remove_prefix(std::min(part.size() + 1, host.size()));
  }
  return numbers;
}

// Takes the port off `host`; false where it is none. The scheme's own is the same as none.
bool take_port(std::string& host, HttpUrl& url) {
  const std::size_t colon = host.starts_with('[') ? host.find(':', host.find(']')) : host.find(':');
  if (colon == std::string::npos) return true;
  const auto port = port_number(std::string_view(host).substr(colon + 1));
  if (!port) return false;
  if (*port != (url.secure ? 443 : 80)) url.port = std::to_string(*port);
  host.resize(colon);
  return true;
}

}  // namespace

std::optional<HttpUrl> parse_http_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string scheme = lowered(text.substr(0, colon));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  text.remove_prefix(colon + 3);
  HttpUrl url;
  url.secure = scheme == "https";
  const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  url.rest = text.substr(authority.size());
  url.host = lowered(authority);
  if (!take_port(url.host, url) || !is_host(url.host)) return std::nullopt;
  if (!is_printable(url.rest) || url.rest.find('#') != std::string::npos) return std::nullopt;
  return url;
}

std::string HttpUrl::host_and_port() const { return port.empty() ? host : join(host, ":", port); }

std::string HttpUrl::server() const { return join(secure ? "https://" : "http://", host_and_port()); }

bool is_this_machine(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  const auto numbers = ipv4(host);
  return numbers && numbers->front() == 127;
}

bool is_near(std::string_view host) {
  constexpr std::array<std::string_view, 5> near = {"169.254.169.254", "169.254.170.2", "169.254.170.23",
                                                    "[fd00:ec2::254]", "[fd00:ec2::23]"};
  return is_this_machine(host) || std::find(near.begin(), near.end(), host) != near.end();
}

bool is_address(std::string_view host) { return host.starts_with('[') || ipv4(host).has_value(); }

}  // namespace larder::internal::s3
