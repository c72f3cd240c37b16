// The XML of S3.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
// Errors of all that parse: `malformed`, `limit` and `unsupported` of base/xml.h; `malformed` for a document of another
// kind, or one that lacks what it must have.
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
// Nothing where the text is no <Error> document; never an Error.
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
// ListObjectsV2, its keys escaped where it says so (encoding-type=url).
ListPage parse_list(std::string_view text);

struct Upload {
  std::string key;
  std::string id;
  std::chrono::sys_time<std::chrono::nanoseconds> begun{};
};
struct UploadPage {
  std::vector<Upload> uploads;
  std::string next_key;  // key-marker and upload-id-marker of the next page; empty at the end
  std::string next_id;
};
UploadPage parse_uploads(std::string_view text);     // ListMultipartUploads
std::string parse_upload_id(std::string_view text);  // InitiateMultipartUploadResult
std::string parse_etag(std::string_view text);       // of CompleteMultipartUpload, CopyObject, UploadPartCopy

// An ETag as it stands in a header or a document, without its quotes.
std::string unquoted_etag(std::string_view etag);

struct SentPart {
  std::string etag;
  std::uint32_t crc32 = 0;
  bool has_crc32 = false;
};
// The body of CompleteMultipartUpload; the parts are numbered from 1.
std::string complete_upload(const std::vector<SentPart>& parts);

// "AAAAAA==": big endian, base64.
std::string checksum_text(std::uint32_t crc32);

// AssumeRoleWithWebIdentity: id, key, token, expiry.
struct AssumedRole {
  std::string id, key, token, expires;
};
AssumedRole parse_assumed_role(std::string_view text);

}  // namespace larder::internal::s3
