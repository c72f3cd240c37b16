// Requests to one bucket: addressed, signed, repeated until they are answered or their time is up.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "store/s3/credentials.h"
#include "store/s3/message.h"

namespace larder::internal::s3 {

// Where the bucket is. A plain value.
struct Endpoint {
  bool secure = true;
  std::string host;  // with the port, where it is not the scheme's own
  std::string bucket;
  std::string region;
  bool in_host = false;  // the bucket is part of the host's name
  bool aws = false;      // the host ends in ".amazonaws.com" or ".amazonaws.com.cn"

  std::string host_of_bucket() const;
  std::string path(const Request& request) const;  // "/bucket/a%20key", or "/a%20key", as it is sent and signed
  std::string url(const Request& request) const;
};
// Errors `usage`: an URL that is none, http without leave, a bucket's name that is none.
Endpoint find_endpoint(std::string_view bucket, const S3Options& options, const Surroundings& surroundings);
// "s3.eu-west-1.amazonaws.com"; the region must be one that is_aws_region accepts, which no other host can hide in.
std::string aws_host(std::string_view service, std::string_view region);
bool is_aws_region(std::string_view region);

// Time and chance, so that tests bring their own.
struct Pacing {
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<std::chrono::system_clock::time_point()> wall;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<double()> chance;  // 0 to 1
};
Pacing real_pacing();

// The answer, and whether the server may have acted on the request more than this answer says.
struct Reply {
  Response response;
  int attempts = 1;
  bool uncertain = false;  // an earlier attempt was sent and its answer lost (or was 500, 502, 503, 504)
  std::chrono::system_clock::time_point begun;  // of the first attempt, in the server's time (its Date), to the second
};

// What is repeated, with full jitter between 0 and min(20 s, 50 ms * 2^attempt), not before Retry-After: lost
// connections, 408, 429, 500, 502, 503, 504, 409 with ConditionalRequestConflict or OperationAborted, 400
// RequestTimeout, a body of 200 that is an <Error> with one of these codes; 403 RequestTimeTooSkewed once, with
// the server's time; 400/403 ExpiredToken once, with fresh credentials. A server that never answered is given up after
// five attempts to reach it, so that a wrong endpoint is told soon. 301, 307, 308, and 400
// AuthorizationHeaderMalformed: at most 5, signed anew for the region that the answer names, at the same host or at
// amazonaws.com from one of its hosts to another; any other redirect is Error `io` that names its host.
//
// The time for all of it is S3Options::deadline, and a second more for each 64 KiB that move; a retry that would begin
// behind it is not made. Then: Error `io` where certainly nothing was done (always of GET and HEAD), else
// `unknown_outcome`, which whoever can look may settle. `unknown_outcome` also where an answer cannot be read.
class Session;

class Client {
 public:
  Client(Endpoint endpoint, S3Options options, std::shared_ptr<CredentialSource> credentials,
         std::shared_ptr<Transport> transport, Pacing pacing = real_pacing());

  // The answer, whatever its status, with those that are repeated used up; an <Error> behind a 200 has the status of
  // its code. Thread-safe. Errors: above; `usage` for a control character in the key, the query or a header, before a
  // byte is sent; those of Transport and CredentialSource.
  Reply send(const Request& request);

  // "s3://bucket/key", for messages.
  std::string name(std::string_view key) const;
  const S3Options& options() const noexcept { return options_; }
  const Endpoint& endpoint() const noexcept { return endpoint_; }
  // The server's time, as far as answers told it.
  std::chrono::system_clock::time_point now() const;

 private:
  Endpoint endpoint_;
  S3Options options_;
  std::shared_ptr<Session> session_;
};

// "HTTP 403 AccessDenied: 'Access Denied' (request 4442587FB7D0A2F9)", for messages: the server's code, message and
// request id (control characters escaped, 500 bytes of each at most) and no other header.
std::string describe(const Response& response);

// Throws what an answer that is no success deserves: 404 `not_found` (NoSuchUpload: `io`), 412 `conflict`, 416 `usage`,
// 501 `unsupported`, the rest `io`. "NAME cannot be WHAT: HTTP ...".
[[noreturn]] void fail_with(const Response& response, std::string_view name, std::string_view what);

}  // namespace larder::internal::s3
