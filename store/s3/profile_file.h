// The two files in which AWS's tools keep credentials and settings, by profile.
//
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "store/s3/credentials.h"

namespace larder::internal::s3 {

// Names in lower case to values; what is indented below "s3 =" has the name "s3.endpoint_url".
using Profile = std::map<std::string, std::string, std::less<>>;
// Sections by what stands in the brackets: "default", "profile dev", "services local".
using ProfileFile = std::map<std::string, Profile, std::less<>>;

// Error `malformed` naming the line, never what stands there.
ProfileFile parse_profile_file(std::string_view text, std::string_view file_name);

// Where the two files are, by AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, or in ~/.aws; empty where not even HOME
// is known.
std::string credentials_path(const Surroundings& surroundings);
std::string config_path(const Surroundings& surroundings);

// S3Options::profile, AWS_PROFILE, or "default".
std::string profile_name(const S3Options& options, const Surroundings& surroundings);

// What both files say of this profile, the credentials file first; nothing where neither has it.
std::optional<Profile> read_profile(const Surroundings& surroundings, std::string_view name);

}  // namespace larder::internal::s3
