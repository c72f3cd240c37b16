// A small, correct S3 in memory: what a request means. Without sockets (FakeTransport) for tests of the store, behind
// FaultServer for tests of everything. Signatures are compared with store/s3/signing.h; AWS's vectors and the real
// servers judge that one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/s3/message.h"

namespace larder::testing {

using internal::s3::Headers;

struct HttpRequest {
  std::string method, path, query;  // escaped, as they came
  Headers headers;
  std::string body;
};
struct HttpResponse {
  int status = 200;
  Headers headers{};
  std::string body{};
};

// Which parts of S3 it lacks, as servers do.
struct FakeOptions {
  std::string bucket = "bucket";
  bool ignores_conditions = false;
  bool ignores_upload_conditions = false;
  bool nests = true;
  bool keeps_crc32 = true;
  bool removes_if_match = true;
  bool checks_signatures = true;  // id "AKIDLARDER", key canary_key
};
inline constexpr const char* canary_key = "CANARY-9f2b7c-secret-key-that-nobody-may-print";
inline constexpr const char* canary_token = "CANARY-1c44d0-session-token";

// Thread-safe.
class FakeS3 {
 public:
  explicit FakeS3(FakeOptions options = {});
  ~FakeS3();

  HttpResponse answer(const HttpRequest& request);

  // An object whose bytes are made as they are asked for: 10 GB without storage.
  void add(const std::string& key, std::uint64_t size, std::function<void(std::uint64_t offset, MutableBytes)> bytes);
  void damage(const std::string& key);  // one bit, behind everybody's back
  std::size_t objects() const;
  std::size_t uploads() const;  // begun, neither completed nor aborted

  // Since the beginning.
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> bytes_out{0};  // bodies of answers
  std::atomic<std::uint64_t> bytes_in{0};

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Answers in the same thread.
std::shared_ptr<internal::s3::Transport> fake_transport(std::shared_ptr<FakeS3> server);

}  // namespace larder::testing
