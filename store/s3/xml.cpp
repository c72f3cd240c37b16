#include "store/s3/xml.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <larder/bytes.h>

#include "base/base64.h"
#include "base/byte_order.h"
#include "base/text.h"
#include "base/xml.h"
#include "store/percent.h"
#include "store/s3/utc_time.h"

namespace larder::internal::s3 {

namespace {

// What S3 says is a few levels deep, and has no attributes that matter.
constexpr XmlLimits limits{.depth = 16};

struct Element {
  std::string name{};  // without its prefix
  std::string text{};
  std::vector<Element> children{};

  const Element* find(std::string_view child) const {
    for (const Element& element : children) {
      if (element.name == child) return &element;
    }
    return nullptr;
  }
  std::string_view text_of(std::string_view child) const {
    const Element* found = find(child);
    return found ? std::string_view(found->text) : std::string_view();
  }
};

class Growing final : public XmlVisitor {
 public:
  void begin(std::string_view name, std::span<const XmlAttribute>) override {
    open_.push_back({.name = std::string(name.substr(name.find(':') + 1))});
  }
  void text(std::string_view letters) override { open_.back().text += letters; }
  void end() override {
    Element done = std::move(open_.back());
    open_.pop_back();
    (open_.empty() ? root_ : open_.back().children.emplace_back()) = std::move(done);
  }
  Element take_root() { return std::move(root_); }

 private:
  std::vector<Element> open_;
  Element root_;
};

Element parse(std::string_view text) {
  Growing growing;
  walk_xml(as_bytes(text), "the server's answer", growing, limits);
  return growing.take_root();
}

Element parse_root(std::string_view text, std::string_view name) {
  Element root = parse(text);
  if (root.name != name)
    fail(ErrorKind::malformed, "the server's answer is ", internal::quoted(root.name), " instead of ", name);
  return root;
}

std::string needed_text(const Element& element, std::string_view child) {
  const std::string_view text = element.text_of(child);
  if (text.empty())
    fail(ErrorKind::malformed, "the server's answer has no ", child, " in its ", internal::quoted(element.name));
  return std::string(text);
}

std::uint64_t number_of(const Element& element, std::string_view child) {
  const std::string text = needed_text(element, child);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  fail(ErrorKind::malformed, "the server's answer has a ", child, " that is no number: ", internal::quoted(text));
}

UtcNanoseconds time_in(const Element& element, std::string_view child) {
  const std::string text = needed_text(element, child);
  if (const auto time = parse_iso_time(text)) return *time;
  fail(ErrorKind::malformed, "the server's answer has a ", child, " that is no time: ", internal::quoted(text));
}

bool is_truncated(const Element& list) { return list.text_of("IsTruncated") == "true"; }

// A key in a list, which says whether its keys are escaped.
std::string key_in(const Element& list, std::string_view text) {
  if (list.text_of("EncodingType") != "url") return std::string(text);
  std::string escaped(text);
  std::replace(escaped.begin(), escaped.end(), '+', ' ');
  if (const auto key = unescape(escaped)) return *key;
  fail(ErrorKind::malformed,
       "the server's answer has a key that is not escaped as it should be: ", internal::quoted(text));
}

// As it stands between tags.
std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '&') {
      out += "&amp;";
    } else if (letter == '<') {
      out += "&lt;";
    } else {
      out.push_back(letter);
    }
  }
  return out;
}

}  // namespace

std::optional<ServerError> parse_error(std::string_view text) {
  if (text.find("<Error") == std::string_view::npos && text.find("<ErrorResponse") == std::string_view::npos)
    return std::nullopt;
  try {
    Element root = parse(text);
    if (root.name == "ErrorResponse" && root.find("Error")) {  // of STS
      const std::string id(root.text_of("RequestId"));
      root = Element(*root.find("Error"));
      if (!root.find("RequestId")) root.children.push_back({.name = "RequestId", .text = id});
    }
    if (root.name != "Error") return std::nullopt;
    const auto text_of = [&](std::string_view child) { return std::string(root.text_of(child)); };
    return ServerError{text_of("Code"), text_of("Message"), text_of("RequestId"), text_of("Region")};
  } catch (const Error&) {
    return std::nullopt;
  }
}

ListPage parse_list(std::string_view text) {
  const Element root = parse_root(text, "ListBucketResult");
  ListPage page;
  for (const Element& element : root.children) {
    if (element.name != "Contents") continue;
    page.keys.push_back({key_in(root, needed_text(element, "Key")), number_of(element, "Size"),
                         unquoted_etag(element.text_of("ETag")), time_in(element, "LastModified")});
  }
  if (is_truncated(root)) page.next = needed_text(root, "NextContinuationToken");
  return page;
}

UploadPage parse_uploads(std::string_view text) {
  const Element root = parse_root(text, "ListMultipartUploadsResult");
  UploadPage page;
  for (const Element& element : root.children) {
    if (element.name != "Upload") continue;
    page.uploads.push_back(
        {key_in(root, needed_text(element, "Key")), needed_text(element, "UploadId"), time_in(element, "Initiated")});
  }
  if (is_truncated(root)) {
    page.next_key = key_in(root, needed_text(root, "NextKeyMarker"));
    page.next_id = root.text_of("NextUploadIdMarker");
  }
  return page;
}

std::string parse_upload_id(std::string_view text) {
  return needed_text(parse_root(text, "InitiateMultipartUploadResult"), "UploadId");
}

std::string parse_etag(std::string_view text) { return unquoted_etag(needed_text(parse(text), "ETag")); }

std::string unquoted_etag(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

std::string checksum_text(std::uint32_t crc32) {
  std::array<std::byte, 4> bytes{};
  store_be(bytes.data(), crc32);
  std::string out;
  append_base64(out, bytes);
  return out;
}

std::string complete_upload(const std::vector<SentPart>& parts) {
  std::string out = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  std::size_t number = 0;
  for (const SentPart& part : parts) {
    out += join("<Part><PartNumber>", ++number, "</PartNumber><ETag>&quot;", xml_escaped(part.etag), "&quot;</ETag>");
    if (part.has_crc32) out += join("<ChecksumCRC32>", checksum_text(part.crc32), "</ChecksumCRC32>");
    out += "</Part>";
  }
  return out + "</CompleteMultipartUpload>";
}

AssumedRole parse_assumed_role(std::string_view text) {
  const Element root = parse_root(text, "AssumeRoleWithWebIdentityResponse");
  const Element* result = root.find("AssumeRoleWithWebIdentityResult");
  const Element* credentials = result ? result->find("Credentials") : nullptr;
  if (!credentials) fail(ErrorKind::malformed, "the server's answer has no credentials");
  return {needed_text(*credentials, "AccessKeyId"), needed_text(*credentials, "SecretAccessKey"),
          needed_text(*credentials, "SessionToken"), needed_text(*credentials, "Expiration")};
}

}  // namespace larder::internal::s3
