// Puts of one request, and what goes wrong with them.
#include "tests/store/s3/fault_sequence.h"

namespace larder::testing {
namespace {

using Kind = Fault::Kind;

// The whole life of a script: one step, for PUTs.
auto on_put(Fault fault, int times = 1) {
  return [fault, times](FaultScene&) { return std::vector<Step>{{.method = "PUT", .fault = fault, .times = times}}; };
}
auto put(std::string bytes) {
  return [bytes](FaultScene& scene) { return scene.put(bytes); };
}
auto put_if_absent(std::string bytes) {
  return [bytes](FaultScene& scene) { return scene.put_if_absent(bytes); };
}
auto put_if_match(std::string bytes) {
  return [bytes](FaultScene& scene) { return scene.put_if_match(bytes); };
}
// "k" is another client's, so long ago that the time tells.
void foreign_old(FaultScene& scene) {
  scene.s3->put("k", "foreign");
  scene.time.advance(std::chrono::minutes(1));
}
// Our own value, whose etag is known.
void ours_before(FaultScene& scene) {
  scene.put("before");
  scene.known = scene.store->stat("k")->etag;
  scene.time.advance(std::chrono::minutes(1));
}
// Another client replaces "k" when a PUT of ours arrives, which then meets `kind`.
auto foreign_meanwhile(Kind kind, std::string bytes = "foreign") {
  return [kind, bytes](FaultScene& scene) {
    const auto replace = [s3 = scene.s3, bytes] { s3->put("k", bytes); };
    return std::vector<Step>{{.method = "PUT", .fault = {.kind = kind, .meanwhile = replace}}};
  };
}

SequenceGroup broken_puts() {
  return {.name = "puts whose connection breaks are repeated until it is known what became of them",
          .sequences = {
              {.name = "reset before anything is done",
               .script = on_put({.kind = Kind::reset_before}),
               .operation = put("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "reset after it was done",
               .script = on_put({.kind = Kind::reset_after}),
               .operation = put("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "reset in the request",
               .script = on_put({.kind = Kind::reset_in_request, .bytes = 1}),
               .operation = put("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "done twice",
               .script = on_put({.kind = Kind::twice}),
               .operation = put("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "done, and 500 for ever",
               .script = on_put({.kind = Kind::answer, .done = true, .status = 500}, 2),
               .operation = put("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "the checksum is refused",
               .script = on_put(server_error(400, "BadDigest")),
               .operation = put("new"),
               .wanted = "error io"},
          }};
}

SequenceGroup silent_servers() {
  S3Options soon = small_options();
  soon.idle = std::chrono::seconds(1);
  return {.name = "servers that fall silent are asked again",
          .sequences =
              {
                  {.name = "a put, not done",
                   .script = on_put({.kind = Kind::silent}),
                   .operation = put("new"),
                   .wanted = "done",
                   .object = "new"},
                  {.name = "a put, done",
                   .script = on_put({.kind = Kind::silent, .done = true}),
                   .operation = put_if_absent("new"),
                   .wanted = "done",
                   .object = "new"},
                  {.name = "a get, a byte every three seconds",
                   .prepare = ours_before,
                   .script =
                       [](FaultScene&) {
                         return std::vector<Step>{
                             {.method = "GET", .fault = {.kind = Kind::slow, .bytes = 1, .milliseconds = 3000}}};
                       },
                   .operation = [](FaultScene& scene) { return scene.get(); },
                   .wanted = "before",
                   .object = "before"},
              },
          .options = soon};
}

SequenceGroup late_puts() {
  return {.name = "a put whose time is up is unknown, or known not to be done",
          .sequences = {
              {.name = "lost, perhaps done, then busy until the time is up",
               .script =
                   [](FaultScene&) {
                     return std::vector<Step>{
                         {.method = "PUT", .fault = {.kind = Kind::reset_before}},
                         {.method = "PUT",
                          .fault = {.kind = Kind::answer, .status = 503, .headers = {{"retry-after", "3600"}}}}};
                   },
               .operation = put("new"),
               .wanted = "error unknown_outcome"},
              {.name = "done, and the answers lost until the time is up",
               .script =
                   [](FaultScene&) {
                     return std::vector<Step>{
                         {.method = "PUT", .fault = {.kind = Kind::reset_after}},
                         {.method = "PUT",
                          .fault = {.kind = Kind::answer, .status = 503, .headers = {{"retry-after", "3600"}}}}};
                   },
               .operation = put("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "busy until the time is up",
               .script = on_put({.kind = Kind::answer, .status = 429, .headers = {{"retry-after", "3600"}}}),
               .operation = put("new"),
               .wanted = "error io"},
          }};
}

SequenceGroup puts_if_absent() {
  return {.name = "put_if_absent has one winner, who knows that it won",
          .sequences = {
              {.name = "412",
               .prepare = foreign_old,
               .operation = put_if_absent("new"),
               .wanted = "refused",
               .object = "foreign"},
              {.name = "done, the answer lost",
               .script = on_put({.kind = Kind::reset_after}),
               .operation = put_if_absent("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "the request lost, an old value of another client",
               .prepare = foreign_old,
               .script = on_put({.kind = Kind::reset_before}),
               .operation = put_if_absent("new"),
               .wanted = "refused",
               .object = "foreign"},
              {.name = "the request lost, a new value of another client",
               .script = foreign_meanwhile(Kind::reset_before),
               .operation = put_if_absent("new"),
               .wanted = "error unknown_outcome",
               .object = "foreign"},
              {.name = "409 twice",
               .script = on_put(server_error(409, "ConditionalRequestConflict"), 2),
               .operation = put_if_absent("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "409 until the time is up",
               .script = on_put(server_error(409, "ConditionalRequestConflict", {{"retry-after", "3600"}})),
               .operation = put_if_absent("new"),
               .wanted = "error io"},
              {.name = "delivered twice, the second answer is 412",
               .script = on_put({.kind = Kind::twice}),
               .operation = put_if_absent("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "delivered late, in front of its own repetition",
               .script = on_put({.kind = Kind::later, .bytes = 0}),
               .operation = put_if_absent("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "delivered late, behind another's put: it changes nothing",
               .script = on_put({.kind = Kind::later, .bytes = 1}),
               .operation =
                   [](FaultScene& scene) {
                     const std::string outcome = scene.put_if_absent("new");
                     scene.s3->put("k", "foreign");
                     return outcome + ' ' + scene.get();
                   },
               .wanted = "done foreign",
               .object = "foreign"},
              {.name = "the look afterwards is lost as well",
               .script =
                   [](FaultScene&) {
                     return std::vector<Step>{{.method = "PUT", .fault = {.kind = Kind::reset_after}},
                                              {.method = "HEAD", .fault = {.kind = Kind::reset_before}}};
                   },
               .operation = put_if_absent("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "the look afterwards is denied",
               .script =
                   [](FaultScene&) {
                     return std::vector<Step>{{.method = "PUT", .fault = {.kind = Kind::reset_after}},
                                              {.method = "HEAD", .fault = server_error(403, "AccessDenied")}};
                   },
               .operation = put_if_absent("new"),
               .wanted = "error unknown_outcome",
               .object = "new"},
          }};
}

SequenceGroup puts_if_match() {
  return {.name = "put_if_match replaces the value that was meant, or says that it did not",
          .sequences = {
              {.name = "nothing happened meanwhile",
               .prepare = ours_before,
               .operation = put_if_match("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "removed meanwhile",
               .prepare = ours_before,
               .script =
                   [](FaultScene& scene) {
                     return std::vector<Step>{
                         {.method = "PUT", .fault = {.meanwhile = [s3 = scene.s3] { s3->remove("k"); }}}};
                   },
               .operation = put_if_match("new"),
               .wanted = "refused"},
              {.name = "replaced meanwhile",
               .prepare = ours_before,
               .script = foreign_meanwhile(Kind::none),
               .operation = put_if_match("new"),
               .wanted = "refused",
               .object = "foreign"},
              {.name = "done, the answer lost",
               .prepare = ours_before,
               .script = on_put({.kind = Kind::reset_after}),
               .operation = put_if_match("new"),
               .wanted = "done",
               .object = "new"},
              {.name = "the request lost, replaced meanwhile",
               .prepare = ours_before,
               .script = foreign_meanwhile(Kind::reset_before),
               .operation = put_if_match("new"),
               .wanted = "error unknown_outcome",
               .object = "foreign"},
              {.name = "done, the answer lost, and replaced since",
               .prepare = ours_before,
               .script =
                   [](FaultScene& scene) {
                     return std::vector<Step>{
                         {.method = "PUT", .fault = {.kind = Kind::reset_after}},
                         {.method = "PUT", .fault = {.meanwhile = [s3 = scene.s3] { s3->put("k", "foreign"); }}}};
                   },
               .operation = put_if_match("new"),
               .wanted = "error unknown_outcome",
               .object = "foreign"},
              {.name = "equal bytes were put since, by another client",
               .prepare =
                   [](FaultScene& scene) {
                     ours_before(scene);
                     scene.s3->put("k", "before");
                   },
               .operation = put_if_match("new"),
               .wanted = "refused",
               .object = "before"},
          }};
}

SequenceGroup removals_and_moves() {
  const auto remove = [](FaultScene& scene) -> std::string { return scene.store->remove("k") ? "removed" : "absent"; };
  const auto move = [](FaultScene& scene) -> std::string {
    return scene.store->move("k", "there") ? "moved" : "absent";
  };
  const auto there = [](FaultScene& scene) { return scene.s3->get("there") == "before"; };
  return {.name = "removing and moving survive what breaks",
          .sequences = {
              {.name = "removed, the answer lost",
               .prepare = ours_before,
               .script =
                   [](FaultScene&) {
                     return std::vector<Step>{{.method = "DELETE", .fault = {.kind = Kind::reset_after}}};
                   },
               .operation = remove,
               .wanted = "removed"},
              {.name = "moved, the answer of the copy lost",
               .prepare = ours_before,
               .script = on_put({.kind = Kind::reset_after}),
               .operation = move,
               .wanted = "moved",
               .afterwards = there},
              {.name = "moved, the copy is an error behind status 200",
               .prepare = ours_before,
               .script = on_put({.kind = Kind::answer,
                                 .status = 200,
                                 .text = "<Error><Code>InternalError</Code><Message>m</Message></Error>"}),
               .operation = move,
               .wanted = "moved",
               .afterwards = there},
              {.name = "moved, the answer of the removal lost",
               .prepare = ours_before,
               .script =
                   [](FaultScene&) {
                     return std::vector<Step>{{.method = "DELETE", .fault = {.kind = Kind::reset_after}}};
                   },
               .operation = move,
               .wanted = "moved",
               .afterwards = there},
          }};
}

}  // namespace

std::vector<SequenceGroup> put_sequences() {
  return {broken_puts(), silent_servers(), late_puts(), puts_if_absent(), puts_if_match(), removals_and_moves()};
}

}  // namespace larder::testing
