#include "tests/store/s3/fault_sequence.h"

#include <future>

#include <larder/error.h>

#include "tests/store/s3/fake_text.h"

namespace larder::testing {

namespace {

FakeOptions at_time(FakeOptions options, const FakeTime& time) {
  options.clock = [time] { return time.wall(); };
  return options;
}

std::string text_of(const Region& region) {
  return {reinterpret_cast<const char*>(region.bytes().data()), region.bytes().size()};
}

// What the operation returns, or which error it throws.
std::string outcome_of(const FaultSequence& sequence, FaultScene& scene, std::string& message) {
  try {
    return sequence.operation(scene);
  } catch (const Error& error) {
    message = error.what();
    return "error " + std::string(name_of(error.kind()));
  }
}

// A value, where it is short enough to be read by people.
std::string shown(const std::string& text) {
  return text.size() > 100 ? std::to_string(text.size()) + " bytes" : '"' + text + '"';
}

std::string complaint(const FaultSequence& sequence, const SequenceGroup& group, const Wrap& wrap) {
  FaultScene scene(group.options, group.fake, wrap);
  if (sequence.prepare) sequence.prepare(scene);
  if (sequence.script) scene.server.play(sequence.script(scene));
  std::string message, out;
  const std::string outcome = outcome_of(sequence, scene, message);
  if (outcome != sequence.wanted) out += " came to " + shown(outcome) + " instead of " + shown(sequence.wanted) + ';';
  if (scene.s3->get("k") != sequence.object) out += " left " + shown(scene.s3->get("k").value_or("nothing")) + ';';
  if (scene.s3->uploads() != sequence.uploads) out += ' ' + std::to_string(scene.s3->uploads()) + " uploads are left;";
  if (!scene.server.left().empty()) out += " not all faults happened;";
  if (scene.server.saw_secret()) out += " the secret was sent;";
  if (message.find("CANARY") != std::string::npos) out += " a secret was said;";
  if (sequence.afterwards && !sequence.afterwards(scene)) out += " what follows is wrong;";
  if (out.empty()) return {};
  out = sequence.name + ':' + out + " error: " + message;
  for (const std::string& request : scene.server.seen()) out += "\n  " + request;
  return out;
}

}  // namespace

Fault server_error(int status, const std::string& code, Headers headers) {
  headers["content-type"] = "application/xml";
  return {.kind = Fault::Kind::answer,
          .status = status,
          .headers = std::move(headers),
          .text = "<Error>" + element("Code", code) + element("Message", "as the script says") + "</Error>"};
}

S3Options small_options() {
  S3Options options;
  options.part_size = 1 << 20;
  options.threads = 2;
  options.deadline = std::chrono::seconds(30);
  options.idle = std::chrono::seconds(20);
  return options;
}

FaultScene::FaultScene(const S3Options& options, FakeOptions fake, const Wrap& wrap)
    : s3(std::make_shared<FakeS3>(at_time(std::move(fake), time))), server(s3) {
  const std::string host = server.url().substr(std::string_view("http://").size());
  auto transport = internal::s3::curl_transport();
  if (wrap) transport = wrap(std::move(transport));
  store = internal::s3::make_store(fake_bucket(std::move(transport), time, options, {}, host), all_supported());
}

std::string FaultScene::put(std::string_view bytes, const PutOptions& options) {
  store->put("k", std::as_bytes(std::span(bytes)), options);
  return "done";
}

std::string FaultScene::put_if_absent(std::string_view bytes) {
  return store->put_if_absent("k", std::as_bytes(std::span(bytes))) ? "done" : "refused";
}

std::string FaultScene::put_if_match(std::string_view bytes) {
  return store->put_if_match("k", known, std::as_bytes(std::span(bytes))) ? "done" : "refused";
}

std::string FaultScene::get(const GetOptions& options) { return text_of(store->read("k", options)); }

std::string FaultScene::list() {
  std::string out;
  const auto listing = store->list();
  for (auto page = listing->next(); !page.empty(); page = listing->next())
    for (const Entry& entry : page) out += (out.empty() ? "" : " ") + entry.key;
  return out;
}

std::vector<std::string> problems(const SequenceGroup& group, const Wrap& wrap) {
  std::vector<std::future<std::string>> running;
  for (const FaultSequence& sequence : group.sequences)
    running.push_back(std::async(std::launch::async, [&] { return complaint(sequence, group, wrap); }));
  std::vector<std::string> out;
  for (auto& one : running)
    if (std::string line = one.get(); !line.empty()) out.push_back(std::move(line));
  return out;
}

}  // namespace larder::testing
