// FakeS3 behind real sockets on 127.0.0.1, with a script of what goes wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/store/s3/fake_s3.h"

namespace larder::testing {

// What happens to one request.
struct Fault {
  enum class Kind {
    none,
    reset_before,      // the connection is reset when the request has arrived; nothing is done
    reset_after,       // done, then reset before the answer
    reset_in_request,  // reset after `bytes` of the request's body; nothing is done
    reset_in_answer,   // reset after `bytes` of the answer's body
    silent,            // done if `done`, then nothing is said until the client closes
    slow,              // the answer's body comes `bytes` at a time, `milliseconds` between
    short_body,        // content-length is right, the body `bytes` shorter, the connection closed
    long_body,         // `bytes` more than asked for
    endless_headers,
    no_http,      // the answer is `text`, then the connection is closed
    answer,       // `status`, `headers`, `text`; done before if `done`
    twice,        // the request is done twice; the second answer is given
    later,        // reset; the request is done behind the next `bytes` requests
    wrong_bytes,  // of a GET: one bit of the answer's body is another
    forget_part,  // of UploadPart: 200, but the part is not kept
  };
  Kind kind = Kind::none;
  std::uint64_t bytes = 0;
  int milliseconds = 0;
  bool done = false;
  int status = 0;
  Headers headers{};  // of `answer`; of the others: beside those of the answer, or instead
  std::string text{};
  std::function<void()> meanwhile{};  // called when the request has arrived, before anything is done
};

// One step of the script: the next request that fits gets the fault, `times` times.
struct Step {
  std::string method{};    // empty: any
  std::string contains{};  // in path?query; empty: any
  Fault fault{};
  int times = 1;
  int after = 0;  // requests that fit and are left alone before
};

// Listens from construction to destruction; a thread for each connection.
class FaultServer {
 public:
  explicit FaultServer(std::shared_ptr<FakeS3> s3, std::vector<Step> script = {});
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  std::string url() const;  // "http://127.0.0.1:PORT"
  // In place of what is left of the script.
  void play(std::vector<Step> script);
  std::vector<Step> left() const;         // steps that did not happen (as often as they should)
  std::vector<std::string> seen() const;  // "PUT /bucket/k?uploadId=..", of each request, in order
  bool saw_secret() const;                // canary_key in any byte that arrived

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace larder::testing
