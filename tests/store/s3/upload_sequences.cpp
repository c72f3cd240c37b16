// Uploads in parts, and what goes wrong with them. Whatever it is, no upload stays on the server.
#include "tests/store/s3/fault_sequence.h"

namespace larder::testing {
namespace {

using Kind = Fault::Kind;

// Three parts and a half, no two alike.
const std::string& value() {
  static const std::string bytes = [] {
    std::string out(small_options().part_size * 7 / 2, '\0');
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(i * 2654435761U >> 13);
    return out;
  }();
  return bytes;
}

std::string upload(FaultScene& scene) { return scene.put(value()); }
// Of a size that nobody knows before.
std::string stream(FaultScene& scene) {
  const auto writer = scene.store->put("k");
  writer->write(std::as_bytes(std::span(value())));
  writer->finish();
  return "done";
}
std::string upload_if_absent(FaultScene& scene) { return scene.put_if_absent(value()); }

// What meets each request of a kind. A part is a PUT with "partNumber=2", the completion a POST with "uploadId=".
auto script(std::vector<Step> steps) {
  return [steps](FaultScene&) { return steps; };
}
Step on_part(Fault fault, int times = 1) {
  return {.method = "PUT", .contains = "partNumber=2", .fault = std::move(fault), .times = times};
}
Step on_complete(Fault fault, int times = 1) {
  return {.method = "POST", .contains = "uploadId=", .fault = std::move(fault), .times = times};
}
Fault error_behind_200() {
  return {.kind = Kind::answer,
          .status = 200,
          .text = "  <?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code><Message>m</Message></Error>"};
}

SequenceGroup broken_parts() {
  return {
      .name = "parts that are lost or refused are sent again, or nothing is left",
      .sequences = {
          {.name = "nothing goes wrong", .operation = upload, .wanted = "done", .object = value()},
          {.name = "nothing goes wrong with a stream", .operation = stream, .wanted = "done", .object = value()},
          {.name = "a part of a stream is 503, twice",
           .script = script({on_part(server_error(503, "SlowDown"), 2)}),
           .operation = stream,
           .wanted = "done",
           .object = value()},
          {.name = "a part is reset in its bytes",
           .script = script({on_part({.kind = Kind::reset_in_request, .bytes = 30'000})}),
           .operation = upload,
           .wanted = "done",
           .object = value()},
          {.name = "a part is kept, its answer lost",
           .script = script({on_part({.kind = Kind::reset_after})}),
           .operation = upload,
           .wanted = "done",
           .object = value()},
          {.name = "a part is 500 three times",
           .script = script({on_part(server_error(500, "InternalError"), 3)}),
           .operation = upload,
           .wanted = "done",
           .object = value()},
          {.name = "a part is delivered twice",
           .script = script({on_part({.kind = Kind::twice})}),
           .operation = upload,
           .wanted = "done",
           .object = value()},
          {.name = "a part is acknowledged and forgotten",
           .script = script({on_part({.kind = Kind::forget_part})}),
           .operation = upload,
           .wanted = "error io"},
          {.name = "a part arrived damaged",
           .script = script({on_part(server_error(400, "BadDigest"))}),
           .operation = upload,
           .wanted = "error io"},
          {.name = "a part is denied",
           .script = script({on_part(server_error(403, "AccessDenied"))}),
           .operation = upload,
           .wanted = "error io"},
          {.name = "the upload vanishes",
           .script = script({on_part(server_error(404, "NoSuchUpload"))}),
           .operation = upload,
           .wanted = "error io"},
          {.name = "busy",
           .script = script({{.method = "", .fault = server_error(503, "SlowDown"), .times = 4}}),
           .operation = upload,
           .wanted = "done",
           .object = value()},
          {.name = "beginning is denied",
           .script = script({{.method = "POST", .contains = "uploads", .fault = server_error(403, "AccessDenied")}}),
           .operation = upload,
           .wanted = "error io"},
          {.name = "dropped in the middle",
           .operation =
               [](FaultScene& scene) {
                 scene.store->put("k")->write(std::as_bytes(std::span(value())));
                 return std::string("dropped");
               },
           .wanted = "dropped",
           .afterwards = [](FaultScene& scene) { return scene.server.seen().size() >= 2; }},
      }};
}

SequenceGroup uploads_that_stay() {
  return {.name = "an upload whose begin was lost, or whose abort fails, is all that stays",
          .sequences = {
              {.name = "the answer to the beginning is lost: nobody knows that upload's name",
               .script = script({{.method = "POST", .contains = "uploads", .fault = {.kind = Kind::reset_after}}}),
               .operation = upload,
               .wanted = "done",
               .object = value(),
               .uploads = 1},
              {.name = "a part is denied, and so is the abort",
               .script = script({on_part(server_error(403, "AccessDenied")),
                                 {.method = "DELETE", .fault = server_error(403, "AccessDenied")}}),
               .operation = upload,
               .wanted = "error io",
               .uploads = 1},
          }};
}

SequenceGroup completions() {
  const auto foreign_meanwhile = [](Kind kind) {
    return [kind](FaultScene& scene) {
      const auto put = [s3 = scene.s3] { s3->put("k", "foreign"); };
      return std::vector<Step>{on_complete({.kind = kind, .meanwhile = put})};
    };
  };
  return {.name = "completing an upload is settled as a put is",
          .sequences = {
              {.name = "done, the answer lost: the upload is gone",
               .script = script({on_complete({.kind = Kind::reset_after})}),
               .operation = upload,
               .wanted = "done",
               .object = value()},
              {.name = "the request lost",
               .script = script({on_complete({.kind = Kind::reset_before})}),
               .operation = upload,
               .wanted = "done",
               .object = value()},
              {.name = "an error behind status 200",
               .script = script({on_complete(error_behind_200())}),
               .operation = upload,
               .wanted = "done",
               .object = value()},
              {.name = "done, and an error behind status 200",
               .script = script({on_complete([] {
                 Fault fault = error_behind_200();
                 fault.done = true;
                 return fault;
               }())}),
               .operation = upload,
               .wanted = "done",
               .object = value()},
              {.name = "an error behind status 200, until the time is up",
               .script = script({on_complete(error_behind_200()),
                                 on_complete(server_error(503, "SlowDown", {{"retry-after", "3600"}}))}),
               .operation = upload,
               .wanted = "error unknown_outcome"},
              {.name = "done, with blanks in front of the document",
               .script = script({on_complete({.kind = Kind::answer,
                                              .done = true,
                                              .status = 200,
                                              .text = "   \n  <CompleteMultipartUploadResult><ETag>\"x-4\"</ETag>"
                                                      "</CompleteMultipartUploadResult>"})}),
               .operation = upload,
               .wanted = "done",
               .object = value()},
              {.name = "done twice, the second answer is that the upload is gone",
               .script = script({on_complete({.kind = Kind::twice})}),
               .operation = upload,
               .wanted = "done",
               .object = value()},
              {.name = "another client's value is there, and the condition does not hold",
               .script = foreign_meanwhile(Kind::none),
               .operation = upload_if_absent,
               .wanted = "refused",
               .object = "foreign"},
              {.name = "a condition, done, the answer lost",
               .script = script({on_complete({.kind = Kind::reset_after})}),
               .operation = upload_if_absent,
               .wanted = "done",
               .object = value()},
              {.name = "a condition, the request lost, another client's value is there",
               .script = foreign_meanwhile(Kind::reset_before),
               .operation = upload_if_absent,
               .wanted = "error unknown_outcome",
               .object = "foreign"},
          }};
}

}  // namespace

std::vector<SequenceGroup> upload_sequences() { return {broken_parts(), uploads_that_stay(), completions()}; }

}  // namespace larder::testing
