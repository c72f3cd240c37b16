#include "base/ascii.h"
#include "base/text.h"
#include "store/s3/client.h"
#include "store/s3/xml.h"

namespace larder::internal::s3 {

namespace {

constexpr std::size_t most_of_message = 500;

ErrorKind kind_of(int status, std::string_view code) {
  if (status == 404) return code == "NoSuchUpload" ? ErrorKind::io : ErrorKind::not_found;
  if (status == 412) return ErrorKind::conflict;
  if (status == 416) return ErrorKind::usage;
  if (status == 501) return ErrorKind::unsupported;
  return ErrorKind::io;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 80 &&
         is_made_of(text, join(small_letters, capital_letters, decimal_digits, ".-_"));
}

// A code or an id as it is, where it is one.
std::string word(std::string_view text) { return is_word(text) ? std::string(text) : quoted(text); }

}  // namespace

std::string describe(const Response& response) {
  const auto error = parse_error(response.body).value_or(ServerError());
  std::string out = join("HTTP ", response.status);
  if (!error.code.empty()) out += join(" ", word(error.code));
  if (!error.message.empty()) out += join(": ", quoted(error.message, most_of_message));
  const std::string_view header = response.header("x-amz-request-id");
  const std::string_view id = header.empty() ? std::string_view(error.request_id) : header;
  if (!id.empty()) out += join(" (request ", word(id), ")");
  return out;
}

void fail_with(const Response& response, std::string_view name, std::string_view what) {
  const auto error = parse_error(response.body).value_or(ServerError());
  fail(kind_of(response.status, error.code), name, " cannot be ", what, ": ", describe(response));
}

}  // namespace larder::internal::s3
