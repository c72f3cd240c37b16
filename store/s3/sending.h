// One request and all its attempts.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "store/s3/retrying.h"
#include "store/s3/session.h"

namespace larder::internal::s3 {

// Used once, by one thread; borrows everything. name: of what is asked for, for messages.
class Sending {
 public:
  Sending(Session& session, const S3Options& options, const Request& request, std::string name);

  // As Client::send.
  Reply run();

 private:
  struct Attempt {
    Endpoint endpoint;
    std::shared_ptr<const Credentials> credentials;
    Wire wire;
  };
  Attempt next_attempt();
  void sign(Attempt& attempt) const;
  Exchange exchange(const Attempt& attempt);

  // What an answer leads to: true where another attempt is to be made at once, nothing where it stands.
  enum class Next { stands, at_once, later };
  Next look_at(Response& response, const Attempt& attempt);
  Next redirect(const Response& response, const std::optional<ServerError>& error, const Attempt& attempt);
  void note(const Lost& lost);
  void wait();
  Reply reply(Response response) const;
  [[noreturn]] void give_up() const;
  bool changes_something() const { return request_.method != "GET" && request_.method != "HEAD"; }

  Session& session_;
  const S3Options& options_;
  const Request& request_;
  std::string name_;
  std::chrono::milliseconds deadline_;
  std::chrono::steady_clock::time_point stop_;
  Session::WallTime begun_;

  int attempts_ = 0;
  int redirects_ = 0;
  bool renewed_ = false;    // the credentials
  bool corrected_ = false;  // the clock
  bool uncertain_ = false;
  std::uint64_t filled_ = 0;                              // of Request::into, by attempts that broke off
  std::string last_{};                                    // what the last attempt came to
  std::optional<std::chrono::milliseconds> asked_for_{};  // Retry-After
};

}  // namespace larder::internal::s3
