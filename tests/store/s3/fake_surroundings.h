// An environment, files, a clock and a network for tests of what larder finds there.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/s3/credentials.h"

namespace larder::testing {

// Answers by a function, and remembers what it was asked. Thread-safe.
class ScriptedTransport final : public internal::s3::Transport {
 public:
  using Answer = std::function<internal::s3::Exchange(const internal::s3::Wire&)>;
  explicit ScriptedTransport(Answer answer) : answer_(std::move(answer)) {}

  internal::s3::Exchange exchange(const internal::s3::Wire& wire) override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(wire.method + " " + wire.url);
    return answer_(wire);
  }
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  Answer answer_;
  std::vector<std::string> asked_;
};

inline internal::s3::Exchange answered(int status, std::string body = {}) {
  internal::s3::Response response;
  response.status = status;
  response.body = std::move(body);
  return {std::move(response)};
}
inline internal::s3::Exchange nobody() { return {std::nullopt, {false, false, "nobody listens there"}}; }

struct FakeSurroundings {
  std::map<std::string, std::string> variables{{"HOME", "/users/me"}};
  std::map<std::string, std::string> files{};
  std::chrono::system_clock::time_point now = std::chrono::sys_days(std::chrono::May / 1 / 2024);
  std::shared_ptr<ScriptedTransport> transport =
      std::make_shared<ScriptedTransport>([](const internal::s3::Wire&) { return nobody(); });

  // Borrows this.
  internal::s3::Surroundings surroundings() {
    const auto find = [](const std::map<std::string, std::string>& where, const std::string& name) {
      const auto found = where.find(name);
      return found == where.end() ? std::nullopt : std::optional(found->second);
    };
    return {[this, find](const char* name) { return find(variables, name); },
            [this, find](const std::string& path) { return find(files, path); }, transport, [this] { return now; }};
  }
  void answer_by(ScriptedTransport::Answer answer) {
    transport = std::make_shared<ScriptedTransport>(std::move(answer));
  }
};

}  // namespace larder::testing
