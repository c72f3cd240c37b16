#include "store/s3/credential_fetch.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace larder::internal::s3 {

namespace {

bool is_header_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) { return letter > ' ' && letter < 0x7f; });
}

std::string value_of(const Profile& profile, std::string_view name) {
  const auto found = profile.find(name);
  return found == profile.end() ? std::string() : found->second;
}

// What a profile may say instead of keys, and larder does not do.
void refuse_other_ways(const Profile& profile, const std::string& source) {
  constexpr std::array<std::string_view, 6> unsupported = {"credential_process", "credential_source", "sso_session",
                                                           "sso_start_url",      "login_session",     "source_profile"};
  for (const std::string_view name : unsupported) {
    if (value_of(profile, name).empty()) continue;
    fail(ErrorKind::unsupported, source, " says ", name,
         ", which larder does not do: keys, or role_arn with web_identity_token_file, are needed");
  }
}

bool has_keys(const Profile& profile, const std::string& source) {
  const bool has_id = !value_of(profile, "aws_access_key_id").empty();
  const bool has_key = !value_of(profile, "aws_secret_access_key").empty();
  if (has_id != has_key) {
    fail(ErrorKind::usage, source, " has only one of aws_access_key_id and aws_secret_access_key");
  }
  return has_id;
}

}  // namespace

void check_credentials(const Credentials& credentials, std::string_view source) {
  if (credentials.id.empty() || credentials.key.empty())
    fail(ErrorKind::usage, source, " gives no access key id, or no key");
  if (!is_header_text(credentials.id) || !is_header_text(credentials.token.reveal()))
    fail(ErrorKind::usage, source, " gives an access key id or a token with a blank or another letter that none has");
}

FetchCredentials from_environment(const Surroundings& surroundings) {
  const bool has_id = surroundings.variable("AWS_ACCESS_KEY_ID").has_value();
  const bool has_key = surroundings.variable("AWS_SECRET_ACCESS_KEY").has_value();
  if (!has_id && !has_key) return {};
  if (!has_id || !has_key)
    fail(ErrorKind::usage, "there is only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment");
  return [surroundings] {
    const auto variable = [&](const char* name) { return surroundings.variable(name).value_or(std::string()); };
    Credentials credentials{variable("AWS_ACCESS_KEY_ID"), Secret(variable("AWS_SECRET_ACCESS_KEY")),
                            Secret(variable("AWS_SESSION_TOKEN"))};
    check_credentials(credentials, "the environment");
    return credentials;
  };
}

FetchCredentials from_profile(const std::string& name, const S3Options& options, const Surroundings& surroundings) {
  const std::string source = join("the profile ", internal::quoted(name));
  const auto profile = read_profile(surroundings, name);
  if (!profile) {
    const bool is_named = !options.profile.empty() || surroundings.variable("AWS_PROFILE").has_value();
    if (!is_named) return {};
    fail(ErrorKind::usage, "there is no profile ", internal::quoted(name), " in ", credentials_path(surroundings),
         " or ", config_path(surroundings));
  }
  if (has_keys(*profile, source)) {
    // Read anew each time: whoever replaces keys that a server refuses need not start this process anew.
    return [surroundings, name, source] {
      const Profile now = read_profile(surroundings, name).value_or(Profile());
      Credentials credentials{value_of(now, "aws_access_key_id"), Secret(value_of(now, "aws_secret_access_key")),
                              Secret(value_of(now, "aws_session_token"))};
      check_credentials(credentials, source);
      return credentials;
    };
  }
  const WebIdentity identity{value_of(*profile, "role_arn"), value_of(*profile, "web_identity_token_file"),
                             value_of(*profile, "role_session_name")};
  if (!identity.role.empty() && !identity.token_file.empty()) return from_role(identity, options, surroundings);
  refuse_other_ways(*profile, source);
  return {};
}

}  // namespace larder::internal::s3
