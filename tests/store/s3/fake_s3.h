// A small, correct S3 in memory: what a request means. Without sockets (fake_transport) for tests of the store, behind
// FaultServer for tests of everything. Signatures are compared with store/s3/signing.h; AWS's vectors and the real
// servers judge that one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/bytes.h>

#include "store/s3/message.h"

namespace larder::testing {

using internal::s3::Headers;

struct HttpRequest {
  std::string method{};
  std::string path{}, query{};  // escaped, as they came
  Headers headers{};
  std::string body{};
};
struct HttpResponse {
  int status = 200;
  Headers headers{};
  std::string body{};
};

// Which parts of S3 it lacks, as servers do.
struct FakeOptions {
  std::string bucket = "bucket";
  bool ignores_conditions = false;  // of puts: 200, and the object is replaced
  bool ignores_upload_conditions = false;
  bool nests = true;
  bool keeps_crc32 = true;
  bool removes_if_match = true;  // false: DELETE ignores If-Match
  // Signatures of canary_id with canary_key are always compared, and no other id is known; whether requests without one
  // are denied.
  bool needs_signatures = false;
  std::string region = "us-east-1";
  std::uint64_t least_part = 5ULL << 20;  // of all parts but the last: 400 EntityTooSmall
  std::function<std::chrono::system_clock::time_point()> clock = std::chrono::system_clock::now;
  std::chrono::seconds skew{};  // that its time is later than `clock`
};
inline constexpr const char* canary_id = "AKIDLARDER";
inline constexpr const char* canary_key = "CANARY-9f2b7c-secret-key-that-nobody-may-print";
inline constexpr const char* canary_token = "CANARY-1c44d0-session-token";

struct FakeState;

// Thread-safe.
class FakeS3 {
 public:
  explicit FakeS3(FakeOptions options = {});
  ~FakeS3();
  FakeS3(const FakeS3&) = delete;
  FakeS3& operator=(const FakeS3&) = delete;

  HttpResponse answer(const HttpRequest& request);

  // Behind everybody's back, as another client would.
  void put(const std::string& key, std::string bytes, const Headers& metadata = {});
  std::optional<std::string> get(const std::string& key) const;
  void remove(const std::string& key);
  // An object whose bytes are made as they are asked for: 10 GB without storage.
  void add(const std::string& key, std::uint64_t size, std::function<void(std::uint64_t offset, MutableBytes)> bytes);
  void damage(const std::string& key);  // one bit in the middle; the ETag and the checksum stay

  void forget_part(const HttpRequest& upload);  // the part that this UploadPart sent

  std::vector<std::string> keys() const;
  std::size_t objects() const;
  std::size_t uploads() const;  // begun, neither completed nor aborted

  // Since the beginning.
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> bytes_out{0};  // bodies of answers
  std::atomic<std::uint64_t> bytes_in{0};

 private:
  std::unique_ptr<FakeState> state_;
};

// Answers in the same thread. For any host; "http://bucket.host/key" is the same as "http://host/bucket/key".
std::shared_ptr<internal::s3::Transport> fake_transport(std::shared_ptr<FakeS3> server);

}  // namespace larder::testing
