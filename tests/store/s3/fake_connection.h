// The server's end of one HTTP/1.1 connection, and all that a server can do wrong with it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/store/s3/fake_s3.h"

namespace larder::testing {

// Owns the socket. One thread at a time; but `stop` is for any thread, and makes all else fail.
class FakeConnection {
 public:
  explicit FakeConnection(int socket) : socket_(socket) {}
  ~FakeConnection();
  FakeConnection(const FakeConnection&) = delete;
  FakeConnection& operator=(const FakeConnection&) = delete;

  // The next request, without its body; nothing where the client is gone.
  std::optional<HttpRequest> read_head();
  // Up to `most` bytes of the body; false where the client is gone before.
  bool read_body(HttpRequest& request, std::uint64_t most = UINT64_MAX);

  // False where the client is gone.
  bool write(std::string_view bytes);
  // The status line and the headers.
  bool write_head(const HttpResponse& response);

  void reset();                 // the client sees ECONNRESET
  bool wait(int milliseconds);  // false where the client is gone before
  void wait_for_end();          // until the client closes, or `stop`
  void stop();

 private:
  bool fill();

  int socket_;
  std::string arrived_{};  // and not used yet
};

}  // namespace larder::testing
