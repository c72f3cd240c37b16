#include <algorithm>
#include <cstdio>
#include <ctime>

#include "store/s3/signing.h"
#include "tests/store/s3/fake_state.h"

namespace larder::testing {

namespace {

namespace s3 = internal::s3;

constexpr std::chrono::minutes most_skew{15};

// What stands behind "name=" in "Credential=.., SignedHeaders=.., Signature=..".
std::string_view part_of(std::string_view authorization, std::string_view name) {
  const std::size_t at = authorization.find(name);
  if (at == std::string_view::npos) return {};
  authorization.remove_prefix(at + name.size());
  return authorization.substr(0, authorization.find(','));
}

// Of "ID/20261122/us-east-1/s3/aws4_request".
std::string region_of(std::string_view credential) {
  for (int part = 0; part < 2; ++part)
    credential.remove_prefix(std::min(credential.size(), std::min(credential.find('/'), credential.size()) + 1));
  return std::string(credential.substr(0, credential.find('/')));
}

s3::UtcTime parse_amz_date(const std::string& text) {
  std::tm parts{};
  if (std::sscanf(text.c_str(), "%4d%2d%2dT%2d%2d%2dZ", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                  &parts.tm_min, &parts.tm_sec) != 6)
    return {};
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return s3::UtcTime(std::chrono::seconds(::timegm(&parts)));
}

std::string sorted_query(std::string_view query) {
  std::vector<std::string> pairs;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    pairs.push_back(std::string(pair) + (pair.find('=') == std::string_view::npos ? "=" : ""));
  }
  std::ranges::sort(pairs);
  std::string out;
  for (const std::string& pair : pairs) out += (out.empty() ? "" : "&") + pair;
  return out;
}

Headers signed_headers(const HttpRequest& request, std::string_view names) {
  Headers out;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(';'));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    const auto found = request.headers.find(name);
    out[std::string(name)] = found == request.headers.end() ? std::string() : found->second;
  }
  return out;
}

}  // namespace

std::optional<HttpResponse> signature_error(const FakeState& state, const HttpRequest& request) {
  const auto header = [&](std::string_view name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string() : found->second;
  };
  const std::string given = header("authorization");
  if (given.empty()) {
    if (!state.options.needs_signatures) return std::nullopt;
    return fake_error(403, "AccessDenied", "Access Denied");
  }
  const std::string token = header("x-amz-security-token");
  const std::string_view credential = part_of(given, "Credential=");
  if (!credential.starts_with(std::string(canary_id) + '/'))
    return fake_error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
  if (!token.empty() && !token.starts_with(canary_token))
    return fake_error(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
  if (const std::string region = region_of(credential); region != state.options.region) {
    HttpResponse error = fake_error(400, "AuthorizationHeaderMalformed", "The region '" + region + "' is wrong");
    error.body.insert(error.body.find("</Error>"), element("Region", state.options.region));
    return error;
  }
  const s3::UtcTime date = parse_amz_date(header("x-amz-date"));
  if (std::chrono::abs(state.now() - date) > most_skew)
    return fake_error(403, "RequestTimeTooSkewed",
                      "The difference between the request time and the current time is too large.");
  const std::string query = sorted_query(request.query), payload = header("x-amz-content-sha256");
  const Headers headers = signed_headers(request, part_of(given, "SignedHeaders="));
  const s3::Credentials credentials{.id = canary_id, .key = s3::Secret(canary_key), .token = s3::Secret(token)};
  const std::string wanted =
      s3::authorization({.method = request.method, .path = request.path, .query = query, .payload = payload}, headers,
                        credentials, {.region = state.options.region, .service = "s3"}, date);
  if (headers.contains("host") && part_of(given, "Signature=") == part_of(wanted, "Signature=")) return std::nullopt;
  return fake_error(403, "SignatureDoesNotMatch",
                    "The request signature we calculated does not match the signature you provided.");
}

}  // namespace larder::testing
