// Listings of servers that are broken, or want to break us.
#include "tests/store/s3/fake_text.h"
#include "tests/store/s3/fault_sequence.h"

namespace larder::testing {
namespace {

using Kind = Fault::Kind;

std::string page(const std::string& inside) { return "<ListBucketResult>" + inside + "</ListBucketResult>"; }
std::string contents(const std::string& key) {
  return "<Contents>" + element("Key", key) + element("LastModified", "2026-11-22T18:00:00.000Z") +
         element("ETag", "\"x\"") + element("Size", "1") + "</Contents>";
}
std::string more(const std::string& token) {
  return "<IsTruncated>true</IsTruncated>" + element("NextContinuationToken", token);
}
Step answers(const std::string& text, int times = 1) {
  return {.method = "GET",
          .contains = "list-type=2",
          .fault = {.kind = Kind::answer, .status = 200, .text = text},
          .times = times};
}
auto script(std::vector<Step> steps) {
  return [steps](FaultScene&) { return steps; };
}
std::string list(FaultScene& scene) { return scene.list(); }
void two_are_there(FaultScene& scene) {
  scene.s3->put("a", "1");
  scene.s3->put("b c", "2");
}

SequenceGroup broken_listings() {
  return {.name = "listings that break are repeated",
          .sequences = {
              {.name = "nothing goes wrong", .prepare = two_are_there, .operation = list, .wanted = "a b c"},
              {.name = "cut in the middle",
               .prepare = two_are_there,
               .script = script({{.method = "GET", .fault = {.kind = Kind::short_body, .bytes = 30}}}),
               .operation = list,
               .wanted = "a b c"},
              {.name = "an error behind status 200",
               .prepare = two_are_there,
               .script = script({answers("<Error><Code>SlowDown</Code><Message>m</Message></Error>")}),
               .operation = list,
               .wanted = "a b c"},
          }};
}

SequenceGroup wrong_listings() {
  return {.name = "listings that do not end, or are none, are errors",
          .sequences = {
              {.name = "the same token twice",
               .script = script({answers(page(contents("a") + more("t")), 2)}),
               .operation = list,
               .wanted = "error malformed"},
              {.name = "on and on, without a key",
               .script =
                   [](FaultScene&) {
                     std::vector<Step> steps;
                     for (int i = 0; i <= 1000; ++i) steps.push_back(answers(page(more(std::to_string(i)))));
                     return steps;
                   },
               .operation = list,
               .wanted = "error malformed"},
              {.name = "more to come, without a token",
               .script = script({answers(page(contents("a") + "<IsTruncated>true</IsTruncated>"))}),
               .operation = list,
               .wanted = "error malformed"},
              {.name = "a page of 64 MiB",
               .script = script({answers(page(std::string(64 << 20, ' ')))}),
               .operation = list,
               .wanted = "error limit"},
              {.name = "no XML", .script = script({answers("hello")}), .operation = list, .wanted = "error malformed"},
              {.name = "XML that is cut",
               .script = script({answers(page(contents("a")).substr(0, 60))}),
               .operation = list,
               .wanted = "error malformed"},
              {.name = "another document",
               .script = script({answers("<ListAllMyBucketsResult></ListAllMyBucketsResult>")}),
               .operation = list,
               .wanted = "error malformed"},
              {.name = "a bomb of entities",
               .script =
                   script({answers("<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>" +
                                   page(contents("x") + "<Name>&b;&b;&b;</Name>"))}),
               .operation = list,
               .wanted = "error unsupported"},
              {.name = "a document type of elsewhere",
               .script = script({answers("<!DOCTYPE b SYSTEM \"file:///etc/passwd\">" + page(contents("a")))}),
               .operation = list,
               .wanted = "error unsupported"},
          }};
}

SequenceGroup foreign_keys() {
  return {.name = "keys that no key can be are not listed",
          .sequences = {
              {.name = "upwards, absolute, with an empty part, with NUL",
               .script = script({answers(page("<EncodingType>url</EncodingType>" + contents("../x") +
                                              contents("/etc/passwd") + contents("a//b") + contents("n%00l") +
                                              contents("fine") + contents(std::string(1025, 'k'))))}),
               .operation = list,
               .wanted = "fine"},
              {.name = "those of larder itself",
               .prepare = [](FaultScene& scene) { scene.s3->put(".larder/accesses/a-0", "x"); },
               .operation = list,
               .wanted = ""},
          }};
}

}  // namespace

std::vector<SequenceGroup> list_sequences() { return {broken_listings(), wrong_listings(), foreign_keys()}; }

}  // namespace larder::testing
