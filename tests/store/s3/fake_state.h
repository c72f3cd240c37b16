// What FakeS3 keeps, for the files that it is made of. Everything here is called with FakeState::mutex held.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "tests/store/s3/fake_s3.h"
#include "tests/store/s3/fake_text.h"

namespace larder::testing {

struct FakeObject {
  std::shared_ptr<const std::string> bytes{};  // null: made by
  std::function<void(std::uint64_t offset, MutableBytes)> make{};
  std::uint64_t size = 0;
  std::string etag{};  // without quotes
  Headers metadata{};  // x-amz-meta-*, content-type
  std::optional<std::uint32_t> crc32{};
  UtcTime modified{};
};

struct FakePart {
  std::string bytes{};
  std::string etag{};
  std::uint32_t crc32 = 0;
};
struct FakeUpload {
  std::string key{};
  Headers metadata{};
  UtcTime begun{};
  bool keeps_crc32 = false;  // begun with x-amz-checksum-type: FULL_OBJECT
  std::map<int, FakePart> parts{};
};

struct FakeState {
  explicit FakeState(FakeOptions chosen) : options(std::move(chosen)) {}

  FakeOptions options;
  std::mutex mutex{};
  std::map<std::string, FakeObject> objects{};
  std::map<std::string, FakeUpload> uploads{};  // by id
  std::uint64_t next_id = 1;

  UtcTime now() const;  // to the second, as S3's times are
};

// A request that was taken apart.
struct FakeCall {
  const HttpRequest& request;
  std::string key;  // decoded; empty: the bucket
  std::map<std::string, std::string> query;

  std::string_view header(std::string_view name) const;
  bool asks(const std::string& name) const { return query.contains(name); }
};

HttpResponse fake_error(int status, std::string_view code, std::string_view message);
HttpResponse fake_xml(std::string_view document, std::string_view inside);

// What is wrong with who asks, and when.
std::optional<HttpResponse> signature_error(const FakeState& state, const HttpRequest& request);
// What refuses to write this key: a condition that does not hold, a parent that is an object.
std::optional<HttpResponse> refusal(const FakeState& state, const FakeCall& call, bool regards_conditions);
// An object of these bytes, with the metadata of the call.
FakeObject object_of(const FakeState& state, const FakeCall& call, std::string bytes);
Headers metadata_of(const HttpRequest& request);
std::uint32_t crc32_of(std::string_view bytes);
std::string etag_of(std::string_view bytes);
// The bytes of x-amz-copy-source, of x-amz-copy-source-range where that is there; or the error.
struct FakeSource {
  const FakeObject* object = nullptr;
  std::string bytes{};
  std::optional<HttpResponse> error{};
};
FakeSource copy_source(const FakeState& state, const FakeCall& call);
std::string bytes_of(const FakeObject& object, std::uint64_t offset, std::uint64_t size);

HttpResponse fake_begin(FakeState& state, const FakeCall& call);
HttpResponse fake_put_part(FakeState& state, const FakeCall& call);
HttpResponse fake_complete(FakeState& state, const FakeCall& call);
HttpResponse fake_abort(FakeState& state, const FakeCall& call);
HttpResponse fake_uploads(const FakeState& state, const FakeCall& call);
HttpResponse fake_list(const FakeState& state, const FakeCall& call);

}  // namespace larder::testing
