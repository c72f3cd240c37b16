// Whatever goes wrong between larder and a server, what must come of it comes; and the sequences find a client that
// does it wrong.
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/store/s3/fault_sequence.h"

namespace larder::testing {
namespace {

namespace s3 = internal::s3;

using Groups = std::vector<SequenceGroup>;

std::size_t play(const Groups& groups) {
  std::size_t count = 0;
  for (const SequenceGroup& group : groups) {
    INFO(group.name);
    CHECK(problems(group) == std::vector<std::string>{});
    count += group.sequences.size();
  }
  return count;
}

TEST_CASE("puts come to what they must, whatever breaks") { CHECK(play(put_sequences()) >= 30); }
TEST_CASE("uploads in parts come to what they must, whatever breaks") { CHECK(play(upload_sequences()) >= 20); }
TEST_CASE("gets come to what they must, whatever breaks") { CHECK(play(get_sequences()) >= 15); }
TEST_CASE("listings come to what they must, whatever breaks") { CHECK(play(list_sequences()) >= 12); }
TEST_CASE("servers that are busy, deny, or send elsewhere are borne") { CHECK(play(server_sequences()) >= 20); }

// A client with a defect, as it looks from the network.
class Defective : public s3::Transport {
 public:
  using Before = std::function<void(s3::Wire&)>;
  using After = std::function<void(const s3::Wire&, s3::Exchange&)>;
  Defective(std::shared_ptr<s3::Transport> below, Before before, After after)
      : below_(std::move(below)), before_(std::move(before)), after_(std::move(after)) {}

  s3::Exchange exchange(const s3::Wire& wire) override {
    s3::Wire changed = wire;
    if (before_) before_(changed);
    s3::Exchange out = below_->exchange(changed);
    if (after_) after_(wire, out);
    return out;
  }

 private:
  std::shared_ptr<s3::Transport> below_;
  Before before_;
  After after_;
};

struct Defect {
  std::string name;
  std::function<Groups()> found_by;
  Defective::Before before{};
  Defective::After after{};
};

// The signature is of what was not sent, so signatures are not asked for where these are tried.
auto without(const std::string& header) {
  return [header](s3::Wire& wire) {
    wire.headers.erase(header);
    wire.headers.erase("authorization");
  };
}
bool is(const s3::Exchange& exchange, int status) { return exchange.response && exchange.response->status == status; }

std::vector<Defect> defects() {
  return {
      {.name = "sends no If-None-Match", .found_by = put_sequences, .before = without("if-none-match")},
      {.name = "sends no If-Match with puts",
       .found_by = put_sequences,
       .before =
           [](s3::Wire& wire) {
             if (wire.method == "PUT") without("if-match")(wire);
           }},
      {.name = "does not pin what it reads",
       .found_by = get_sequences,
       .before =
           [](s3::Wire& wire) {
             if (wire.method == "GET") without("if-match")(wire);
           },
       .after =
           [](const s3::Wire& wire, s3::Exchange& exchange) {
             const auto pinned = wire.headers.find("if-match");
             if (exchange.response && pinned != wire.headers.end()) exchange.response->headers["etag"] = pinned->second;
           }},
      {.name = "marks nothing", .found_by = put_sequences, .before = without("content-type")},
      {.name = "does not abort",
       .found_by = upload_sequences,
       .before =
           [](s3::Wire& wire) {
             if (wire.method == "DELETE") wire.url = wire.url.substr(0, wire.url.find('?')) + "-not-this-one";
           }},
      {.name = "takes 412 for 503",
       .found_by = put_sequences,
       .after =
           [](const s3::Wire&, s3::Exchange& exchange) {
             if (is(exchange, 412)) exchange.response->status = 503;
           }},
      {.name = "takes a lost put for one that was never sent",
       .found_by = put_sequences,
       .after = [](const s3::Wire&, s3::Exchange& exchange) { exchange.lost.sent = false; }},
      {.name = "takes a lost answer to a put for a good one",
       .found_by = put_sequences,
       .after =
           [](const s3::Wire& wire, s3::Exchange& exchange) {
             if (exchange.response || wire.method != "PUT") return;
             exchange.response.emplace();
             exchange.response->status = 200;
             exchange.response->headers["etag"] = "\"x\"";
           }},
      {.name = "does not look into a 200",
       .found_by = upload_sequences,
       .after =
           [](const s3::Wire& wire, s3::Exchange& exchange) {
             if (wire.method != "POST" || !is(exchange, 200)) return;
             if (exchange.response->body.find("<Error>") != std::string::npos)
               exchange.response->body =
                   "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>";
           }},
      {.name = "takes too short a body for all",
       .found_by = get_sequences,
       .after =
           [](const s3::Wire& wire, s3::Exchange& exchange) {
             if (exchange.response || wire.into.empty()) return;
             exchange.response.emplace();
             exchange.response->status = 206;
             exchange.response->filled = wire.into.size();
           }},
      {.name = "does not regard Retry-After",
       .found_by = server_sequences,
       .after =
           [](const s3::Wire&, s3::Exchange& exchange) {
             if (exchange.response) exchange.response->headers.erase("retry-after");
           }},
      {.name = "sends its secret along",
       .found_by = list_sequences,
       .before = [](s3::Wire& wire) { wire.headers["x-amz-meta-key"] = canary_key; }},
  };
}

TEST_CASE("the sequences find a client that does it wrong") {
  for (const Defect& defect : defects()) {
    const Wrap wrap = [&](std::shared_ptr<s3::Transport> below) -> std::shared_ptr<s3::Transport> {
      return std::make_shared<Defective>(std::move(below), defect.before, defect.after);
    };
    Groups groups = defect.found_by();
    const bool is_found = std::ranges::any_of(groups, [&](SequenceGroup& group) {
      if (group.name.find("silent") != std::string::npos) return false;  // others find it, and faster
      group.fake.needs_signatures = false;
      return !problems(group, wrap).empty();
    });
    INFO(defect.name);
    CHECK(is_found);
  }
}

}  // namespace
}  // namespace larder::testing
