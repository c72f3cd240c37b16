// The XML of S3. The only file that sees pugixml is xml.cpp; entities beyond the five are not resolved, DTDs refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::internal::s3 {

struct ServerError {
  std::string code;  // "SlowDown"
  std::string message;
  std::string request_id;
  std::string region;  // where the bucket is, in errors about that
};
// Nothing where the text is no <Error> document.
std::optional<ServerError> parse_error(std::string_view text);

struct ListedKey {
  std::string key;
  std::uint64_t size = 0;
  std::string etag;  // without quotes
  std::chrono::sys_time<std::chrono::nanoseconds> modified{};
};
struct ListPage {
  std::vector<ListedKey> keys;
  std::string next;  // continuation token; empty at the end
};
// ListObjectsV2 with encoding-type=url. Error `malformed`: truncated without a token, no <ListBucketResult>.
ListPage parse_list(std::string_view text);

struct Upload {
  std::string key;
  std::string id;
  std::chrono::sys_time<std::chrono::nanoseconds> begun{};
};
std::vector<Upload> parse_uploads(std::string_view text);  // ListMultipartUploads
std::string parse_upload_id(std::string_view text);        // InitiateMultipartUploadResult; Error `malformed`
std::string parse_etag(std::string_view text);             // of CompleteMultipartUpload, CopyObject, UploadPartCopy

struct SentPart {
  std::string etag;
  std::uint32_t crc32 = 0;
  bool has_crc32 = false;
};
std::string complete_upload(const std::vector<SentPart>& parts);

// AssumeRoleWithWebIdentity: id, key, token, expiry.
struct AssumedRole {
  std::string id, key, token, expires;
};
AssumedRole parse_assumed_role(std::string_view text);

}  // namespace larder::internal::s3
