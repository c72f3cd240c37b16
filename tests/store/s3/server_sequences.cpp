// Servers that are busy, that deny, that know another time, and that send elsewhere.
#include "tests/store/s3/fake_text.h"
#include "tests/store/s3/fault_sequence.h"

namespace larder::testing {
namespace {

using Kind = Fault::Kind;

auto script(std::vector<Step> steps) {
  return [steps](FaultScene&) { return steps; };
}
void is_there(FaultScene& scene) { scene.put("value"); }
std::string get(FaultScene& scene) { return scene.get(); }
// How long it was waited before the only repetition: at least, at most, in milliseconds.
auto slept(int least, int most) {
  return [least, most](FaultScene& scene) {
    FakeTime::Milliseconds sum{};
    for (const auto one : scene.time.slept()) sum += one;
    return sum.count() >= least && sum.count() <= most;
  };
}
// Requests behind those of `is_there`.
auto requests(std::size_t wanted) {
  return [wanted](FaultScene& scene) { return scene.server.seen().size() == wanted + 1; };
}

SequenceGroup busy_servers() {
  return {.name = "busy servers are asked again, when they say so",
          .sequences = {
              {.name = "Retry-After in seconds",
               .prepare = is_there,
               .script = script({{.fault = server_error(503, "SlowDown", {{"retry-after", "7"}})}}),
               .operation = get,
               .wanted = "value",
               .object = "value",
               .afterwards = slept(7000, 8000)},
              {.name = "Retry-After as a date",
               .prepare = is_there,
               .script =
                   [](FaultScene& scene) {
                     const std::string date = http_date(scene.time.wall() + std::chrono::seconds(25));
                     return std::vector<Step>{{.fault = server_error(503, "SlowDown", {{"retry-after", date}})}};
                   },
               .operation = get,
               .wanted = "value",
               .object = "value",
               .afterwards = slept(5000, 26'000)},  // less by what it took to get here
              {.name = "429",
               .prepare = is_there,
               .script = script({{.fault = server_error(429, "TooManyRequests"), .times = 3}}),
               .operation = get,
               .wanted = "value",
               .object = "value",
               .afterwards = slept(1, 2000)},
              {.name = "the request came too slowly",
               .prepare = is_there,
               .script = script({{.fault = server_error(400, "RequestTimeout")}}),
               .operation = get,
               .wanted = "value",
               .object = "value"},
              {.name = "a proxy without its server, and an answer that is no XML",
               .prepare = is_there,
               .script = script({{.fault = {.kind = Kind::answer, .status = 502, .text = "<html><h1>Bad Gateway"}},
                                 {.fault = {.kind = Kind::answer, .status = 504, .text = "<html><h1>Timeout"}}}),
               .operation = get,
               .wanted = "value",
               .object = "value"},
              {.name = "Retry-After behind the deadline: not waited for",
               .prepare = is_there,
               .script = script({{.fault = server_error(503, "SlowDown", {{"retry-after", "3600"}})}}),
               .operation = get,
               .wanted = "error io",
               .object = "value",
               .afterwards = slept(0, 0)},
              {.name = "Retry-After that is none",
               .prepare = is_there,
               .script = script({{.fault = server_error(503, "SlowDown", {{"retry-after", "-99999999999999999999"}})}}),
               .operation = get,
               .wanted = "value",
               .object = "value",
               .afterwards = slept(0, 1000)},
          }};
}

SequenceGroup failing_server() {
  return {.name = "a server that fails until the time is up",
          .sequences = {{.name = "500 until the time is up",
                         .prepare = is_there,
                         .script = script({{.fault = server_error(500, "InternalError"), .times = 2},
                                           {.fault = server_error(500, "InternalError", {{"retry-after", "60"}})}}),
                         .operation = get,
                         .wanted = "error io",
                         .object = "value"}}};
}

SequenceGroup denials() {
  const auto renewed = [](FaultScene& scene) { return scene.server.seen().size() == 3; };
  return {.name = "credentials are renewed where they expired, and denials are final",
          .sequences = {
              {.name = "expired",
               .prepare = is_there,
               .script = script({{.fault = server_error(400, "ExpiredToken")}}),
               .operation = get,
               .wanted = "value",
               .object = "value",
               .afterwards = renewed},
              {.name = "expired, and the fresh ones as well",
               .prepare = is_there,
               .script = script({{.fault = server_error(403, "ExpiredToken"), .times = 2}}),
               .operation = get,
               .wanted = "error io",
               .object = "value"},
              {.name = "denied",
               .prepare = is_there,
               .script = script({{.fault = server_error(403, "AccessDenied")}}),
               .operation = get,
               .wanted = "error io",
               .object = "value",
               .afterwards = requests(1)},
              {.name = "not authenticated",
               .prepare = is_there,
               .script = script({{.fault = server_error(401, "Unauthorized")}}),
               .operation = get,
               .wanted = "error io",
               .object = "value",
               .afterwards = requests(1)},
              {.name = "an error with control characters",
               .prepare = is_there,
               .script = script({{.fault = server_error(403, "SignatureDoesNotMatch\r\nx: \x1b[31m")}}),
               .operation = get,
               .wanted = "error io",
               .object = "value"},
          }};
}

SequenceGroup other_clock() {
  const auto an_hour_ahead = [](FaultScene& scene) { scene.s3->put("k", "value"); };
  FakeOptions ahead{.needs_signatures = true, .least_part = 0};
  ahead.skew = std::chrono::hours(1);
  return {.name = "the server's time is used where the clocks differ",
          .sequences = {{.name = "the server is an hour ahead",
                         .prepare = an_hour_ahead,
                         .operation = get,
                         .wanted = "value",
                         .object = "value",
                         .afterwards = [](FaultScene& scene) { return scene.server.seen().size() == 2; }},
                        {.name = "puts as well, and afterwards nothing is repeated",
                         .operation =
                             [](FaultScene& scene) {
                               scene.put("one");
                               return scene.put("two");
                             },
                         .wanted = "done",
                         .object = "two",
                         .afterwards = [](FaultScene& scene) { return scene.server.seen().size() == 3; }}},
          .fake = ahead};
}

SequenceGroup wild_clock() {
  return {.name = "clocks that are too far apart",
          .sequences = {{.name = "too far apart, whatever the time",
                         .prepare = is_there,
                         .script = script({{.fault = server_error(403, "RequestTimeTooSkewed"), .times = 2}}),
                         .operation = get,
                         .wanted = "error io",
                         .object = "value"}}};
}

// A redirect to another server, which must not be asked anything.
FaultSequence redirect(int status, const std::shared_ptr<FaultServer>& bait, const std::string& where) {
  return {.name = std::to_string(status) + " to " + where,
          .prepare = is_there,
          .script = script({{.fault = server_error(status, "PermanentRedirect", {{"location", where}})}}),
          .operation = get,
          .wanted = "error io",
          .object = "value",
          .afterwards = [bait](FaultScene& scene) { return bait->seen().empty() && scene.server.seen().size() == 2; }};
}

SequenceGroup redirects() {
  const auto bait = std::make_shared<FaultServer>(std::make_shared<FakeS3>());
  return {.name = "redirects out of where we are allowed are not followed, and get no credentials",
          .sequences = {redirect(301, bait, bait->url() + "/bucket/k"), redirect(302, bait, bait->url() + "/bucket/k"),
                        redirect(307, bait, bait->url() + "/bucket/k"), redirect(308, bait, bait->url() + "/bucket/k"),
                        redirect(307, bait, "https" + bait->url().substr(4) + "/bucket/k"),
                        redirect(301, bait, "file:///etc/passwd"),
                        redirect(301, bait, "//s3.amazonaws.com@evil.example/")}};
}

SequenceGroup other_region() {
  FakeOptions elsewhere{.needs_signatures = true, .region = "eu-west-1", .least_part = 0};
  return {
      .name = "the region that the server names is signed for, at the same server",
      .sequences =
          {{.name = "named in an error", .prepare = is_there, .operation = get, .wanted = "value", .object = "value"}},
      .fake = elsewhere};
}

SequenceGroup many_regions() {
  return {.name = "a server that names one region after another",
          .sequences = {{.name = "another one each time",
                         .prepare = is_there,
                         .script =
                             [](FaultScene&) {
                               std::vector<Step> steps;
                               for (int i = 1; i <= 6; ++i) {
                                 Step step{.fault = server_error(400, "AuthorizationHeaderMalformed")};
                                 step.fault.text.insert(step.fault.text.find("</Error>"),
                                                        element("Region", "eu-west-" + std::to_string(i)));
                                 steps.push_back(step);
                               }
                               return steps;
                             },
                         .operation = get,
                         .wanted = "error io",
                         .object = "value"}}};
}

}  // namespace

std::vector<SequenceGroup> server_sequences() {
  return {busy_servers(), failing_server(), denials(),      other_clock(),
          wild_clock(),   redirects(),      other_region(), many_regions()};
}

}  // namespace larder::testing
