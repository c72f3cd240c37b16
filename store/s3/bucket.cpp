#include "store/s3/bucket.h"

#include "base/text.h"
#include "store/s3/content_range.h"
#include "store/s3/metadata_text.h"
#include "store/s3/signing.h"

namespace larder::internal::s3 {

namespace {

constexpr std::size_t most_key_bytes = 1024;
constexpr std::chrono::milliseconds time_to_abort{5'000};

std::string quoted_etag(std::string_view etag) { return join("\"", etag, "\""); }

void add_description(Headers& headers, const PutHow& how) {
  for (const auto& [name, value] : how.metadata) headers[join("x-amz-meta-", name)] = header_text(value);
  if (!how.type.empty()) headers["content-type"] = how.type;
}

void add_conditions(Headers& headers, const PutHow& how) {
  if (how.if_absent) headers["if-none-match"] = "*";
  if (!how.if_match.empty()) headers["if-match"] = quoted_etag(how.if_match);
}

std::string copy_source(const Endpoint& endpoint, const std::string& key) {
  return join("/", endpoint.bucket, "/", escape_path(key));
}

bool is_success(const Response& response) { return response.status / 100 == 2; }

bool is_absent(const Response& response) {
  if (response.status != 404) return false;
  const auto error = parse_error(response.body);
  return !error || error->code != "NoSuchBucket";
}

bool is_gone_upload(const Response& response) {
  if (response.status != 404) return false;
  const auto error = parse_error(response.body);
  return error && error->code == "NoSuchUpload";
}

// The condition did not hold. A bucket or an upload that is not there is something else.
bool is_refusal(const Response& response, const PutHow& how) {
  return response.status == 412 || (!how.if_match.empty() && is_absent(response) && !is_gone_upload(response));
}

// That what came is what was asked for: the whole of these bytes, of this object.
void check_range(const Reply& reply, const Request& request, std::string_view etag, const std::string& name) {
  const Response& response = reply.response;
  const std::uint64_t offset = *request.offset;
  const std::uint64_t size = request.into.size();
  if (!etag.empty() && unquoted_etag(response.header("etag")) != etag)
    fail(ErrorKind::conflict, name, " was replaced while it was read");
  const auto range = parse_content_range(response.header("content-range"));
  const bool is_range = response.status == 206 && range && range->last + 1 == offset + size &&
                        (reply.attempts == 1 ? range->first == offset : range->first >= offset);
  const bool is_whole = response.status == 200 && offset == 0 && parse_head(response).size == size;
  if ((is_range || is_whole) && response.filled == size) return;
  fail(ErrorKind::malformed, name, ": the server gave other bytes than the ", size, " from byte ", offset,
       " that were asked for");
}

}  // namespace

Bucket::Bucket(std::shared_ptr<Client> client, std::string prefix)
    : client_(std::move(client)), prefix_(std::move(prefix)) {}

Request Bucket::request(std::string method, const std::string& key) const {
  Request made;
  made.method = std::move(method);
  made.key = prefix_ + key;
  if (made.key.size() > most_key_bytes) {
    fail(ErrorKind::usage, internal::quoted(made.key), " is a key of ", made.key.size(), " bytes, and S3 has ",
         most_key_bytes, " for one");
  }
  return made;
}

Request Bucket::upload_request(std::string method, const std::string& key, const std::string& upload) const {
  Request made = request(std::move(method), key);
  made.query["uploadId"] = upload;
  return made;
}

Response Bucket::succeed(const Request& request, std::string_view what) {
  Reply reply = send(request);
  if (!is_success(reply.response)) fail_with(reply.response, client_->name(request.key), what);
  return std::move(reply.response);
}

std::optional<Head> Bucket::head(const std::string& key) {
  Request asked = request("HEAD", key);
  asked.headers["x-amz-checksum-mode"] = "ENABLED";
  const Reply reply = send(asked);
  if (reply.response.status == 404) return std::nullopt;
  if (!is_success(reply.response)) fail_with(reply.response, name(key), "looked at");
  return parse_head(reply.response);
}

void Bucket::get(const std::string& key, std::uint64_t offset, MutableBytes into, std::string_view etag) {
  if (into.empty()) return;
  Request asked = request("GET", key);
  asked.offset = offset;
  asked.into = into;
  if (!etag.empty()) asked.headers["if-match"] = quoted_etag(etag);
  const Reply reply = send(asked);
  const int status = reply.response.status;
  if (!etag.empty() && (status == 404 || status == 412 || status == 416)) {
    fail(ErrorKind::conflict, name(key), " was ", status == 404 ? "removed" : "replaced",
         " while it was read: ", describe(reply.response));
  }
  if (!is_success(reply.response)) fail_with(reply.response, name(key), "read");
  check_range(reply, asked, etag, name(key));
}

std::optional<Head> Bucket::get_first(const std::string& key, MutableBytes into, std::uint64_t& filled) {
  filled = 0;
  Request asked = request("GET", key);
  asked.offset = 0;
  asked.into = into;
  asked.headers["x-amz-checksum-mode"] = "ENABLED";
  const Reply reply = send(asked);
  const Response& response = reply.response;
  if (is_absent(response)) return std::nullopt;
  // No range of an empty object can be had.
  if (response.status == 416) return head(key);
  if (!is_success(response)) fail_with(response, name(key), "read");
  Head found = parse_head(response);
  filled = response.filled;
  const auto range = parse_content_range(response.header("content-range"));
  const bool begins = response.status == 200 ? !range : range && range->first == 0;
  if (begins && filled == std::min<std::uint64_t>(found.size, into.size())) return found;
  fail(ErrorKind::malformed, name(key), ": the server gave ", filled, " bytes, where the first ", into.size(), " of ",
       found.size, " were asked for");
}

Put Bucket::put_of(Reply reply, const std::string& key, const PutHow& how) const {
  Put put{.begun = reply.begun};
  const Response& response = reply.response;
  if (is_success(response)) return put;
  put.why = describe(response);
  const bool uncertain = reply.uncertain || is_gone_upload(response);
  if (!uncertain && !is_refusal(response, how)) fail_with(response, name(key), "put");
  put.sent = uncertain ? Sent::uncertain : Sent::refused;
  return put;
}

Put Bucket::put(const std::string& key, Bytes bytes, const PutHow& how, std::optional<std::uint32_t> crc32) {
  Request asked = request("PUT", key);
  asked.body = bytes;
  add_description(asked.headers, how);
  add_conditions(asked.headers, how);
  if (crc32) asked.headers["x-amz-checksum-crc32"] = checksum_text(*crc32);
  Reply reply = send(asked);
  const std::string etag = unquoted_etag(reply.response.header("etag"));
  Put put = put_of(std::move(reply), key, how);
  put.etag = etag;
  return put;
}

std::string Bucket::begin_upload(const std::string& key, const PutHow& how) {
  Request asked = request("POST", key);
  asked.query["uploads"];
  add_description(asked.headers, how);
  if (how.crc32) {
    asked.headers["x-amz-checksum-algorithm"] = "CRC32";
    asked.headers["x-amz-checksum-type"] = "FULL_OBJECT";
  }
  return parse_upload_id(succeed(asked, "uploaded").body);
}

SentPart Bucket::put_part(const std::string& key, const std::string& upload, std::size_t number, Bytes bytes,
                          std::optional<std::uint32_t> crc32) {
  Request asked = upload_request("PUT", key, upload);
  asked.query["partNumber"] = std::to_string(number);
  asked.body = bytes;
  if (crc32) asked.headers["x-amz-checksum-crc32"] = checksum_text(*crc32);
  const Response response = succeed(asked, "uploaded");
  return {unquoted_etag(response.header("etag")), crc32.value_or(0), crc32.has_value()};
}

SentPart Bucket::copy_part(const std::string& key, const std::string& upload, std::size_t number,
                           const std::string& from, std::string_view etag, std::uint64_t offset, std::uint64_t size) {
  Request asked = upload_request("PUT", key, upload);
  asked.query["partNumber"] = std::to_string(number);
  asked.headers["x-amz-copy-source"] = copy_source(client_->endpoint(), prefix_ + from);
  asked.headers["x-amz-copy-source-if-match"] = quoted_etag(etag);
  asked.headers["x-amz-copy-source-range"] = join("bytes=", offset, "-", offset + size - 1);
  return {.etag = parse_etag(succeed(asked, "copied").body)};
}

Put Bucket::complete(const std::string& key, const std::string& upload, const std::vector<SentPart>& parts,
                     const PutHow& how, std::optional<std::uint32_t> crc32) {
  Request asked = upload_request("POST", key, upload);
  const std::string body = complete_upload(parts);
  asked.body = as_bytes(body);
  add_conditions(asked.headers, how);
  if (crc32) {
    asked.headers["x-amz-checksum-crc32"] = checksum_text(*crc32);
    asked.headers["x-amz-checksum-type"] = "FULL_OBJECT";
  }
  Reply reply = send(asked);
  const std::string answer = reply.response.body;
  Put put = put_of(std::move(reply), key, how);
  if (put.sent == Sent::done) put.etag = parse_etag(answer);
  return put;
}

void Bucket::abort(const std::string& key, const std::string& upload) noexcept {
  try {
    Request asked = upload_request("DELETE", key, upload);
    asked.deadline = time_to_abort;
    send(asked);
  } catch (...) {
    // What is left is found by `uploads`.
  }
}

Put Bucket::copy(const std::string& from, std::string_view etag, const std::string& to, const PutHow& how) {
  Request asked = request("PUT", to);
  asked.headers["x-amz-copy-source"] = copy_source(client_->endpoint(), prefix_ + from);
  if (!etag.empty()) asked.headers["x-amz-copy-source-if-match"] = quoted_etag(etag);
  asked.headers["x-amz-metadata-directive"] = "REPLACE";
  add_description(asked.headers, how);
  add_conditions(asked.headers, how);
  Reply reply = send(asked);
  const std::string answer = reply.response.body;
  Put put = put_of(std::move(reply), to, how);
  if (put.sent == Sent::done) put.etag = parse_etag(answer);
  return put;
}

bool Bucket::remove(const std::string& key, std::string_view if_match) {
  Request asked = request("DELETE", key);
  if (!if_match.empty()) asked.headers["if-match"] = quoted_etag(if_match);
  const Response response = send(asked).response;
  if (!if_match.empty() && response.status == 412) return false;
  if (!is_success(response) && !is_absent(response)) fail_with(response, name(key), "removed");
  return true;
}

std::string Bucket::without_prefix(std::string key) const {
  if (!key.starts_with(prefix_))
    fail(ErrorKind::malformed, client_->name(prefix_), ": the server lists ", internal::quoted(key),
         ", which is not there");
  return key.substr(prefix_.size());
}

ListPage Bucket::list(const std::string& prefix, const std::string& token, std::size_t most) {
  Request asked;
  asked.method = "GET";
  asked.query = {{"list-type", "2"}, {"max-keys", std::to_string(most)}, {"encoding-type", "url"}};
  asked.query["prefix"] = prefix_ + prefix;
  if (!token.empty()) asked.query["continuation-token"] = token;
  ListPage page = parse_list(succeed(asked, "listed").body);
  for (ListedKey& listed : page.keys) listed.key = without_prefix(std::move(listed.key));
  return page;
}

std::vector<Upload> Bucket::uploads(const std::string& prefix) {
  Request asked;
  asked.method = "GET";
  asked.query = {{"uploads", ""}, {"prefix", prefix_ + prefix}, {"encoding-type", "url"}};
  std::vector<Upload> all;
  for (;;) {
    UploadPage page = parse_uploads(succeed(asked, "listed").body);
    for (Upload& upload : page.uploads)
      all.push_back({without_prefix(std::move(upload.key)), std::move(upload.id), upload.begun});
    if (page.next_key.empty()) return all;
    const auto before = std::pair(asked.query["key-marker"], asked.query["upload-id-marker"]);
    asked.query["key-marker"] = page.next_key;
    asked.query["upload-id-marker"] = page.next_id;
    if (before == std::pair(page.next_key, page.next_id))
      fail(ErrorKind::malformed, client_->name(prefix_), ": the server lists the same uploads again and again");
  }
}

}  // namespace larder::internal::s3
