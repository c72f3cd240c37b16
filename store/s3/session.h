// What a Client learns of its server, for all threads.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>

#include "store/s3/client.h"

namespace larder::internal::s3 {

// Thread-safe.
class Session {
 public:
  using WallTime = std::chrono::system_clock::time_point;

  Session(Endpoint endpoint, std::shared_ptr<CredentialSource> credentials, std::shared_ptr<Transport> transport,
          Pacing pacing)
      : pacing_(std::move(pacing)),
        credentials_(std::move(credentials)),
        transport_(std::move(transport)),
        endpoint_(std::move(endpoint)) {}

  const Pacing& pacing() const noexcept { return pacing_; }
  CredentialSource& credentials() const noexcept { return *credentials_; }
  Transport& transport() const noexcept { return *transport_; }

  // Where requests go: where the last redirect sent them.
  Endpoint endpoint() const {
    const std::lock_guard lock(mutex_);
    return endpoint_;
  }
  void go_to(const Endpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    endpoint_ = endpoint;
  }

  // An answer came.
  void note(const Response& response);
  bool was_answered() const noexcept { return answered_; }

  // What the server's clock is ahead of ours.
  std::chrono::seconds ahead() const noexcept { return std::chrono::seconds(ahead_); }
  // What requests are signed with: our time, until the server said that it is too far from its own.
  WallTime signing_time() const { return pacing_.wall() + std::chrono::seconds(signing_ahead_); }
  void sign_by_server() noexcept { signing_ahead_ = ahead_.load(); }

 private:
  const Pacing pacing_;
  const std::shared_ptr<CredentialSource> credentials_;
  const std::shared_ptr<Transport> transport_;
  mutable std::mutex mutex_;
  Endpoint endpoint_;
  std::atomic<bool> answered_{false};
  std::atomic<std::int64_t> ahead_{0};
  std::atomic<std::int64_t> signing_ahead_{0};
};

}  // namespace larder::internal::s3
