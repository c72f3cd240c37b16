// AWS Signature Version 4.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "store/s3/credentials.h"
#include "store/s3/message.h"
#include "store/s3/utc_time.h"

namespace larder::internal::s3 {

// What is signed, escaped as it goes over the wire.
struct ToSign {
  std::string_view method;
  std::string_view path;     // "/bucket/a%20key"
  std::string_view query;    // "a=1&b=", sorted by escaped name, then value
  std::string_view payload;  // hex of SHA-256, or unsigned_payload
};
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

struct Scope {
  std::string_view region;
  std::string_view service;  // "s3", "sts"
};

// The value of the header Authorization, for all of `headers` (host, x-amz-date, x-amz-content-sha256 and
// x-amz-security-token among them). Keys of a day are remembered by thread. Thread-safe.
std::string authorization(const ToSign& what, const Headers& headers, const Credentials& credentials,
                          const Scope& scope, UtcTime now);

// The two texts on the way there, for the published test vectors.
std::string canonical_request(const ToSign& what, const Headers& headers);
std::string string_to_sign(std::string_view canonical, const Scope& scope, UtcTime now);

// RFC 3986: all but letters, digits, "-._~" as %XX; '/' stays in a path.
std::string escape_path(std::string_view text);
std::string escape_query(std::string_view text);
// "a=1&b=", as ToSign::query and the URL have it.
std::string escape_query(const std::map<std::string, std::string>& query);

}  // namespace larder::internal::s3
