// S3Stores over a FakeS3, without sockets.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "store/s3/s3_store.h"
#include "tests/store/s3/fake_bucket.h"

namespace larder::testing {

// A transport that may look at each request, and answer it in the server's stead: what `instead` returns, where it
// returns something. Called by several threads.
class WatchedTransport final : public internal::s3::Transport {
 public:
  using Instead = std::function<std::optional<internal::s3::Exchange>(const internal::s3::Wire&, Transport& below)>;

  WatchedTransport(std::shared_ptr<Transport> below, Instead instead)
      : below_(std::move(below)), instead_(std::move(instead)) {}

  internal::s3::Exchange exchange(const internal::s3::Wire& wire) override {
    if (auto answer = instead_(wire, *below_)) return std::move(*answer);
    return below_->exchange(wire);
  }

 private:
  std::shared_ptr<Transport> below_;
  Instead instead_;
};

inline internal::s3::Exchange answer_of(int status) {
  internal::s3::Response response;
  response.status = status;
  return {.response = std::move(response)};
}

// Small parts, so that small values have many of them.
struct FakeStore {
  static constexpr std::uint64_t part = 64 << 10;

  explicit FakeStore(FakeOptions lacks = {}, S3Options how = {}, WatchedTransport::Instead instead = nullptr)
      : FakeStore(Opened(), std::make_shared<FakeS3>(with_small_parts(std::move(lacks))), how, std::move(instead)) {}
  // Another store of the same server.
  static FakeStore again(std::shared_ptr<FakeS3> server, const S3Options& how) {
    return FakeStore(Opened(), std::move(server), how, nullptr);
  }

  std::shared_ptr<FakeS3> server;
  FakeTime time;
  std::shared_ptr<internal::s3::Bucket> bucket;
  internal::s3::Supported supported;
  std::unique_ptr<Store> store;

  static S3Options small_parts(S3Options how = {}) {
    how.part_size = part;
    how.threads = 3;
    how.memory = 4 * part;
    return how;
  }

 private:
  struct Opened {
    explicit Opened() = default;
  };
  FakeStore(Opened, std::shared_ptr<FakeS3> of, const S3Options& how, WatchedTransport::Instead instead)
      : server(std::move(of)), bucket(bucket_of(server, time, how, std::move(instead))) {
    supported = internal::s3::try_out(*bucket);
    store = internal::s3::make_store(bucket, supported);
  }
  static FakeOptions with_small_parts(FakeOptions options) {
    options.least_part = part;
    return options;
  }
  static std::shared_ptr<internal::s3::Bucket> bucket_of(const std::shared_ptr<FakeS3>& server, const FakeTime& time,
                                                         const S3Options& how, WatchedTransport::Instead instead) {
    auto transport = fake_transport(server);
    if (instead) transport = std::make_shared<WatchedTransport>(std::move(transport), std::move(instead));
    return fake_bucket(std::move(transport), time, how);
  }
};

}  // namespace larder::testing
