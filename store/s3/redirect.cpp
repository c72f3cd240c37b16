#include "store/s3/redirect.h"

#include "base/text.h"
#include "store/s3/http_url.h"

namespace larder::internal::s3 {

namespace {

std::string named_region(const Response& response, const std::optional<ServerError>& error) {
  if (const auto region = response.header("x-amz-bucket-region"); !region.empty()) return std::string(region);
  return error ? error->region : std::string();
}

// The host alone: the rest of a URL may hold what nobody should see.
std::string named_host(const Response& response) {
  const auto url = parse_http_url(response.header("location"));
  return url ? internal::quoted(url->host_and_port()) : std::string("a host that it does not name");
}

}  // namespace

Endpoint redirected(const Endpoint& from, const Response& response, const std::optional<ServerError>& error,
                    std::string_view name) {
  Endpoint to = from;
  to.region = named_region(response, error);
  const bool is_region = is_aws_region(to.region);
  if (from.aws && is_region) to.host = aws_host("s3", to.region);
  const bool wants_other_host = response.status != 400;
  const bool goes =
      from.aws ? to.host != from.host || to.region != from.region : !wants_other_host && to.region != from.region;
  if (is_region && goes) return to;
  if (!wants_other_host)
    fail(ErrorKind::io, name, ": the server does not take the signature, and names no region that it would take");
  fail(ErrorKind::io, name, ": the server redirects (HTTP ", response.status, ") to ", named_host(response),
       ", where larder does not follow: credentials are sent to no other host");
}

}  // namespace larder::internal::s3
