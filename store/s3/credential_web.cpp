// Credentials that a server gives: to a web identity, to a container, to an instance.
//
// Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html,
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html,
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
#include <algorithm>
#include <array>

#include <larder/document.h>

#include "base/ascii.h"
#include "base/text.h"
#include "document/json_parse.h"
#include "store/s3/client.h"
#include "store/s3/credential_fetch.h"
#include "store/s3/http_url.h"
#include "store/s3/signing.h"
#include "store/s3/xml.h"

namespace larder::internal::s3 {

namespace {

using namespace std::chrono_literals;

constexpr int most_attempts = 3;

// The answer that is neither a server's own failure nor lost; Error `io` after three of those.
Response ask(const Surroundings& surroundings, const Wire& wire, std::string_view whom) {
  std::string why;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    Exchange exchange = surroundings.transport->exchange(wire);
    if (exchange.response && exchange.response->status < 500 && exchange.response->status != 429)
      return std::move(*exchange.response);
    why = exchange.response ? join("it answers with HTTP status ", exchange.response->status) : exchange.lost.why;
  }
  fail(ErrorKind::io, whom, " gives no credentials: ", why);
}

// " (ExpiredTokenException)"; nothing else of a body that may hold anything is shown.
std::string code_in(std::string_view body) {
  const auto error = parse_error(body);
  if (!error || error->code.size() > 64 || !is_made_of(error->code, join(small_letters, capital_letters))) return {};
  return join(" (", error->code, ")");
}

void require_ok(const Response& response, std::string_view whom) {
  if (response.status == 200) return;
  fail(ErrorKind::io, whom, " gives no credentials: it answers with HTTP status ", response.status,
       code_in(response.body));
}

std::optional<std::chrono::system_clock::time_point> expiry(std::string_view text, std::string_view whom) {
  if (text.empty()) return std::nullopt;
  const auto time = parse_iso_time(text);
  if (!time) fail(ErrorKind::malformed, whom, " gives credentials whose time of expiry is none");
  return std::chrono::time_point_cast<std::chrono::system_clock::duration>(*time);
}

std::string text_of(Value document, std::string_view name) {
  if (!document.is(ValueKind::dict)) return {};
  const auto value = document.find(name);
  return value && value->is(ValueKind::str) ? std::string(value->as_str()) : std::string();
}

Credentials credentials_in(const std::string& json, std::string_view whom) {
  Limits limits;
  limits.bytes = 1 << 20;
  Document document(limits);
  Value root;
  try {
    root = parse_json(json, document);
  } catch (const Error& error) {
    // Its message may show a piece of the text.
    fail(error.kind(), whom, " gives credentials that are no JSON");
  }
  Credentials credentials{text_of(root, "AccessKeyId"), Secret(text_of(root, "SecretAccessKey")),
                          Secret(text_of(root, "Token")), expiry(text_of(root, "Expiration"), whom)};
  check_credentials(credentials, whom);
  return credentials;
}

// What a token in a file, a variable or an answer is without the line end behind it. Error `usage` for what cannot
// stand in a header.
std::string header_token(std::string_view text, std::string_view source) {
  const std::string token(trimmed(text));
  const bool is_printable =
      std::all_of(token.begin(), token.end(), [](char letter) { return letter >= ' ' && letter < 0x7f; });
  if (token.empty() || !is_printable) fail(ErrorKind::usage, source, " has no token of one line");
  return token;
}

std::string token_in_file(const Surroundings& surroundings, const std::string& path) {
  const auto text = surroundings.file(path);
  if (!text) fail(ErrorKind::usage, "the file of a token, ", path, ", does not exist");
  return header_token(*text, path);
}

Wire wire_to(std::string method, std::string url) {
  Wire wire;
  wire.method = std::move(method);
  wire.url = std::move(url);
  wire.connect = 5s;
  wire.idle = 10s;
  return wire;
}

// Where roles are assumed.
std::string token_service(const S3Options& options, const Surroundings& surroundings) {
  if (const auto given = surroundings.variable("AWS_ENDPOINT_URL_STS")) {
    const auto url = parse_http_url(*given);
    if (!url || (!url->secure && !is_this_machine(url->host)))
      fail(ErrorKind::usage, "AWS_ENDPOINT_URL_STS is no https URL");
    return join(url->server(), "/");
  }
  std::string region = options.region;
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (region.empty()) region = surroundings.variable(name).value_or(std::string());
  }
  if (region.empty()) {
    region =
        profile_value(surroundings, profile_name(options, surroundings), "region").value_or(std::string("us-east-1"));
  }
  if (!is_aws_region(region))
    fail(ErrorKind::usage, internal::quoted(region), " is no region of AWS: see AWS_ENDPOINT_URL_STS");
  return join("https://", aws_host("sts", region), "/");
}

Credentials assume_role(const WebIdentity& identity, const std::string& url, const Surroundings& surroundings,
                        std::string_view whom) {
  const std::string body = escape_query({{"Action", "AssumeRoleWithWebIdentity"},
                                         {"Version", "2011-06-15"},
                                         {"RoleArn", identity.role},
                                         {"RoleSessionName", identity.session.empty() ? "larder" : identity.session},
                                         {"WebIdentityToken", token_in_file(surroundings, identity.token_file)}});
  Wire wire = wire_to("POST", url);
  wire.headers["content-type"] = "application/x-www-form-urlencoded";
  wire.body = as_bytes(body);
  const Response response = ask(surroundings, wire, whom);
  require_ok(response, whom);
  AssumedRole role;
  try {
    role = parse_assumed_role(response.body);
  } catch (const Error& error) {
    fail(error.kind(), whom, " gives credentials that cannot be read");  // its message may show a piece of the text
  }
  Credentials credentials{std::move(role.id), Secret(std::move(role.key)), Secret(std::move(role.token)),
                          expiry(role.expires, whom)};
  check_credentials(credentials, whom);
  return credentials;
}

std::string near_or_secure_url(const std::string& text, std::string_view source) {
  const auto url = parse_http_url(text);
  if (!url || (!url->secure && !is_near(url->host)))
    fail(ErrorKind::usage, source, " is neither an https URL nor one of this machine");
  return join(url->server(), url->rest);
}

Credentials ask_container(const std::string& url, const Surroundings& surroundings) {
  constexpr std::string_view whom = "the container's source of credentials";
  Wire wire = wire_to("GET", url);
  if (const auto path = surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    wire.headers["authorization"] = token_in_file(surroundings, *path);
  } else if (const auto token = surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")) {
    wire.headers["authorization"] = header_token(*token, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  }
  const Response response = ask(surroundings, wire, whom);
  require_ok(response, whom);
  return credentials_in(response.body, whom);
}

// The metadata service of the instance that this machine is, version 2: a token first.
class Instance {
 public:
  Instance(const Surroundings& surroundings, std::string server, std::string tried)
      : surroundings_(surroundings), server_(std::move(server)), tried_(std::move(tried)) {}

  Credentials credentials() const {
    const std::string token = fetch_token();
    const std::string roles = get("", token);
    const std::string role = header_token(roles.substr(0, roles.find('\n')), whom);
    return credentials_in(get(role, token), whom);
  }

 private:
  static constexpr std::string_view whom = "instance metadata";

  // Where nobody answers, this machine is no instance; elsewhere the address leads nowhere, so one second is enough.
  std::string fetch_token() const {
    Wire wire = wire_to("PUT", join(server_, "/latest/api/token"));
    wire.headers["x-aws-ec2-metadata-token-ttl-seconds"] = "21600";
    wire.connect = 1s;
    wire.idle = 1s;
    for (int attempt = 0; attempt < 2; ++attempt) {
      const Exchange exchange = surroundings_.transport->exchange(wire);
      if (!exchange.response) continue;
      require_ok(*exchange.response, whom);
      return header_token(exchange.response->body, whom);
    }
    fail_without();
  }

  std::string get(std::string_view role, const std::string& token) const {
    Wire wire = wire_to("GET", join(server_, "/latest/meta-data/iam/security-credentials/", escape_query(role)));
    wire.headers["x-aws-ec2-metadata-token"] = token;
    const Response response = ask(surroundings_, wire, whom);
    if (response.status == 404) fail_without();
    require_ok(response, whom);
    return response.body;
  }

  [[noreturn]] void fail_without() const {
    fail(ErrorKind::usage, "there are no credentials; tried were ", tried_, "; see anonymous");
  }

  Surroundings surroundings_;
  std::string server_;
  std::string tried_;
};

}  // namespace

FetchCredentials from_role(const WebIdentity& identity, const S3Options& options, const Surroundings& surroundings) {
  const std::string url = token_service(options, surroundings);
  return [identity, url, surroundings] {
    return assume_role(identity, url, surroundings, join("the role ", internal::quoted(identity.role)));
  };
}

FetchCredentials from_web_identity(const S3Options& options, const Surroundings& surroundings) {
  const auto file = surroundings.variable("AWS_WEB_IDENTITY_TOKEN_FILE");
  const auto role = surroundings.variable("AWS_ROLE_ARN");
  if (!file) return {};
  if (!role) fail(ErrorKind::usage, "there is AWS_WEB_IDENTITY_TOKEN_FILE in the environment, but no AWS_ROLE_ARN");
  const std::string session = surroundings.variable("AWS_ROLE_SESSION_NAME").value_or(std::string());
  return from_role({*role, *file, session}, options, surroundings);
}

FetchCredentials from_container(const Surroundings& surroundings) {
  std::string url;
  if (const auto path = surroundings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    url = near_or_secure_url(join("http://169.254.170.2", *path), "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  } else if (const auto full = surroundings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
    url = near_or_secure_url(*full, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  } else {
    return {};
  }
  return [url, surroundings] { return ask_container(url, surroundings); };
}

FetchCredentials from_instance(const Surroundings& surroundings, const std::string& tried) {
  const std::string disabled = lowered(surroundings.variable("AWS_EC2_METADATA_DISABLED").value_or(std::string()));
  if (disabled == "true") return {};
  std::string server = "http://169.254.169.254";
  if (const auto given = surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT")) {
    server = near_or_secure_url(*given, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (server.ends_with('/')) server.pop_back();
  }
  return [instance = Instance(surroundings, server, tried)] { return instance.credentials(); };
}

}  // namespace larder::internal::s3
