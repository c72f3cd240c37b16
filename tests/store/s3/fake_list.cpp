#include <algorithm>

#include "tests/store/s3/fake_state.h"
#include "tests/support/hexadecimal.h"

namespace larder::testing {

namespace {

std::string parameter(const FakeCall& call, const std::string& name) {
  const auto found = call.query.find(name);
  return found == call.query.end() ? std::string() : found->second;
}

std::string listed(const FakeCall& call, std::string_view key) {
  return parameter(call, "encoding-type") == "url" ? escape_listed(key) : std::string(key);
}

std::string contents(const FakeCall& call, const std::string& key, const FakeObject& object) {
  return "<Contents>" + element("Key", listed(call, key)) + element("LastModified", iso_date(object.modified)) +
         element("ETag", '"' + object.etag + '"') + element("Size", std::to_string(object.size)) +
         element("StorageClass", "STANDARD") + "</Contents>";
}

}  // namespace

// A token is the last key of its page, in hexadecimal.
HttpResponse fake_list(const FakeState& state, const FakeCall& call) {
  if (parameter(call, "list-type") != "2" || call.asks("delimiter"))
    return fake_error(501, "NotImplemented", "FakeS3 knows list-type=2 without a delimiter.");
  const std::string prefix = parameter(call, "prefix");
  const std::string token = parameter(call, "continuation-token");
  const std::string asked = parameter(call, "max-keys");
  const std::size_t most = std::min<std::size_t>(1000, asked.empty() ? 1000 : std::stoul(asked));
  const std::string after = token.empty() ? parameter(call, "start-after") : from_hex(token);

  std::string inside, last;
  std::size_t count = 0;
  auto object = after < prefix ? state.objects.lower_bound(prefix) : state.objects.upper_bound(after);
  for (; object != state.objects.end() && object->first.starts_with(prefix) && count < most; ++object, ++count) {
    inside += contents(call, object->first, object->second);
    last = object->first;
  }
  const bool more = count > 0 && object != state.objects.end() && object->first.starts_with(prefix);
  inside = element("Name", state.options.bucket) + element("Prefix", listed(call, prefix)) +
           element("KeyCount", std::to_string(count)) + element("MaxKeys", std::to_string(most)) +
           element("IsTruncated", more ? "true" : "false") + inside;
  if (parameter(call, "encoding-type") == "url") inside += element("EncodingType", "url");
  if (more) inside += element("NextContinuationToken", to_hex(last));
  return fake_xml("ListBucketResult", inside);
}

HttpResponse fake_uploads(const FakeState& state, const FakeCall& call) {
  const std::string prefix = parameter(call, "prefix");
  std::string inside = element("Bucket", state.options.bucket) + element("IsTruncated", "false");
  if (parameter(call, "encoding-type") == "url") inside += element("EncodingType", "url");
  for (const auto& [id, upload] : state.uploads) {
    if (!upload.key.starts_with(prefix)) continue;
    inside += "<Upload>" + element("Key", listed(call, upload.key)) + element("UploadId", id) +
              element("Initiated", iso_date(upload.begun)) + "</Upload>";
  }
  return fake_xml("ListMultipartUploadsResult", inside);
}

}  // namespace larder::testing
