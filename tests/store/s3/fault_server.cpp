#include "tests/store/s3/fault_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "tests/store/s3/fake_connection.h"
#include "tests/store/s3/fake_text.h"

namespace larder::testing {

namespace {

using Kind = Fault::Kind;

std::string target(const HttpRequest& request) {
  return request.query.empty() ? request.path : request.path + '?' + request.query;
}

HttpResponse scripted(const Fault& fault, const HttpRequest& request) {
  HttpResponse response{.status = fault.status, .headers = fault.headers, .body = fault.text};
  response.headers.try_emplace("content-length", std::to_string(response.body.size()));
  if (request.method == "HEAD") response.body.clear();
  return response;
}

bool write_slowly(FakeConnection& connection, std::string_view body, const Fault& fault) {
  while (!body.empty()) {
    if (!connection.write(body.substr(0, fault.bytes))) return false;
    body.remove_prefix(std::min<std::size_t>(body.size(), fault.bytes));
    if (!connection.wait(fault.milliseconds)) return false;
  }
  return true;
}

void write_headers_for_ever(FakeConnection& connection) {
  const std::string many = "x-more: " + std::string(4096, 'm') + "\r\n";
  bool there = connection.write("HTTP/1.1 200 OK\r\n");
  while (there) there = connection.write(many);
}

// What the answer has too much, too little, or wrong; false where the connection is over.
bool write_answer(FakeConnection& connection, HttpResponse response, const Fault& fault) {
  if (fault.kind != Kind::answer)
    for (const auto& [name, value] : fault.headers) response.headers[name] = value;
  if (fault.kind == Kind::long_body) {
    response.body.append(fault.bytes, '+');
    response.headers["content-length"] = std::to_string(response.body.size());
  }
  if (fault.kind == Kind::wrong_bytes) response.body.at(response.body.size() / 2) ^= 1;
  if (!connection.write_head(response)) return false;
  switch (fault.kind) {
    case Kind::reset_in_answer:
      connection.write(std::string_view(response.body).substr(0, fault.bytes));
      connection.reset();
      return false;
    case Kind::short_body:
      connection.write(std::string_view(response.body).substr(0, response.body.size() - fault.bytes));
      return false;
    case Kind::slow:
      return write_slowly(connection, response.body, fault);
    default:
      return connection.write(response.body);
  }
}

}  // namespace

struct FaultServer::State {
  std::shared_ptr<FakeS3> s3;
  int listener = -1;
  std::uint16_t port = 0;
  std::thread accepting{};

  mutable std::mutex mutex{};  // of all that follows
  bool stopping = false;
  std::vector<Step> script{};
  std::vector<std::string> seen{};
  bool saw_secret = false;
  struct Delayed {
    std::uint64_t requests;
    HttpRequest request;
  };
  std::vector<Delayed> delayed{};
  struct Client {
    explicit Client(int socket) : connection(socket) {}
    FakeConnection connection;
    std::thread thread{};
  };
  std::list<Client> clients{};

  void listen();
  void accept_all();
  void serve(FakeConnection& connection);
  bool handle(FakeConnection& connection, HttpRequest request);

  Fault next_fault(const HttpRequest& request);
  void look_for_secret(const HttpRequest& request);
  HttpResponse answer(const HttpRequest& request, const Fault& fault);
  void do_delayed();
};

void FaultServer::State::listen() {
  listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || ::bind(listener, generic, size) != 0 || ::listen(listener, 128) != 0 ||
      ::getsockname(listener, generic, &size) != 0)
    throw std::runtime_error("no server on 127.0.0.1");
  port = ::ntohs(address.sin_port);
}

void FaultServer::State::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int yes = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const std::lock_guard lock(mutex);
    Client& client = clients.emplace_back(socket);
    if (stopping) return;
    client.thread = std::thread([this, &client] { serve(client.connection); });
  }
}

void FaultServer::State::serve(FakeConnection& connection) {
  while (auto request = connection.read_head())
    if (!handle(connection, std::move(*request))) break;
  connection.stop();
}

Fault FaultServer::State::next_fault(const HttpRequest& request) {
  const std::lock_guard lock(mutex);
  seen.push_back(request.method + ' ' + target(request));
  for (Step& step : script) {
    const bool fits = step.times > 0 && (step.method.empty() || step.method == request.method) &&
                      target(request).find(step.contains) != std::string::npos;
    if (!fits) continue;
    if (step.after-- > 0) continue;
    step.after = 0;
    step.times -= 1;
    return step.fault;
  }
  return {};
}

void FaultServer::State::look_for_secret(const HttpRequest& request) {
  bool found =
      target(request).find(canary_key) != std::string::npos || request.body.find(canary_key) != std::string::npos;
  for (const auto& [name, value] : request.headers) found = found || value.find(canary_key) != std::string::npos;
  const std::lock_guard lock(mutex);
  saw_secret = saw_secret || found;
}

void FaultServer::State::do_delayed() {
  std::vector<HttpRequest> due;
  {
    const std::lock_guard lock(mutex);
    for (Delayed& one : delayed)
      if (one.requests-- == 0) due.push_back(std::move(one.request));
    std::erase_if(delayed, [](const Delayed& one) { return one.requests == UINT64_MAX; });
  }
  for (const HttpRequest& request : due) s3->answer(request);
}

HttpResponse FaultServer::State::answer(const HttpRequest& request, const Fault& fault) {
  if (fault.kind == Kind::forget_part) {
    HttpResponse response = s3->answer(request);
    s3->forget_part(request);
    return response;
  }
  if (fault.kind == Kind::twice) s3->answer(request);
  if (fault.kind != Kind::answer) return s3->answer(request);
  if (fault.done) s3->answer(request);
  return scripted(fault, request);
}

// False where the connection is over.
bool FaultServer::State::handle(FakeConnection& connection, HttpRequest request) {
  const Fault fault = next_fault(request);
  const bool cut = fault.kind == Kind::reset_in_request;
  const bool whole = connection.read_body(request, cut ? fault.bytes : UINT64_MAX);
  look_for_secret(request);
  if (cut) connection.reset();
  if (cut || !whole) return false;
  do_delayed();
  if (fault.meanwhile) fault.meanwhile();
  switch (fault.kind) {
    case Kind::reset_before:
      connection.reset();
      return false;
    case Kind::reset_after:
      s3->answer(request);
      connection.reset();
      return false;
    case Kind::later: {
      const std::lock_guard lock(mutex);
      delayed.push_back({fault.bytes, std::move(request)});
      connection.reset();
      return false;
    }
    case Kind::silent:
      if (fault.done) s3->answer(request);
      connection.wait_for_end();
      return false;
    case Kind::endless_headers:
      write_headers_for_ever(connection);
      return false;
    case Kind::no_http:
      connection.write(fault.text);
      return false;
    default:
      return write_answer(connection, answer(request, fault), fault);
  }
}

FaultServer::FaultServer(std::shared_ptr<FakeS3> s3, std::vector<Step> script) : state_(std::make_unique<State>()) {
  state_->s3 = std::move(s3);
  state_->script = std::move(script);
  state_->listen();
  state_->accepting = std::thread([state = state_.get()] { state->accept_all(); });
}

FaultServer::~FaultServer() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  ::shutdown(state_->listener, SHUT_RDWR);
  state_->accepting.join();
  ::close(state_->listener);
  for (State::Client& client : state_->clients) client.connection.stop();
  for (State::Client& client : state_->clients)
    if (client.thread.joinable()) client.thread.join();
}

std::string FaultServer::url() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

void FaultServer::play(std::vector<Step> script) {
  const std::lock_guard lock(state_->mutex);
  state_->script = std::move(script);
}

std::vector<Step> FaultServer::left() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<Step> out;
  std::ranges::copy_if(state_->script, std::back_inserter(out), [](const Step& step) { return step.times > 0; });
  return out;
}

std::vector<std::string> FaultServer::seen() const {
  const std::lock_guard lock(state_->mutex);
  return state_->seen;
}

bool FaultServer::saw_secret() const {
  const std::lock_guard lock(state_->mutex);
  return state_->saw_secret;
}

}  // namespace larder::testing
