// Gets, and what goes wrong with them: the right bytes, or an error, and never other bytes.
#include "tests/store/s3/fake_state.h"
#include "tests/store/s3/fault_sequence.h"

namespace larder::testing {
namespace {

using Kind = Fault::Kind;

const std::string small = "0123456789";

// More than the first request fetches.
const std::string& large() {
  static const std::string bytes = [] {
    std::string out(3 << 20, '\0');
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(i * 2654435761U >> 13);
    return out;
  }();
  return bytes;
}

void small_is_there(FaultScene& scene) { scene.put(small); }
void large_is_there(FaultScene& scene) { scene.put(large()); }
auto script(std::vector<Step> steps) {
  return [steps](FaultScene&) { return steps; };
}
Step on_get(Fault fault, int times = 1, int after = 0) {
  return {.method = "GET", .fault = std::move(fault), .times = times, .after = after};
}
std::string get(FaultScene& scene) { return scene.get(); }
std::string get_middle(FaultScene& scene) { return scene.get({.range = {.offset = 4, .size = 3}}); }
// What is told of bytes that are many.
std::string get_large(FaultScene& scene) { return scene.get() == large() ? "all of it" : "other bytes"; }
std::string get_verified(FaultScene& scene) { return scene.get({.verify = true}); }

SequenceGroup small_gets() {
  return {.name = "small values come right, or not at all",
          .sequences = {
              {.name = "reset in the answer",
               .prepare = small_is_there,
               .script = script({on_get({.kind = Kind::reset_in_answer, .bytes = 4})}),
               .operation = get,
               .wanted = small,
               .object = small},
              {.name = "reset before the answer, twice",
               .prepare = small_is_there,
               .script = script({on_get({.kind = Kind::reset_before}, 2)}),
               .operation = get,
               .wanted = small,
               .object = small},
              {.name = "too short a body",
               .prepare = small_is_there,
               .script = script({on_get({.kind = Kind::short_body, .bytes = 3})}),
               .operation = get,
               .wanted = small,
               .object = small},
              {.name = "a range with too long a body",
               .prepare = small_is_there,
               .script = script({on_get({.kind = Kind::long_body, .bytes = 1})}),
               .operation = get_middle,
               .wanted = "error malformed",
               .object = small},
              {.name = "other bytes of the value instead of the range",
               .prepare = small_is_there,
               .script = script({on_get({.kind = Kind::answer,
                                         .status = 200,
                                         .headers = {{"etag", '"' + etag_of(small) + '"'},
                                                     {"last-modified", "Sun, 22 Nov 2026 18:00:00 GMT"}},
                                         .text = "012"})}),
               .operation = get_middle,
               .wanted = "error malformed",
               .object = small},
              {.name = "a range that is another than it says",
               .prepare = small_is_there,
               .script = script({on_get({.headers = {{"content-range", "bytes 0-2/10"}}})}),
               .operation = get_middle,
               .wanted = "error malformed",
               .object = small},
              {.name = "headers that never end",
               .prepare = small_is_there,
               .script = script({on_get({.kind = Kind::endless_headers})}),
               .operation = get,
               .wanted = "error limit",
               .object = small},
              {.name = "no HTTP",
               .prepare = small_is_there,
               .script = script({on_get({.kind = Kind::no_http, .text = "220 ftp.example.org ready\r\n"})}),
               .operation = get,
               .wanted = "error malformed",
               .object = small},
              {.name = "an empty value, which no range fits",
               .prepare = [](FaultScene& scene) { scene.put(""); },
               .operation = get,
               .wanted = "",
               .object = ""},
              {.name = "one bit is another, and nobody says so",
               .prepare = small_is_there,
               .script = script({on_get({.kind = Kind::wrong_bytes})}),
               .operation = get_verified,
               .wanted = "error checksum",
               .object = small},
              {.name = "damaged on the server",
               .prepare =
                   [](FaultScene& scene) {
                     small_is_there(scene);
                     scene.s3->damage("k");
                   },
               .operation = get_verified,
               .wanted = "error checksum",
               .object = "0123446789"},
              {.name = "absent", .operation = get, .wanted = "error not_found"},
              {.name = "no such bucket",
               .script = script({on_get(server_error(404, "NoSuchBucket"))}),
               .operation = get,
               .wanted = "error not_found"},
          }};
}

SequenceGroup large_gets() {
  const auto other = [](FaultScene& scene) {
    return std::vector<Step>{
        on_get({.meanwhile = [s3 = scene.s3] { s3->put("k", std::string(large().rbegin(), large().rend())); }}, 1, 2)};
  };
  const auto removed = [](FaultScene& scene) {
    return std::vector<Step>{on_get({.meanwhile = [s3 = scene.s3] { s3->remove("k"); }}, 1, 2)};
  };
  return {.name = "large values come right, or not at all, and never from two puts",
          .sequences = {
              {.name = "nothing goes wrong",
               .prepare = large_is_there,
               .operation = get_large,
               .wanted = "all of it",
               .object = large()},
              {.name = "reset in the second request's answer",
               .prepare = large_is_there,
               .script = script({on_get({.kind = Kind::reset_in_answer, .bytes = 30'000}, 1, 1)}),
               .operation = get_large,
               .wanted = "all of it",
               .object = large()},
              {.name = "too short a body in the middle",
               .prepare = large_is_there,
               .script = script({on_get({.kind = Kind::short_body, .bytes = 1000}, 2, 2)}),
               .operation = get_large,
               .wanted = "all of it",
               .object = large()},
              {.name = "replaced in the middle",
               .prepare = large_is_there,
               .script = other,
               .operation = get_large,
               .wanted = "error conflict",
               .object = std::string(large().rbegin(), large().rend())},
              {.name = "removed in the middle",
               .prepare = large_is_there,
               .script = removed,
               .operation = get_large,
               .wanted = "error conflict"},
              {.name = "one bit is another, and nobody says so: reading to the end compares",
               .prepare = large_is_there,
               .script = script({on_get({.kind = Kind::wrong_bytes}, 1, 3)}),
               .operation = [](FaultScene& scene) { return scene.get({.verify = true}); },
               .wanted = "error checksum",
               .object = large()},
          }};
}

}  // namespace

std::vector<SequenceGroup> get_sequences() { return {small_gets(), large_gets()}; }

}  // namespace larder::testing
