// Certificates are always verified. The server is that of the openssl command.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "store/s3/message.h"
#include "tests/store/s3/failing.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

extern char** environ;

namespace larder::testing {
namespace {

using namespace internal::s3;

// A child of ours that ends with this object.
class Program {
 public:
  // Its standard output is read through `output`.
  Program(std::vector<std::string> words, const Path& folder) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "log", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    started_ = ::posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ends[0];
  }
  ~Program() {
    if (started_ && !ended_) {
      ::kill(child_, SIGKILL);
      wait();
    }
    ::close(output_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Its output up to and with the line that begins so; all where there is none.
  std::string read_to(const std::string& start) {
    std::string line;
    char letter = 0;
    while (::read(output_, &letter, 1) == 1) {
      if (letter != '\n') {
        line.push_back(letter);
        continue;
      }
      if (line.starts_with(start)) return line;
      line.clear();
    }
    return line;
  }
  int wait() {
    int status = -1;
    ended_ = ::waitpid(child_, &status, 0) == child_;
    return status;
  }

 private:
  pid_t child_ = -1;
  int output_ = -1;
  bool started_ = false;
  bool ended_ = false;
};

// Serves the file "k" to whoever trusts it.
class TlsServer {
 public:
  TlsServer() {
    Program certificate(
        {"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=larder-test",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "certificate.pem"},
        folder_.path());
    REQUIRE(certificate.wait() == 0);
    std::ofstream(folder_ / "k") << "0123456789";
    server_.emplace(std::vector<std::string>{"openssl", "s_server", "-accept", "127.0.0.1:0", "-WWW", "-cert",
                                             "certificate.pem", "-key", "key.pem"},
                    folder_.path());
    const std::string line = server_->read_to("ACCEPT ");
    REQUIRE(line.find(':') != std::string::npos);
    port_ = line.substr(line.rfind(':') + 1);
  }

  std::string url(const std::string& host) const { return "https://" + host + ":" + port_ + "/k"; }
  std::string ca_file() const { return folder_ / "certificate.pem"; }
  Path folder() const { return folder_.path(); }

 private:
  TemporaryDirectory folder_;
  std::optional<Program> server_;
  std::string port_;
};

TEST_CASE("a certificate is trusted where its authority is, and for its own host alone", "[transport]") {
  const TlsServer server;
  const auto transport = curl_transport();
  const auto get = [&](const std::string& host, const std::string& ca_file) {
    return transport->exchange({.method = "GET", .url = server.url(host), .ca_file = ca_file});
  };
  CHECK_FAILS(get("127.0.0.1", ""), io, "the server's certificate is not trusted");
  const Exchange trusted = get("127.0.0.1", server.ca_file());
  REQUIRE(trusted.response);
  CHECK(trusted.response->status == 200);
  CHECK(trusted.response->body == "0123456789");
  CHECK_FAILS(get("localhost", server.ca_file()), io, "the server's certificate is not trusted");
  CHECK_FAILS(get("127.0.0.1", ""), io, "the server's certificate is not trusted");
  CHECK_FAILS(get("127.0.0.1", server.folder() / "none.pem"), io, "the server's certificate is not trusted");
}

}  // namespace
}  // namespace larder::testing
