#include "tests/store/s3/fake_connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace larder::testing {

namespace {

constexpr std::size_t most_head = 1 << 20;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// "PUT /bucket/k?a=1 HTTP/1.1" and the lines that follow.
HttpRequest parse_head(std::string_view head) {
  HttpRequest request;
  const std::string_view first = head.substr(0, head.find("\r\n"));
  const std::size_t target = std::min(first.find(' '), first.size());
  request.method = first.substr(0, target);
  const std::string_view uri = first.substr(std::min(target + 1, first.size()));
  const std::string_view whole = uri.substr(0, uri.find(' '));
  const std::size_t query = std::min(whole.find('?'), whole.size());
  request.path = whole.substr(0, query);
  request.query = whole.substr(std::min(query + 1, whole.size()));
  std::string_view lines = head.substr(std::min(first.size() + 2, head.size()));
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(std::min(lines.size(), line.size() + 2));
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos)
      request.headers[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
  }
  return request;
}

}  // namespace

FakeConnection::~FakeConnection() { ::close(socket_); }

bool FakeConnection::fill() {
  const std::size_t before = arrived_.size();
  arrived_.resize(before + (256U << 10));
  const ssize_t got = ::recv(socket_, arrived_.data() + before, arrived_.size() - before, 0);
  arrived_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(0, got)));
  return got > 0;
}

std::optional<HttpRequest> FakeConnection::read_head() {
  std::size_t end = arrived_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (arrived_.size() > most_head || !fill()) return std::nullopt;
    end = arrived_.find("\r\n\r\n");
  }
  HttpRequest request = parse_head(std::string_view(arrived_).substr(0, end + 2));
  arrived_.erase(0, end + 4);
  return request;
}

bool FakeConnection::read_body(HttpRequest& request, std::uint64_t most) {
  const auto length = request.headers.find("content-length");
  if (length == request.headers.end()) return true;
  if (request.headers.contains("expect") && !write("HTTP/1.1 100 Continue\r\n\r\n")) return false;
  const std::uint64_t wanted = std::min<std::uint64_t>(most, std::stoull(length->second));
  const std::size_t there = std::min<std::size_t>(arrived_.size(), wanted);
  request.body.assign(arrived_, 0, there);
  arrived_.erase(0, there);
  request.body.resize(wanted);
  for (std::size_t filled = there; filled < wanted;) {
    const ssize_t got = ::recv(socket_, request.body.data() + filled, wanted - filled, 0);
    if (got <= 0) return false;
    filled += static_cast<std::size_t>(got);
  }
  return true;
}

bool FakeConnection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool FakeConnection::write_head(const HttpResponse& response) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " Whatever\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  return write(head + "\r\n");
}

// Dissolving a connection sends RST. The descriptor stays until the destructor, so that `stop` may use it.
void FakeConnection::reset() {
  const sockaddr nobody{.sa_family = AF_UNSPEC, .sa_data = {}};
  ::connect(socket_, &nobody, sizeof nobody);
}

// Nothing is to come but the end.
bool FakeConnection::wait(int milliseconds) {
  pollfd socket{.fd = socket_, .events = POLLIN, .revents = 0};
  return ::poll(&socket, 1, milliseconds) == 0;
}

void FakeConnection::wait_for_end() {
  std::array<char, 4096> ignored{};
  while (::recv(socket_, ignored.data(), ignored.size(), 0) > 0) {
  }
}

void FakeConnection::stop() { ::shutdown(socket_, SHUT_RDWR); }

}  // namespace larder::testing
