#include "store/s3/retrying.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "store/s3/utc_time.h"

namespace larder::internal::s3 {

namespace {

using std::chrono::milliseconds;

struct Status {
  std::string_view code;
  int status;
};

// The codes of <Error>s behind a 200.
constexpr std::array<Status, 8> statuses = {{{"InternalError", 500},
                                             {"ServiceUnavailable", 503},
                                             {"SlowDown", 503},
                                             {"OperationAborted", 409},
                                             {"ConditionalRequestConflict", 409},
                                             {"PreconditionFailed", 412},
                                             {"NoSuchUpload", 404},
                                             {"AccessDenied", 403}}};

int status_of(std::string_view code) {
  const auto found = std::find_if(statuses.begin(), statuses.end(), [&](const Status& s) { return s.code == code; });
  return found == statuses.end() ? 400 : found->status;
}

bool is_redirect(int status, std::string_view code) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308 ||
         code == "AuthorizationHeaderMalformed" || code == "PermanentRedirect" || code == "TemporaryRedirect";
}

}  // namespace

Trouble trouble_of(const Response& response, std::string_view code) {
  const int status = response.status;
  if (is_redirect(status, code)) return Trouble::elsewhere;
  if (code == "RequestTimeTooSkewed") return Trouble::skewed;
  if (code == "ExpiredToken" || code == "TokenRefreshRequired") return Trouble::expired;
  if (status == 429 || status == 408 || code == "SlowDown" || code == "RequestTimeout") return Trouble::busy;
  if (code == "ConditionalRequestConflict" || code == "OperationAborted") return Trouble::busy;
  if (status == 500 || status == 502 || status == 503 || status == 504) return Trouble::failing;
  return Trouble::none;
}

std::optional<ServerError> take_error(Response& response) {
  if (response.status < 300 && response.body.empty()) return std::nullopt;
  auto error = parse_error(response.body);
  if (error && response.status < 300) response.status = status_of(error->code);
  return error;
}

std::optional<milliseconds> retry_after(const Response& response, std::chrono::system_clock::time_point now) {
  const std::string_view text = response.header("retry-after");
  if (text.empty()) return std::nullopt;
  constexpr milliseconds most = std::chrono::hours(1);
  if (const auto date = parse_http_date(text))
    return std::clamp(std::chrono::ceil<milliseconds>(*date - now), milliseconds(0), most);
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (end != text.data() + text.size() || text.front() == '-') return std::nullopt;
  return error == std::errc() ? std::min<milliseconds>(std::chrono::seconds(seconds), most) : most;
}

milliseconds backoff(int attempts, double chance) {
  constexpr double most = 20'000;
  const double longest = attempts > 9 ? most : std::min(most, 50.0 * static_cast<double>(1 << attempts));
  return milliseconds(static_cast<std::int64_t>(longest * chance));
}

}  // namespace larder::internal::s3
