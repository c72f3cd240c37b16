#include "store/s3/client.h"

#include <algorithm>

#include "base/text.h"
#include "store/s3/sending.h"

namespace larder::internal::s3 {

namespace {

bool is_control(char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; }

// What could end a line of the request, and begin another one.
void check_letters(std::string_view text, std::string_view what, std::string_view name) {
  if (std::none_of(text.begin(), text.end(), is_control)) return;
  fail(ErrorKind::usage, quoted(name), ": ", what, " has a control character: ", quoted(text));
}

void check_letters(const Request& request, std::string_view name) {
  check_letters(request.key, "the key", name);
  for (const auto& [parameter, value] : request.query) {
    check_letters(parameter, "the query", name);
    check_letters(value, "the query", name);
  }
  for (const auto& [header, value] : request.headers) {
    check_letters(header, "the name of a header", name);
    check_letters(value, "a header", name);
  }
}

}  // namespace

Client::Client(Endpoint endpoint, S3Options options, std::shared_ptr<CredentialSource> credentials,
               std::shared_ptr<Transport> transport, Pacing pacing)
    : endpoint_(std::move(endpoint)),
      options_(std::move(options)),
      session_(std::make_shared<Session>(endpoint_, std::move(credentials), std::move(transport), std::move(pacing))) {}

Reply Client::send(const Request& request) {
  check_letters(request, name(request.key));
  return Sending(*session_, options_, request, name(request.key)).run();
}

std::string Client::name(std::string_view key) const {
  return key.empty() ? join("s3://", endpoint_.bucket) : join("s3://", endpoint_.bucket, "/", key);
}

std::chrono::system_clock::time_point Client::now() const { return session_->pacing().wall() + session_->ahead(); }

}  // namespace larder::internal::s3
