#include "server.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include "base/text.h"
#include "store/s3/s3_store.h"

namespace larder::testing {

namespace {

namespace s3 = internal::s3;

std::shared_ptr<s3::Client> client_of(const std::string& bucket, const S3Options& options = server_options()) {
  const auto transport = s3::curl_transport();
  const s3::Surroundings surroundings = s3::surroundings_of_process(transport);
  return std::make_shared<s3::Client>(s3::find_endpoint(bucket, options, surroundings), options,
                                      s3::find_credentials(options, surroundings), transport);
}

s3::Supported supported_by_server() {
  s3::Supported supported = s3::probe(*bucket_itself(make_bucket()));
  // It compares first, and puts then, which a probe may find or not.
  if (server_is("s3proxy")) supported.if_match = false;
  return supported;
}

}  // namespace

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool server_is(const char* name) { return variable("LARDER_S3_SERVER") == name; }

bool server_gets_whole_values() { return !server_is("s3proxy"); }

S3Options server_options() {
  S3Options options;
  options.endpoint = variable("LARDER_S3_ENDPOINT");
  // S3Proxy answers 500, which is worth asking again, to what it cannot do; and a cold JVM takes its time.
  if (server_is("s3proxy")) options.deadline = std::chrono::seconds(6);
  return options;
}

std::string make_bucket() {
  static std::atomic<int> number = 0;
  const std::string name = internal::join("larder-", ::getpid(), '-', ++number);
  s3::Request request;
  request.method = "PUT";
  const s3::Reply reply = client_of(name)->send(request);
  if (reply.response.status != 200) throw std::runtime_error("no bucket " + name + ": " + reply.response.body);
  return name;
}

std::unique_ptr<Store> open_bucket(const std::string& bucket, const S3Options& options) {
  static const s3::Supported supported = supported_by_server();
  const auto itself = std::make_shared<s3::Bucket>(client_of(bucket, options), "");
  auto store = s3::make_store(itself, supported);
  return options.accesses ? s3::accessed_store(std::move(store), itself, supported) : std::move(store);
}

std::shared_ptr<s3::Bucket> bucket_itself(const std::string& bucket) {
  return std::make_shared<s3::Bucket>(client_of(bucket), "");
}

}  // namespace larder::testing
