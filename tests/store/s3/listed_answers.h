// Answers that stand in a list.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/store/s3/fake_bucket.h"

namespace larder::testing {

inline internal::s3::Exchange answer(int status, internal::s3::Headers headers = {}, std::string body = {}) {
  return {.response = internal::s3::Response{.status = status, .headers = std::move(headers), .body = std::move(body)}};
}
// An answer that is an <Error>.
inline internal::s3::Exchange refusal(int status, const std::string& code, internal::s3::Headers headers = {},
                                      const std::string& rest = {}) {
  return answer(status, std::move(headers), "<Error><Code>" + code + "</Code>" + rest + "</Error>");
}
inline internal::s3::Exchange lost(const internal::s3::Lost& how) { return {.response = {}, .lost = how}; }

// Gives the exchanges one after another, and the last of them for ever. Used by one thread.
class ListedAnswers final : public internal::s3::Transport {
 public:
  explicit ListedAnswers(std::deque<internal::s3::Exchange> exchanges) : exchanges_(std::move(exchanges)) {}

  internal::s3::Exchange exchange(const internal::s3::Wire& wire) override {
    wires.push_back(wire);
    internal::s3::Exchange next = exchanges_.front();
    if (exchanges_.size() > 1) exchanges_.pop_front();
    return next;
  }
  std::vector<internal::s3::Wire> wires{};

 private:
  std::deque<internal::s3::Exchange> exchanges_;
};

// A client of it.
struct Conversation {
  explicit Conversation(std::deque<internal::s3::Exchange> exchanges, const S3Options& options = {},
                        const internal::s3::Endpoint& endpoint = {.host = "s3.example",
                                                                  .bucket = "bucket",
                                                                  .region = "here-1"},
                        double chance = 0.5)
      : transport(std::make_shared<ListedAnswers>(std::move(exchanges))),
        credentials(std::make_shared<FakeCredentials>()),
        client(endpoint, options, credentials, transport, time.pacing(chance)) {}

  internal::s3::Reply send(const std::string& method) {
    internal::s3::Request request;
    request.method = method;
    request.key = "k";
    return client.send(request);
  }
  std::size_t attempts() const { return transport->wires.size(); }
  // Of the attempt with this number.
  std::string header(std::size_t number, const std::string& name) const {
    return transport->wires.at(number).headers.at(name);
  }

  FakeTime time{};
  std::shared_ptr<ListedAnswers> transport;
  std::shared_ptr<FakeCredentials> credentials;
  internal::s3::Client client;
};

}  // namespace larder::testing
