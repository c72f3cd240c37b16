// Where credentials come from, each as a function that fetches them once. credentials.h decides which, and keeps what
// they give. Errors name the source, and never what it said.
#pragma once

#include <functional>
#include <string>

#include "store/s3/credentials.h"
#include "store/s3/profile_file.h"

namespace larder::internal::s3 {

using FetchCredentials = std::function<Credentials()>;

// Each: empty where there is no such source; Error `usage` where it is there by half, `unsupported` for what a profile
// may say and larder does not do (it runs no program: credential_process).
FetchCredentials from_environment(const Surroundings& surroundings);
FetchCredentials from_profile(const std::string& name, const S3Options& options, const Surroundings& surroundings);
FetchCredentials from_web_identity(const S3Options& options, const Surroundings& surroundings);
FetchCredentials from_container(const Surroundings& surroundings);
// `tried`: the sources before, for the Error `usage` where this machine is no instance with a role.
FetchCredentials from_instance(const Surroundings& surroundings, const std::string& tried);

// AssumeRoleWithWebIdentity: the token in this file stands for the role, for as long as the answer says.
struct WebIdentity {
  std::string role;
  std::string token_file;
  std::string session;
};
FetchCredentials from_role(const WebIdentity& identity, const S3Options& options, const Surroundings& surroundings);

// Throws `usage` where an id or a token could not stand in a header; `source` for the message.
void check_credentials(const Credentials& credentials, std::string_view source);

}  // namespace larder::internal::s3
