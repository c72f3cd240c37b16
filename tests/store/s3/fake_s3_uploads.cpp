#include <algorithm>

#include "tests/store/s3/fake_state.h"

namespace larder::testing {

namespace {

HttpResponse no_upload() {
  return fake_error(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid.");
}

FakeUpload* upload_of(FakeState& state, const FakeCall& call) {
  const auto found = state.uploads.find(call.query.at("uploadId"));
  return found == state.uploads.end() || found->second.key != call.key ? nullptr : &found->second;
}

std::string unquoted(std::string text) {
  for (const std::string_view quote : {"&quot;", "\"", "&#34;"})
    for (std::size_t at = text.find(quote); at != std::string::npos; at = text.find(quote))
      text.erase(at, quote.size());
  return text;
}

// The parts that a CompleteMultipartUpload names, as they were sent; or why not.
struct Chosen {
  std::vector<const FakePart*> parts{};
  std::optional<HttpResponse> error{};
};
Chosen chosen_parts(const FakeState& state, const FakeUpload& upload, std::string_view xml) {
  Chosen chosen;
  int before = 0;
  for (std::size_t position = 0;;) {
    const std::string part = next_element(xml, "Part", position);
    if (position == std::string_view::npos) break;
    std::size_t inside = 0;
    const int number = std::stoi("0" + next_element(part, "PartNumber", inside));
    inside = 0;
    const std::string etag = unquoted(next_element(part, "ETag", inside));
    inside = 0;
    const std::string crc32 = next_element(part, "ChecksumCRC32", inside);
    const auto sent = upload.parts.find(number);
    if (sent == upload.parts.end() || sent->second.etag != etag ||
        (!crc32.empty() && crc32 != base64_of_crc32(sent->second.crc32)))
      return {.error = fake_error(400, "InvalidPart", "One or more of the specified parts could not be found.")};
    if (number <= before) return {.error = fake_error(400, "InvalidPartOrder", "The list of parts was not in order.")};
    before = number;
    if (!chosen.parts.empty() && chosen.parts.back()->bytes.size() < state.options.least_part)
      return {.error = fake_error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed")};
    chosen.parts.push_back(&sent->second);
  }
  if (chosen.parts.empty()) chosen.error = fake_error(400, "MalformedXML", "You must specify at least one part");
  return chosen;
}

}  // namespace

HttpResponse fake_begin(FakeState& state, const FakeCall& call) {
  if (call.key.size() > 1024) return fake_error(400, "KeyTooLongError", "Your key is too long");
  const std::string id = "upload-" + std::to_string(state.next_id++);
  state.uploads[id] = {.key = call.key,
                       .metadata = metadata_of(call.request),
                       .begun = state.now(),
                       .keeps_crc32 = call.header("x-amz-checksum-algorithm") == "CRC32" &&
                                      call.header("x-amz-checksum-type") == "FULL_OBJECT"};
  return fake_xml("InitiateMultipartUploadResult",
                  element("Bucket", state.options.bucket) + element("Key", call.key) + element("UploadId", id));
}

HttpResponse fake_put_part(FakeState& state, const FakeCall& call) {
  FakeUpload* upload = upload_of(state, call);
  if (upload == nullptr) return no_upload();
  const auto asked = call.query.find("partNumber");
  const int number = asked == call.query.end() ? 0 : std::stoi("0" + asked->second);
  if (number < 1 || number > 10'000)
    return fake_error(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
  const bool copies = !call.header("x-amz-copy-source").empty();
  FakePart part{.bytes = call.request.body};
  if (copies) {
    FakeSource source = copy_source(state, call);
    if (source.error) return *source.error;
    part.bytes = std::move(source.bytes);
  }
  part.etag = etag_of(part.bytes);
  part.crc32 = crc32_of(part.bytes);
  const std::string_view crc32 = call.header("x-amz-checksum-crc32");
  if (!crc32.empty() && crc32 != base64_of_crc32(part.crc32))
    return fake_error(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.");
  const std::string etag = '"' + part.etag + '"';
  HttpResponse response = copies ? fake_xml("CopyPartResult", element("ETag", etag)) : HttpResponse{};
  if (!copies) response.headers["etag"] = etag;
  if (!crc32.empty()) response.headers["x-amz-checksum-crc32"] = std::string(crc32);
  upload->parts[number] = std::move(part);
  return response;
}

HttpResponse fake_complete(FakeState& state, const FakeCall& call) {
  FakeUpload* upload = upload_of(state, call);
  if (upload == nullptr) return no_upload();
  if (auto error = refusal(state, call, !state.options.ignores_upload_conditions)) return *error;
  const Chosen chosen = chosen_parts(state, *upload, call.request.body);
  if (chosen.error) return *chosen.error;
  std::string bytes, etags;
  for (const FakePart* part : chosen.parts) {
    bytes += part->bytes;
    etags += part->etag;
  }
  const std::uint32_t crc32 = crc32_of(bytes);
  if (const auto given = call.header("x-amz-checksum-crc32"); !given.empty() && given != base64_of_crc32(crc32))
    return fake_error(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.");
  FakeObject object = object_of(state, call, std::move(bytes));
  object.etag = etag_of(etags) + '-' + std::to_string(chosen.parts.size());
  object.metadata = upload->metadata;
  object.modified = upload->begun;  // as AWS says it
  if (upload->keeps_crc32 && state.options.keeps_crc32) object.crc32 = crc32;
  std::string inside =
      element("Bucket", state.options.bucket) + element("Key", call.key) + element("ETag", '"' + object.etag + '"');
  if (object.crc32) inside += element("ChecksumCRC32", base64_of_crc32(crc32)) + element("ChecksumType", "FULL_OBJECT");
  state.uploads.erase(call.query.at("uploadId"));
  state.objects[call.key] = std::move(object);
  return fake_xml("CompleteMultipartUploadResult", inside);
}

HttpResponse fake_abort(FakeState& state, const FakeCall& call) {
  if (upload_of(state, call) == nullptr) return no_upload();
  state.uploads.erase(call.query.at("uploadId"));
  HttpResponse response;
  response.status = 204;
  return response;
}

}  // namespace larder::testing
