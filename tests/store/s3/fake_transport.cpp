#include <algorithm>

#include "base/text.h"
#include "tests/store/s3/fake_s3.h"

namespace larder::testing {

namespace {

using internal::s3::Exchange;
using internal::s3::Response;
using internal::s3::Transport;
using internal::s3::Wire;

HttpRequest request_of(const Wire& wire) {
  HttpRequest request{.method = wire.method, .headers = wire.headers};
  const std::size_t host = wire.url.find("://") + 3;
  const std::size_t path = std::min(wire.url.find('/', host), wire.url.size());
  const std::size_t query = std::min(wire.url.find('?', path), wire.url.size());
  request.headers["host"] = wire.url.substr(host, path - host);
  request.path = wire.url.substr(path, query - path);
  request.query = wire.url.substr(std::min(query + 1, wire.url.size()));
  request.body.assign(reinterpret_cast<const char*>(wire.body.data()), wire.body.size());
  return request;
}

class FakeTransport : public Transport {
 public:
  explicit FakeTransport(std::shared_ptr<FakeS3> server) : server_(std::move(server)) {}

  Exchange exchange(const Wire& wire) override {
    HttpResponse answer = server_->answer(request_of(wire));
    Response response;
    response.status = answer.status;
    response.headers = std::move(answer.headers);
    if (wire.into.empty() || answer.status >= 300) {
      if (answer.body.size() > internal::s3::most_text) internal::fail(ErrorKind::limit, "the answer is too long");
      response.body = std::move(answer.body);
    } else {
      if (answer.body.size() > wire.into.size())
        internal::fail(ErrorKind::malformed, "the answer is longer than what was asked for");
      std::ranges::copy(std::as_bytes(std::span(answer.body)), wire.into.begin());
      response.filled = answer.body.size();
    }
    return {.response = std::move(response)};
  }

 private:
  std::shared_ptr<FakeS3> server_;
};

}  // namespace

std::shared_ptr<Transport> fake_transport(std::shared_ptr<FakeS3> server) {
  return std::make_shared<FakeTransport>(std::move(server));
}

}  // namespace larder::testing
