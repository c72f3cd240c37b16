#include "base/ascii.h"
#include "base/text.h"
#include "store/s3/client.h"
#include "store/s3/http_url.h"
#include "store/s3/profile_file.h"
#include "store/s3/signing.h"

namespace larder::internal::s3 {

namespace {

// Wider than AWS's rule, as other servers' are; still nothing that would be more than one part of a path.
void check_bucket(std::string_view bucket) {
  const std::string letters = join(small_letters, capital_letters, decimal_digits, ".-_");
  if (bucket.size() >= 3 && bucket.size() <= 255 && is_made_of(bucket, letters) && bucket.front() != '.') return;
  fail(ErrorKind::usage, internal::quoted(bucket),
       " is no bucket: 3 to 255 letters, digits, '.', '-' and '_' are needed");
}

// Whether it can stand in front of a host's name. The certificates of `*.host` are for one part alone.
bool is_host_part(std::string_view bucket) {
  return bucket.size() <= 63 && is_made_of(bucket, join(small_letters, decimal_digits, "-")) && bucket.front() != '-' &&
         bucket.back() != '-';
}

std::string find_region(const S3Options& options, const Surroundings& surroundings) {
  if (!options.region.empty()) return options.region;
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (const auto region = surroundings.variable(name)) return *region;
  }
  return profile_value(surroundings, profile_name(options, surroundings), "region").value_or("us-east-1");
}

void check_region(std::string_view region) {
  const std::string letters = join(small_letters, capital_letters, decimal_digits, "-_");
  if (!region.empty() && region.size() <= 64 && is_made_of(region, letters)) return;
  fail(ErrorKind::usage, internal::quoted(region), " is no region: letters, digits, '-' and '_' are possible");
}

// Empty: AWS itself.
std::string find_url(const S3Options& options, const Surroundings& surroundings) {
  if (!options.endpoint.empty()) return options.endpoint;
  for (const char* name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
    if (const auto url = surroundings.variable(name)) return *url;
  }
  return profile_value(surroundings, profile_name(options, surroundings), "endpoint_url").value_or(std::string());
}

HttpUrl parse_endpoint(const std::string& text, const S3Options& options) {
  if (text.find('@') != std::string::npos)
    fail(ErrorKind::usage, "the endpoint has a user in it: credentials belong into the environment, or into a profile");
  const auto url = parse_http_url(text);
  if (!url || (!url->rest.empty() && url->rest != "/"))
    fail(ErrorKind::usage, "the endpoint ", internal::quoted(text), " is not https://HOST or https://HOST:PORT");
  if (!url->secure && !options.send_unencrypted && !is_this_machine(url->host)) {
    fail(ErrorKind::usage, "the endpoint ", internal::quoted(text),
         " is http: data would cross the network in the clear; https, or send_unencrypted, is needed");
  }
  return *url;
}

bool is_in_host(const Endpoint& endpoint, std::string_view host, Addressing addressing) {
  if (addressing == Addressing::path) return false;
  if (addressing == Addressing::automatic) return endpoint.aws && is_host_part(endpoint.bucket);
  if (is_host_part(endpoint.bucket) && !is_address(host)) return true;
  fail(ErrorKind::usage, "the bucket ", internal::quoted(endpoint.bucket), " cannot be part of the name of the host ",
       internal::quoted(host), ": path addressing is needed");
}

}  // namespace

bool is_aws_region(std::string_view region) {
  return !region.empty() && region.size() <= 32 && is_made_of(region, join(small_letters, decimal_digits, "-")) &&
         region.front() != '-' && region.back() != '-';
}

std::string aws_host(std::string_view service, std::string_view region) {
  return join(service, ".", region, region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com");
}

Endpoint find_endpoint(std::string_view bucket, const S3Options& options, const Surroundings& surroundings) {
  check_bucket(bucket);
  Endpoint endpoint;
  endpoint.bucket = bucket;
  endpoint.region = find_region(options, surroundings);
  check_region(endpoint.region);
  std::string text = find_url(options, surroundings);
  if (text.empty()) {
    if (!is_aws_region(endpoint.region))
      fail(ErrorKind::usage, internal::quoted(endpoint.region), " is no region of AWS");
    text = join("https://", aws_host("s3", endpoint.region));
  }
  const HttpUrl url = parse_endpoint(text, options);
  endpoint.secure = url.secure;
  endpoint.host = url.host_and_port();
  endpoint.aws = url.host.ends_with(".amazonaws.com") || url.host.ends_with(".amazonaws.com.cn");
  endpoint.in_host = is_in_host(endpoint, url.host, options.addressing);
  return endpoint;
}

std::string Endpoint::host_of_bucket() const { return in_host ? join(bucket, ".", host) : host; }

std::string Endpoint::path(const Request& request) const {
  const std::string key = escape_path(request.key);
  if (in_host) return join("/", key);
  return key.empty() ? join("/", bucket) : join("/", bucket, "/", key);
}

std::string Endpoint::url(const Request& request) const {
  const std::string query = escape_query(request.query);
  return join(secure ? "https://" : "http://", host_of_bucket(), path(request), query.empty() ? "" : "?", query);
}

}  // namespace larder::internal::s3
