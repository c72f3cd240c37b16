// A request to a server that speaks S3 and its answer, as plain values; and what carries them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <larder/bytes.h>

namespace larder::internal::s3 {

// Names in lower case; none is empty, no value has CR, LF or NUL (Client refuses that: Error `usage`).
using Headers = std::map<std::string, std::string, std::less<>>;

// A request, before it has a host and a signature. Bytes are borrowed until the answer is there.
struct Request {
  std::string method;                        // "GET", "HEAD", "PUT", "POST", "DELETE"
  std::string key;                           // whole key in the bucket, not escaped; empty: the bucket itself
  std::map<std::string, std::string> query;  // not escaped; "uploads" = "" is "?uploads="
  Headers headers;                           // beside host, date, authorization, content-length
  Bytes body{};

  // Where the bytes of an answer with a status of 2xx go; empty: into Response::body. An answer that is longer than
  // `into` is Error `malformed`.
  MutableBytes into{};
  // Of a GET with `into`: asks for the range that begins there and fills it. What was lost on the way is asked for from
  // where it broke off, if the request has "if-match", which keeps both pieces of the same object.
  std::optional<std::uint64_t> offset{};
  std::optional<std::chrono::milliseconds> deadline{};  // instead of S3Options::deadline
};

struct Response {
  int status = 0;
  Headers headers{};
  std::string body{};        // text: of errors, listings... at most `most_text` bytes, else Error `limit`
  std::uint64_t filled = 0;  // bytes of Request::into

  std::string_view header(std::string_view name) const;  // empty where it is missing
};
inline constexpr std::size_t most_text = 16 << 20;
inline constexpr std::size_t most_header_bytes = 256 << 10;

// A request with all that is needed to send it.
struct Wire {
  std::string method{};
  std::string url{};  // "https://host:port/path?query", escaped
  Headers headers{};
  Bytes body{};
  MutableBytes into{};
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds idle{20'000};
  std::string ca_file{};
  std::chrono::steady_clock::time_point stop{std::chrono::steady_clock::time_point::max()};  // no longer than this
};

// The connection broke, or nothing came for too long: no answer, or not the whole of one.
struct Lost {
  bool sent = false;  // whether the server may have acted on it; false only where certainly not a byte of it left
  bool late = false;  // the time was up, rather than the connection gone
  std::string why{};  // for a message: "the connection was reset"; no header, no URL with a query
  std::uint64_t filled = 0;  // bytes of Request::into that are there all the same
};

struct Exchange {
  std::optional<Response> response{};  // a whole one
  Lost lost{};                         // where there is none
};

// Sends requests over connections that it keeps. Redirects are not followed, nothing is repeated. An answer whose body
// is shorter than its content-length is `lost`. Thread-safe. Errors: `malformed` (no HTTP, too long for `into`),
// `limit`, `usage` (a certificate that does not verify is `io`: never repeated).
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Exchange exchange(const Wire& wire) = 0;
};

// libcurl; Error `not_built` in a build without it. Connections go back to a pool when an exchange ends, the one used
// last is taken first. Only http and https, no proxy but those of the environment, no .netrc, no cookies.
std::shared_ptr<Transport> curl_transport();

}  // namespace larder::internal::s3
