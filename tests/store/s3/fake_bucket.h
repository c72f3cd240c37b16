// The bucket of a FakeS3, as the store sees it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "store/s3/bucket.h"
#include "store/s3/probe.h"
#include "tests/store/s3/fake_s3.h"
#include "tests/store/s3/fake_time.h"

namespace larder::testing {

// The credentials that FakeS3 knows; fresh ones, with another session token, each time that they are refused.
class FakeCredentials : public internal::s3::CredentialSource {
 public:
  std::shared_ptr<const internal::s3::Credentials> get() override {
    const std::string token = refused == 0 ? "" : canary_token + std::string("-") + std::to_string(refused);
    return std::make_shared<const internal::s3::Credentials>(internal::s3::Credentials{
        .id = canary_id, .key = internal::s3::Secret(canary_key), .token = internal::s3::Secret(token)});
  }
  void refuse(const std::shared_ptr<const internal::s3::Credentials>&) override { refused += 1; }

  std::atomic<int> refused{0};
};

// host: "127.0.0.1:9000"; any, for fake_transport. prefix: "" or "a/b/".
inline std::shared_ptr<internal::s3::Bucket> fake_bucket(std::shared_ptr<internal::s3::Transport> transport,
                                                         const FakeTime& time = {}, const S3Options& options = {},
                                                         std::string prefix = {}, std::string host = "s3.example") {
  const internal::s3::Endpoint endpoint{
      .secure = false, .host = std::move(host), .bucket = "bucket", .region = "us-east-1"};
  auto client = std::make_shared<internal::s3::Client>(endpoint, options, std::make_shared<FakeCredentials>(),
                                                       std::move(transport), time.pacing());
  return std::make_shared<internal::s3::Bucket>(std::move(client), std::move(prefix));
}

// What a FakeS3 without FakeOptions supports.
inline internal::s3::Supported all_supported() {
  return {.if_absent = true,
          .if_match = true,
          .remove_if_match = true,
          .upload_conditions = true,
          .nests = true,
          .crc32 = true};
}

}  // namespace larder::testing
