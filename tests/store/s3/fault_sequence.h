// Sequences of faults: what stands in the bucket, what goes wrong, what is done, and what must come of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/s3/s3_store.h"
#include "tests/store/s3/fake_bucket.h"
#include "tests/store/s3/fault_server.h"

namespace larder::testing {

// Puts something between the store and the network: a defect, say.
using Wrap = std::function<std::shared_ptr<internal::s3::Transport>(std::shared_ptr<internal::s3::Transport>)>;

// A store on a FaultServer, through libcurl and real sockets.
class FaultScene {
 public:
  FaultScene(const S3Options& options, FakeOptions fake, const Wrap& wrap);

  FakeTime time{};
  std::shared_ptr<FakeS3> s3;
  FaultServer server;
  std::unique_ptr<Store> store;

  // "done", or "refused" where the condition did not hold.
  std::string put(std::string_view bytes, const PutOptions& options = {});
  std::string put_if_absent(std::string_view bytes);
  std::string put_if_match(std::string_view bytes);  // the etag of `known`
  // The bytes of "k".
  std::string get(const GetOptions& options = {});
  std::string list();  // all keys, joined by ' '

  std::string known{};  // an etag, as `prepare` found it
};

struct FaultSequence {
  std::string name;
  std::function<void(FaultScene&)> prepare{};  // before the script begins
  std::function<std::vector<Step>(FaultScene&)> script{};
  std::function<std::string(FaultScene&)> operation{};
  std::string wanted;                                // what `operation` returns, or "error KIND"
  std::optional<std::string> object = std::nullopt;  // "k" afterwards; nothing: it is absent
  std::function<bool(FaultScene&)> afterwards = {};  // whether all else is as it should be
  std::size_t uploads = 0;                           // that are left on the server
};

// 1 MiB a part, 2 threads, 20 idle seconds, a deadline of 30 s (of FakeTime): longer than a busy machine takes.
S3Options small_options();

struct SequenceGroup {
  std::string name;
  std::vector<FaultSequence> sequences;
  S3Options options = small_options();
  FakeOptions fake = {.needs_signatures = true, .least_part = 0};
};

std::vector<SequenceGroup> put_sequences();     // of one request
std::vector<SequenceGroup> upload_sequences();  // in parts
std::vector<SequenceGroup> get_sequences();
std::vector<SequenceGroup> list_sequences();
std::vector<SequenceGroup> server_sequences();  // busy, denying, at another time, sending elsewhere

// Plays them, each in a thread of its own. One line for each that came out otherwise: in its result, the object, the
// uploads that are left, steps that did not happen, or secrets that were sent or said.
std::vector<std::string> problems(const SequenceGroup& group, const Wrap& wrap = {});

// An answer with an <Error> document; nothing is done.
Fault server_error(int status, const std::string& code, Headers headers = {});

}  // namespace larder::testing
