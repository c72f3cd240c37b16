// libcurl, from its easy interface: https://curl.se/libcurl/c/
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "base/text.h"
#include "store/s3/answer.h"
#include "store/s3/http_url.h"
#include "store/s3/message.h"

#if LARDER_HAS_CURL

#include <curl/curl.h>

namespace larder::internal::s3 {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How much libcurl hands over at once: less is slower.
constexpr long buffer_size = 512 << 10;
constexpr std::size_t most_kept = 64;

struct HeaderList {
  curl_slist* first = nullptr;
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(first); }

  void add(const std::string& line) {
    curl_slist* grown = curl_slist_append(first, line.c_str());
    if (!grown) throw std::bad_alloc();
    first = grown;
  }
};

// One request under way, as libcurl's callbacks see it. An Error is kept here while it passes through C.
struct Flight {
  const Wire& wire;
  Answer answer;
  std::size_t sent = 0;  // bytes of the body
  int begun = 0;
  std::exception_ptr error{};

  explicit Flight(const Wire& what) : wire(what), answer(what.into) {}
};

// libcurl repeats by itself what was sent over a connection that the server had closed: that would be a second request
// nobody knows of.
int on_begin(void* flight, char*, char*, int, int) {
  return ++static_cast<Flight*>(flight)->begun == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

// What `take` does with some bytes, which all of them are meant for; none are taken where it throws.
template <class Take>
std::size_t taken(Flight& flight, std::size_t size, Take take) {
  try {
    take();
    return size;
  } catch (...) {
    flight.error = std::current_exception();
    return 0;
  }
}

std::size_t on_header(const char* line, std::size_t, std::size_t size, void* data) {
  auto& flight = *static_cast<Flight*>(data);
  return taken(flight, size, [&] { flight.answer.add_header(std::string_view(line, size)); });
}

std::size_t on_body(const char* bytes, std::size_t, std::size_t size, void* data) {
  auto& flight = *static_cast<Flight*>(data);
  return taken(flight, size, [&] { flight.answer.add_body(as_bytes(std::string_view(bytes, size))); });
}

std::size_t on_send(char* into, std::size_t, std::size_t size, void* data) {
  auto& flight = *static_cast<Flight*>(data);
  const Bytes rest = flight.wire.body.subspan(flight.sent);
  const std::size_t count = std::min(size, rest.size());
  std::copy_n(rest.begin(), count, reinterpret_cast<std::byte*>(into));
  flight.sent += count;
  return count;
}

template <class Value>
void set(CURL* curl, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(curl, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK)
    fail(ErrorKind::io, "libcurl refuses option ", static_cast<int>(option), ": ", curl_easy_strerror(code));
}

CURL* new_handle() {
  CURL* curl = curl_easy_init();
  if (!curl) throw std::bad_alloc();
  return curl;
}

// What all requests have alike.
void set_up(CURL* curl) {
  set(curl, CURLOPT_NOSIGNAL, 1L);
  set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  set(curl, CURLOPT_FOLLOWLOCATION, 0L);
  set(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  set(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  set(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(curl, CURLOPT_PATH_AS_IS, 1L);
  set(curl, CURLOPT_TCP_NODELAY, 1L);
  set(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  set(curl, CURLOPT_BUFFERSIZE, buffer_size);
  set(curl, CURLOPT_UPLOAD_BUFFERSIZE, buffer_size);
  set(curl, CURLOPT_USERAGENT, "larder");
  set(curl, CURLOPT_PREREQFUNCTION, &on_begin);
  set(curl, CURLOPT_HEADERFUNCTION, &on_header);
  set(curl, CURLOPT_WRITEFUNCTION, &on_body);
  set(curl, CURLOPT_READFUNCTION, &on_send);
}

void set_times(CURL* curl, const Wire& wire) {
  const auto in_whole = [](milliseconds time, milliseconds unit) {
    return static_cast<long>(std::clamp<std::int64_t>((time + unit - milliseconds(1)) / unit, 1, 1 << 30));
  };
  set(curl, CURLOPT_CONNECTTIMEOUT_MS, in_whole(wire.connect, milliseconds(1)));
  set(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(curl, CURLOPT_LOW_SPEED_TIME, in_whole(wire.idle, milliseconds(1000)));
  const bool is_bounded = wire.stop != steady_clock::time_point::max();
  const auto left = std::chrono::ceil<milliseconds>(wire.stop - steady_clock::now());
  set(curl, CURLOPT_TIMEOUT_MS, is_bounded ? in_whole(left, milliseconds(1)) : 0L);
}

void set_method(CURL* curl, const Wire& wire) {
  const bool has_body = wire.method == "PUT" || wire.method == "POST";
  set(curl, CURLOPT_NOBODY, wire.method == "HEAD" ? 1L : 0L);
  set(curl, CURLOPT_UPLOAD, has_body ? 1L : 0L);
  set(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(wire.body.size()));
  if (!has_body && wire.method != "HEAD") set(curl, CURLOPT_HTTPGET, 1L);
  set(curl, CURLOPT_CUSTOMREQUEST, wire.method == "HEAD" ? nullptr : wire.method.c_str());
}

void set_request(CURL* curl, Flight& flight, const HeaderList& headers, char* message) {
  const Wire& wire = flight.wire;
  set(curl, CURLOPT_URL, wire.url.c_str());
  const auto server = parse_http_url(wire.url);
  if (server && is_near(server->host)) set(curl, CURLOPT_PROXY, "");
  if (!wire.ca_file.empty()) {
    set(curl, CURLOPT_CAINFO, wire.ca_file.c_str());
    set(curl, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(curl, CURLOPT_HTTPHEADER, headers.first);
  set(curl, CURLOPT_ERRORBUFFER, message);
  for (const CURLoption option : {CURLOPT_PREREQDATA, CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_READDATA})
    set(curl, option, &flight);
  set_method(curl, wire);
  set_times(curl, wire);
}

// Handles with the connections that they keep.
class Pool {
 public:
  ~Pool() { close_all(); }

  CURL* take() {
    const std::lock_guard lock(mutex_);
    if (process_ != ::getpid()) {
      // After a fork these connections are the parent's, and closing one would say goodbye on it.
      free_.clear();
      process_ = ::getpid();
    }
    if (free_.empty()) return new_handle();
    CURL* curl = free_.back();
    free_.pop_back();
    return curl;
  }

  void give_back(CURL* curl) noexcept {
    const std::lock_guard lock(mutex_);
    if (free_.size() < most_kept && free_.size() < free_.capacity()) {
      free_.push_back(curl);
    } else {
      curl_easy_cleanup(curl);
    }
  }

 private:
  void close_all() noexcept {
    if (process_ != ::getpid()) return;
    for (CURL* curl : free_) curl_easy_cleanup(curl);
  }

  std::mutex mutex_;
  pid_t process_ = ::getpid();
  std::vector<CURL*> free_ = [] {
    std::vector<CURL*> room;
    room.reserve(most_kept);
    return room;
  }();
};

// A handle, for one request. What failed is not used again: its connection is of no use, and it may refuse options.
class Borrowed {
 public:
  explicit Borrowed(Pool& pool) : pool_(pool), curl_(pool.take()) {}
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() {
    if (curl_) curl_easy_cleanup(curl_);
  }
  CURL* get() const noexcept { return curl_; }
  void give_back() noexcept {
    curl_easy_reset(curl_);  // so that it points at nothing of this request
    pool_.give_back(std::exchange(curl_, nullptr));
  }

 private:
  Pool& pool_;
  CURL* curl_;
};

bool is_about_trust(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM ||
         code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CRL_BADFILE;
}

// Throws where the same request would fail in the same way again.
void refuse(CURLcode code, const std::string& why) {
  if (code == CURLE_OUT_OF_MEMORY) fail(ErrorKind::limit, "a request takes more memory than there is");
  if (code == CURLE_URL_MALFORMAT) fail(ErrorKind::usage, "the server's address is none: ", why);
  if (is_about_trust(code)) fail(ErrorKind::io, "the server's certificate is not trusted: ", why);
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_BAD_CONTENT_ENCODING)
    fail(ErrorKind::malformed, "the server's answer is no HTTP: ", why);
}

// libcurl counts in whole milliseconds, and stops a little early.
bool is_over(const Wire& wire) { return wire.stop - steady_clock::now() < milliseconds(20); }

Lost lost(CURLcode code, const Flight& flight, std::string why) {
  const bool late = code == CURLE_OPERATION_TIMEDOUT && is_over(flight.wire);
  return {.sent = flight.begun > 0, .late = late, .why = std::move(why), .filled = flight.answer.filled()};
}

class CurlTransport final : public Transport {
 public:
  // Before any other: the TLS library then ends after this one, where both end with the process.
  CurlTransport() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK) fail(ErrorKind::io, "libcurl does not start: ", curl_easy_strerror(started));
  }

  Exchange exchange(const Wire& wire) override {
    if (is_over(wire)) return {.lost = {.late = true, .why = "there was no time left"}};
    HeaderList headers;
    // A header without a value is "name;" here. "Expect:" takes that one out, which would cost a round trip.
    for (const auto& [name, value] : wire.headers)
      headers.add(value.empty() ? join(name, ";") : join(name, ": ", value));
    headers.add("Expect:");
    Flight flight(wire);
    char message[CURL_ERROR_SIZE] = {};
    Borrowed handle(pool_);
    set_up(handle.get());
    set_request(handle.get(), flight, headers, message);
    const CURLcode code = curl_easy_perform(handle.get());
    if (flight.error) std::rethrow_exception(flight.error);
    if (code == CURLE_OK) {
      handle.give_back();
      return {.response = flight.answer.take()};
    }
    std::string why = quoted(message[0] ? message : curl_easy_strerror(code), CURL_ERROR_SIZE);
    refuse(code, why);
    return {.lost = lost(code, flight, std::move(why))};
  }

 private:
  Pool pool_;
};

}  // namespace

std::shared_ptr<Transport> curl_transport() { return std::make_shared<CurlTransport>(); }

}  // namespace larder::internal::s3

#else

namespace larder::internal::s3 {

std::shared_ptr<Transport> curl_transport() {
  fail(ErrorKind::not_built, "this build of larder lacks the library for S3: libcurl");
}

}  // namespace larder::internal::s3

#endif
