#include "store/s3/answer.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/text.h"

namespace larder::internal::s3 {

namespace {

bool is_control(char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; }

}  // namespace

// RFC 9112, 4.
void Answer::begin(std::string_view status_line) {
  response_ = {};
  const std::size_t blank = std::min(status_line.find(' '), status_line.size());
  const std::string_view digits = status_line.substr(std::min(blank + 1, status_line.size()), 3);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), response_.status);
  if (error == std::errc() && end == digits.data() + 3 && response_.status >= 100) return;
  fail(ErrorKind::malformed, "the server's answer has no status: ", quoted(status_line));
}

void Answer::add_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > most_header_bytes)
    fail(ErrorKind::limit, "the headers of the server's answer are longer than ", most_header_bytes, " bytes");
  line = trimmed(line);
  if (line.starts_with("HTTP/")) return begin(line);
  if (line.empty()) return;
  const std::size_t colon = line.find(':');
  const std::string_view value = trimmed(line.substr(std::min(colon, line.size() - 1) + 1));
  if (colon == std::string_view::npos || colon == 0 || std::any_of(value.begin(), value.end(), is_control))
    fail(ErrorKind::malformed, "the server's answer has a header that is none: ", quoted(line));
  // RFC 9110, 5.2.
  std::string& held = response_.headers[lowered(line.substr(0, colon))];
  held += join(held.empty() ? "" : ", ", value);
}

void Answer::add_body(Bytes bytes) {
  if (!into_.empty() && response_.status / 100 == 2) {
    if (bytes.size() > into_.size() - response_.filled)
      fail(ErrorKind::malformed, "the server's answer is longer than the ", into_.size(), " bytes that were asked for");
    std::copy(bytes.begin(), bytes.end(), into_.begin() + static_cast<std::ptrdiff_t>(response_.filled));
    response_.filled += bytes.size();
    return;
  }
  if (bytes.size() > most_text - response_.body.size())
    fail(ErrorKind::limit, "the server's answer is longer than ", most_text, " bytes");
  response_.body += as_text(bytes);
}

}  // namespace larder::internal::s3
