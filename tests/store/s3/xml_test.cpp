// The XML of S3, good and hostile.
#include <catch2/catch.hpp>

#include <larder/bytes.h>

#include "base/base64.h"
#include "base/xml.h"
#include "store/s3/xml.h"
#include "tests/store/s3/failing.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace internal::s3;
using internal::walk_xml;

const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

std::string list_of(const std::string& contents, const std::string& rest = {}) {
  return head + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + contents + rest +
         "</ListBucketResult>";
}
std::string contents_of(const std::string& key) {
  return "<Contents><Key>" + key +
         "</Key><LastModified>2026-11-22T18:00:00.123Z</LastModified><ETag>&quot;e-1&quot;</ETag><Size>17</Size></"
         "Contents>";
}

// "<name a=value>text</>".
class Written final : public internal::XmlVisitor {
 public:
  std::string out;

 private:
  void begin(std::string_view name, std::span<const internal::XmlAttribute> attributes) override {
    out += "<" + std::string(name);
    for (const auto& attribute : attributes)
      out += " " + std::string(attribute.name) + "=" + std::string(attribute.value);
    out += ">";
  }
  void text(std::string_view letters) override { out += letters; }
  void end() override { out += "</>"; }
};
std::string walked(std::string_view document, std::size_t depth = 64) {
  Written written;
  walk_xml(as_bytes(document), "it", written, {.depth = depth});
  return written.out;
}

TEST_CASE("a walk through XML tells all that stands there") {
  CHECK(walked("<a x='1' y=\"&lt;&#65;\">b<c/>d<e><![CDATA[<f>&amp;]]></e> </a>") ==
        "<a x=1 y=<A>b<c></>d<e><f>&amp;</></>");
  CHECK(walked("<a> </a>") == "<a> </>");
  CHECK(walked("<!-- c --><?p i?><x:a xmlns:x='u'/><!-- d -->") == "<x:a xmlns:x=u></>");
  CHECK(walked("<a><b><c/></b></a>", 3) == "<a><b><c></></></>");
  CHECK(walked(std::string_view("\xff\xfe<\0a\0/\0>\0", 10)) == "<a></>");
}

TEST_CASE("XML that could grow, or lead elsewhere, is refused") {
  CHECK_FAILS(walked("<a><b><c/></b></a>", 2), limit, "more than 2 XML elements inside each other");
  CHECK_ERROR(walked("<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>"), unsupported);
  CHECK_ERROR(walked("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), unsupported);
  CHECK(walked("<a>&b;</a>") == "<a>&b;</>");
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  CHECK_ERROR(walked(deep), malformed);
  for (int i = 0; i < 200'000; ++i) deep += "</a>";
  CHECK_ERROR(walked(deep), limit);
  for (const char* bad :
       {"", " ", "text", "<a>", "<a></b>", "<a", "</a>", "<a x></a>", "<a x=1/>", "<a>\x01</a", "<a/><"})
    CHECK_ERROR(walked(bad), malformed);
  CHECK_FAILS(walked("<a><b></a>"), malformed, "(byte ");
}

TEST_CASE("a list of keys is read") {
  const ListPage page = parse_list(list_of(contents_of("a&amp;b") + contents_of(" ")));
  REQUIRE(page.keys.size() == 2);
  CHECK(page.keys[0].key == "a&b");
  CHECK(page.keys[1].key == " ");
  CHECK(page.keys[0].size == 17);
  CHECK(page.keys[0].etag == "e-1");
  CHECK(page.keys[0].modified.time_since_epoch() == std::chrono::milliseconds(1795370400123));
  CHECK(page.next.empty());
  CHECK(parse_list(list_of("")).keys.empty());
}

TEST_CASE("a list of keys says whether they are escaped, and whether there is more") {
  const std::string escaped = "<EncodingType>url</EncodingType>";
  CHECK(parse_list(list_of(contents_of("a%2Bb+c%0D/%41"), escaped)).keys.at(0).key == "a+b c\r/A");
  CHECK(parse_list(list_of(contents_of("a%2Bb+c"))).keys.at(0).key == "a%2Bb+c");
  CHECK_ERROR(parse_list(list_of(contents_of("a%2"), escaped)), malformed);
  CHECK_ERROR(parse_list(list_of(contents_of("a%zz"), escaped)), malformed);
  const std::string truncated = "<IsTruncated>true</IsTruncated>";
  CHECK(parse_list(list_of("", truncated + "<NextContinuationToken>t</NextContinuationToken>")).next == "t");
  CHECK_FAILS(parse_list(list_of("", truncated)), malformed, "NextContinuationToken");
}

TEST_CASE("a list that lacks what it must have is refused") {
  const std::string whole = contents_of("k");
  const auto without = [&](const std::string& piece) {
    std::string text = whole;
    const std::size_t at = text.find(piece);
    REQUIRE(at != std::string::npos);
    return list_of(text.erase(at, piece.size()));
  };
  CHECK_ERROR(parse_list(without("<Size>17</Size>")), malformed);
  CHECK_ERROR(parse_list(without("17")), malformed);
  CHECK_ERROR(parse_list(without("<Key>k</Key>")), malformed);
  CHECK_ERROR(parse_list(without("T18:00:00.123Z")), malformed);
  for (const std::string size : {"-1", "1x", " 1", "18446744073709551616", "1e3"}) {
    std::string text = whole;
    CHECK_ERROR(parse_list(list_of(text.replace(text.find("17"), 2, size))), malformed);
  }
  CHECK_FAILS(parse_list(head + "<Error><Code>x</Code></Error>"), malformed, "'Error' instead of ListBucketResult");
  CHECK_ERROR(parse_list("{}"), malformed);
}

TEST_CASE("every beginning of a list, and every change of a byte, is read or refused") {
  const std::string text = list_of(contents_of("a") + contents_of("b"), "<EncodingType>url</EncodingType>");
  for (std::size_t size = 0; size < text.size(); ++size) CHECK_ERROR(parse_list(text.substr(0, size)), malformed);
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char other : {'<', '>', '&', '"', '\0', '\xff', '!'}) {
      std::string changed = text;
      changed[i] = other;
      try {
        parse_list(changed);
      } catch (const Error& error) {
        CHECK((error.kind() == ErrorKind::malformed || error.kind() == ErrorKind::unsupported));
      }
    }
  }
}

TEST_CASE("uploads are listed") {
  const std::string upload =
      "<Upload><Key>k+1</Key><UploadId>id</UploadId><Initiated>2026-11-22T18:00:00Z</Initiated></Upload>";
  const auto of = [](const std::string& inner) {
    return "<ListMultipartUploadsResult>" + inner + "</ListMultipartUploadsResult>";
  };
  const UploadPage page = parse_uploads(of(upload + "<EncodingType>url</EncodingType>"));
  REQUIRE(page.uploads.size() == 1);
  CHECK(page.uploads[0].key == "k 1");
  CHECK(page.uploads[0].id == "id");
  CHECK(page.next_key.empty());
  const UploadPage more = parse_uploads(
      of("<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>i</NextUploadIdMarker>"));
  CHECK(more.next_key == "k");
  CHECK(more.next_id == "i");
  CHECK_ERROR(parse_uploads(of("<IsTruncated>true</IsTruncated>")), malformed);
  CHECK_ERROR(parse_uploads(of("<Upload><Key>k</Key></Upload>")), malformed);
}

TEST_CASE("errors are read where they are, and never fail themselves") {
  const auto error = parse_error(head +
                                 "<Error><Code>SlowDown</Code><Message>a &lt;b&gt;</Message><RequestId>id</RequestId>"
                                 "<Region>eu-west-1</Region></Error>");
  REQUIRE(error);
  CHECK(error->code == "SlowDown");
  CHECK(error->message == "a <b>");
  CHECK(error->request_id == "id");
  CHECK(error->region == "eu-west-1");
  const auto of_sts =
      parse_error("<ErrorResponse><Error><Code>X</Code></Error><RequestId>id</RequestId></ErrorResponse>");
  REQUIRE(of_sts);
  CHECK(of_sts->code == "X");
  CHECK(of_sts->request_id == "id");
  for (const char* none : {"", "<html>", "<Error", "<Errors/>", "<!DOCTYPE Error><Error/>", "<a><Error/></a>"})
    CHECK_FALSE(parse_error(none));
}

TEST_CASE("the answers to uploads and copies are read") {
  CHECK(parse_upload_id("<InitiateMultipartUploadResult><UploadId>a</UploadId></InitiateMultipartUploadResult>") ==
        "a");
  CHECK_ERROR(parse_upload_id("<InitiateMultipartUploadResult/>"), malformed);
  CHECK(parse_etag("<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>") == "e");
  CHECK(parse_etag("\n \n<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>") == "e");
  CHECK_ERROR(parse_etag("<CopyObjectResult/>"), malformed);
}

TEST_CASE("the list of parts is written") {
  CHECK(complete_upload({{"e&<1", 1, true}, {"2"}}) ==
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Part><PartNumber>1</PartNumber><ETag>&quot;e&amp;&lt;1&quot;</ETag><ChecksumCRC32>AAAAAQ==</ChecksumCRC32></"
        "Part>"
        "<Part><PartNumber>2</PartNumber><ETag>&quot;2&quot;</ETag></Part></CompleteMultipartUpload>");
}

TEST_CASE("credentials of a role are read, or refused without being shown") {
  const std::string whole =
      "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>i</AccessKeyId>"
      "<SecretAccessKey>CANARY</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026</Expiration>"
      "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
  const AssumedRole role = parse_assumed_role(whole);
  CHECK((role.id == "i" && role.key == "CANARY" && role.token == "t" && role.expires == "2026"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string message = failing([&] { parse_assumed_role(whole.substr(0, size)); });
    CHECK_THAT(message, Catch::StartsWith("malformed") && !Catch::Contains("CANARY"));
  }
}

TEST_CASE("base64 is written and read as in RFC 4648, 10") {
  const std::pair<std::string, std::string> published[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : published) {
    std::string written;
    internal::append_base64(written, as_bytes(bytes));
    CHECK(written == text);
    CHECK(internal::decode_base64(text) == bytes);
  }
  for (const char* none : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "====", "Z===", "Zm 9", "Zm9v\n", "Zm-v"})
    CHECK_FALSE(internal::decode_base64(none));
}

}  // namespace
}  // namespace larder::testing
