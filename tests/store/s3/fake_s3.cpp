#include "tests/store/s3/fake_s3.h"

#include <algorithm>
#include <charconv>

#include "codecs/deflate_checksum.h"
#include "tests/store/s3/fake_state.h"

namespace larder::testing {

namespace {

// "bytes=5-9" or "bytes=5-" of an object of `size` bytes; nothing where it lies behind the end.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};
std::optional<Range> parse_range(std::string_view text, std::uint64_t size) {
  text.remove_prefix(std::min(text.size(), std::string_view("bytes=").size()));
  Range range;
  const auto first = std::from_chars(text.data(), text.data() + text.size(), range.first);
  std::uint64_t last = size - 1;
  if (first.ptr + 1 < text.data() + text.size()) std::from_chars(first.ptr + 1, text.data() + text.size(), last);
  if (range.first >= size || last < range.first) return std::nullopt;
  range.size = std::min(last, size - 1) - range.first + 1;
  return range;
}

std::string quoted_etag(std::string_view etag) { return '"' + std::string(etag) + '"'; }

bool same_etag(std::string_view given, std::string_view etag) { return given == etag || given == quoted_etag(etag); }

void describe(const FakeObject& object, HttpResponse& response) {
  for (const auto& [name, value] : object.metadata) response.headers[name] = value;
  response.headers["etag"] = quoted_etag(object.etag);
  response.headers["last-modified"] = http_date(object.modified);
  response.headers["accept-ranges"] = "bytes";
  response.headers["content-length"] = std::to_string(object.size);
}

// AWS tells the checksum of the whole object only with the whole object.
void describe_checksum(const FakeObject& object, const FakeCall& call, HttpResponse& response) {
  if (!object.crc32 || call.header("x-amz-checksum-mode") != "ENABLED") return;
  response.headers["x-amz-checksum-crc32"] = base64_of_crc32(*object.crc32);
  response.headers["x-amz-checksum-type"] = "FULL_OBJECT";
}

HttpResponse get(const FakeState& state, const FakeCall& call) {
  const auto found = state.objects.find(call.key);
  if (found == state.objects.end()) return fake_error(404, "NoSuchKey", "The specified key does not exist.");
  const FakeObject& object = found->second;
  if (const auto etag = call.header("if-match"); !etag.empty() && !same_etag(etag, object.etag))
    return fake_error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
  HttpResponse response;
  describe(object, response);
  const std::string_view asked = call.header("range");
  if (call.request.method == "HEAD" || asked.empty()) {
    describe_checksum(object, call, response);
    if (call.request.method == "GET") response.body = bytes_of(object, 0, object.size);
    return response;
  }
  const std::optional<Range> range = parse_range(asked, object.size);
  if (!range) {
    HttpResponse error = fake_error(416, "InvalidRange", "The requested range is not satisfiable");
    error.headers["content-range"] = "bytes */" + std::to_string(object.size);
    return error;
  }
  response.status = 206;
  response.headers["content-range"] = "bytes " + std::to_string(range->first) + '-' +
                                      std::to_string(range->first + range->size - 1) + '/' +
                                      std::to_string(object.size);
  response.headers["content-length"] = std::to_string(range->size);
  response.body = bytes_of(object, range->first, range->size);
  return response;
}

HttpResponse put(FakeState& state, const FakeCall& call) {
  if (auto error = refusal(state, call, !state.options.ignores_conditions)) return *error;
  const std::string_view crc32 = call.header("x-amz-checksum-crc32");
  if (!crc32.empty() && crc32 != base64_of_crc32(crc32_of(call.request.body)))
    return fake_error(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.");
  FakeObject object = object_of(state, call, call.request.body);
  if (!crc32.empty() && state.options.keeps_crc32) object.crc32 = crc32_of(call.request.body);
  HttpResponse response;
  response.headers["etag"] = quoted_etag(object.etag);
  state.objects[call.key] = std::move(object);
  return response;
}

HttpResponse copy(FakeState& state, const FakeCall& call) {
  if (auto error = refusal(state, call, !state.options.ignores_conditions)) return *error;
  FakeSource source = copy_source(state, call);
  if (source.error) return *source.error;
  FakeObject object = object_of(state, call, std::move(source.bytes));
  object.crc32 = source.object->crc32;
  if (call.header("x-amz-metadata-directive") != "REPLACE") object.metadata = source.object->metadata;
  HttpResponse response = fake_xml("CopyObjectResult", element("LastModified", iso_date(object.modified)) +
                                                           element("ETag", quoted_etag(object.etag)));
  state.objects[call.key] = std::move(object);
  return response;
}

HttpResponse remove(FakeState& state, const FakeCall& call) {
  const auto found = state.objects.find(call.key);
  HttpResponse response;
  response.status = 204;
  if (found == state.objects.end()) return response;
  if (const auto etag = call.header("if-match");
      state.options.removes_if_match && !etag.empty() && !same_etag(etag, found->second.etag))
    return fake_error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
  state.objects.erase(found);
  return response;
}

HttpResponse of_bucket(FakeState& state, const FakeCall& call) {
  const std::string& method = call.request.method;
  if (method == "HEAD") return {};
  if (method == "GET" && call.asks("uploads")) return fake_uploads(state, call);
  if (method == "GET") return fake_list(state, call);
  return fake_error(501, "NotImplemented", "FakeS3 makes and removes no buckets.");
}

HttpResponse of_object(FakeState& state, const FakeCall& call) {
  const std::string& method = call.request.method;
  const bool of_upload = call.asks("uploadId");
  if (method == "GET" || method == "HEAD") return get(state, call);
  if (method == "PUT" && of_upload) return fake_put_part(state, call);
  if (method == "PUT" && !call.header("x-amz-copy-source").empty()) return copy(state, call);
  if (method == "PUT") return put(state, call);
  if (method == "POST" && call.asks("uploads")) return fake_begin(state, call);
  if (method == "POST" && of_upload) return fake_complete(state, call);
  if (method == "DELETE") return of_upload ? fake_abort(state, call) : remove(state, call);
  return fake_error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
}

// The bucket's name and the key, of both ways of addressing.
std::pair<std::string, std::string> target_of(const FakeState& state, const HttpRequest& request) {
  std::string path = unescaped(request.path.substr(std::min<std::size_t>(1, request.path.size())));
  const auto host = request.headers.find("host");
  if (host != request.headers.end() && host->second.starts_with(state.options.bucket + '.'))
    return {state.options.bucket, std::move(path)};
  const std::size_t slash = std::min(path.find('/'), path.size());
  return {path.substr(0, slash), path.substr(std::min(slash + 1, path.size()))};
}

}  // namespace

UtcTime FakeState::now() const { return std::chrono::floor<std::chrono::seconds>(options.clock() + options.skew); }

std::string_view FakeCall::header(std::string_view name) const {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string_view() : found->second;
}

HttpResponse fake_xml(std::string_view document, std::string_view inside) {
  HttpResponse response;
  response.headers["content-type"] = "application/xml";
  response.body = R"(<?xml version="1.0" encoding="UTF-8"?>)"
                  "\n<" +
                  std::string(document) + R"( xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)" + std::string(inside) +
                  "</" + std::string(document) + '>';
  return response;
}

HttpResponse fake_error(int status, std::string_view code, std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.headers["content-type"] = "application/xml";
  response.body = R"(<?xml version="1.0" encoding="UTF-8"?>)"
                  "\n<Error>" +
                  element("Code", code) + element("Message", message) + element("RequestId", "FAKE-REQUEST-ID") +
                  "</Error>";
  return response;
}

std::uint32_t crc32_of(std::string_view bytes) {
  return internal::crc32(internal::crc32_of_nothing, std::as_bytes(std::span(bytes)));
}

// As with S3's MD5, equal bytes have equal ETags.
std::string etag_of(std::string_view bytes) {
  std::string out;
  for (const std::uint64_t number : {std::uint64_t{std::hash<std::string_view>()(bytes)}, std::uint64_t{bytes.size()}})
    for (int shift = 60; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[number >> shift & 15]);
  return out;
}

std::string bytes_of(const FakeObject& object, std::uint64_t offset, std::uint64_t size) {
  if (object.bytes) return object.bytes->substr(offset, size);
  std::string out(size, '\0');
  if (size > 0) object.make(offset, std::as_writable_bytes(std::span(out)));
  return out;
}

Headers metadata_of(const HttpRequest& request) {
  Headers out;
  for (const auto& [name, value] : request.headers)
    if (name.starts_with("x-amz-meta-") || name == "content-type") out[name] = value;
  return out;
}

FakeObject object_of(const FakeState& state, const FakeCall& call, std::string bytes) {
  FakeObject object;
  object.size = bytes.size();
  object.etag = etag_of(bytes);
  object.bytes = std::make_shared<const std::string>(std::move(bytes));
  object.metadata = metadata_of(call.request);
  object.modified = state.now();
  return object;
}

std::optional<HttpResponse> refusal(const FakeState& state, const FakeCall& call, bool regards_conditions) {
  const auto found = state.objects.find(call.key);
  const bool exists = found != state.objects.end();
  const std::string_view etag = call.header("if-match");
  if (regards_conditions && !etag.empty() && !exists)
    return fake_error(404, "NoSuchKey", "The specified key does not exist.");
  if (regards_conditions &&
      ((call.header("if-none-match") == "*" && exists) || (!etag.empty() && !same_etag(etag, found->second.etag))))
    return fake_error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
  if (call.key.size() > 1024) return fake_error(400, "KeyTooLongError", "Your key is too long");
  if (state.options.nests) return std::nullopt;
  for (std::size_t slash = call.key.find('/'); slash != std::string::npos; slash = call.key.find('/', slash + 1))
    if (state.objects.contains(call.key.substr(0, slash)))
      return fake_error(409, "ObjectParentIsFile", "Object parent already exists as a file.");
  const auto below = state.objects.lower_bound(call.key + '/');
  if (below != state.objects.end() && below->first.starts_with(call.key + '/'))
    return fake_error(409, "ExistingObjectIsDirectory", "Existing Object is a directory.");
  return std::nullopt;
}

FakeSource copy_source(const FakeState& state, const FakeCall& call) {
  std::string name = unescaped(call.header("x-amz-copy-source"));
  if (name.starts_with('/')) name.erase(0, 1);
  const std::string bucket = state.options.bucket + '/';
  const auto found = name.starts_with(bucket) ? state.objects.find(name.substr(bucket.size())) : state.objects.end();
  if (found == state.objects.end()) return {.error = fake_error(404, "NoSuchKey", "The specified key does not exist.")};
  const FakeObject& object = found->second;
  if (const auto etag = call.header("x-amz-copy-source-if-match"); !etag.empty() && !same_etag(etag, object.etag))
    return {.error = fake_error(412, "PreconditionFailed", "The copy source is another one.")};
  Range range{0, object.size};
  if (const auto asked = call.header("x-amz-copy-source-range"); !asked.empty()) {
    const auto within = parse_range(asked, object.size);
    if (!within) return {.error = fake_error(416, "InvalidRange", "The requested range is not satisfiable")};
    range = *within;
  }
  return {.object = &object, .bytes = bytes_of(object, range.first, range.size)};
}

FakeS3::FakeS3(FakeOptions options) : state_(std::make_unique<FakeState>(std::move(options))) {}
FakeS3::~FakeS3() = default;

HttpResponse FakeS3::answer(const HttpRequest& request) {
  const std::lock_guard lock(state_->mutex);
  requests += 1;
  bytes_in += request.body.size();
  const auto [bucket, key] = target_of(*state_, request);
  const FakeCall call{request, key, parse_query(request.query)};
  std::optional<HttpResponse> denied = signature_error(*state_, request);
  HttpResponse response = denied ? *std::move(denied)
                          : bucket != state_->options.bucket
                              ? fake_error(404, "NoSuchBucket", "The specified bucket does not exist")
                          : key.empty() ? of_bucket(*state_, call)
                                        : of_object(*state_, call);
  if (request.method == "HEAD") {
    response.body.clear();
  } else {
    response.headers["content-length"] = std::to_string(response.body.size());
  }
  response.headers["date"] = http_date(state_->now());
  response.headers["x-amz-request-id"] = "FAKE-REQUEST-ID";
  bytes_out += response.body.size();
  return response;
}

void FakeS3::put(const std::string& key, std::string bytes, const Headers& metadata) {
  const std::lock_guard lock(state_->mutex);
  const HttpRequest request{.method = "PUT", .headers = metadata};
  state_->objects[key] = object_of(*state_, FakeCall{request, key, {}}, std::move(bytes));
}

std::optional<std::string> FakeS3::get(const std::string& key) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->objects.find(key);
  if (found == state_->objects.end()) return std::nullopt;
  return bytes_of(found->second, 0, found->second.size);
}

void FakeS3::remove(const std::string& key) {
  const std::lock_guard lock(state_->mutex);
  state_->objects.erase(key);
}

void FakeS3::add(const std::string& key, std::uint64_t size,
                 std::function<void(std::uint64_t offset, MutableBytes)> bytes) {
  const std::lock_guard lock(state_->mutex);
  FakeObject object{.make = std::move(bytes), .size = size, .modified = state_->now()};
  object.etag = etag_of(key + '#' + std::to_string(state_->next_id++)) + "-2";
  state_->objects[key] = std::move(object);
}

void FakeS3::damage(const std::string& key) {
  const std::lock_guard lock(state_->mutex);
  FakeObject& object = state_->objects.at(key);
  std::string bytes = bytes_of(object, 0, object.size);
  bytes.at(bytes.size() / 2) ^= 1;
  object.bytes = std::make_shared<const std::string>(std::move(bytes));
}

void FakeS3::forget_part(const HttpRequest& upload) {
  const std::lock_guard lock(state_->mutex);
  const auto query = parse_query(upload.query);
  state_->uploads.at(query.at("uploadId")).parts.erase(std::stoi(query.at("partNumber")));
}

std::vector<std::string> FakeS3::keys() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> out;
  for (const auto& entry : state_->objects) out.push_back(entry.first);
  return out;
}

std::size_t FakeS3::objects() const {
  const std::lock_guard lock(state_->mutex);
  return state_->objects.size();
}

std::size_t FakeS3::uploads() const {
  const std::lock_guard lock(state_->mutex);
  return state_->uploads.size();
}

}  // namespace larder::testing
