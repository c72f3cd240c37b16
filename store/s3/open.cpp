// Opening a store on S3: by options, and by an URL.
#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

#include <larder/cached_store.h>
#include <larder/eviction.h>

#include "base/checked.h"
#include "base/text.h"
#include "store/key.h"
#include "store/s3/s3_store.h"
#include "store/schemes.h"
#include "store/setting_values.h"

namespace larder {

namespace internal {

namespace s3 {

namespace {

constexpr std::uint64_t least_part = 5 << 20;  // S3's limit
constexpr std::uint64_t most_part = 1 << 30;
constexpr unsigned most_threads = 1000;
constexpr std::size_t most_prefix_bytes = most_key_bytes - 2;  // "/" and a key of one letter behind it

void check_options(const S3Options& options) {
  if (options.part_size < least_part || options.part_size > most_part)
    fail(ErrorKind::usage, "part_size is ", options.part_size, ", possible are 5M to 1G");
  if (options.threads == 0 || options.threads > most_threads)
    fail(ErrorKind::usage, "threads is ", options.threads, ", possible are 1 to ", most_threads);
  if (options.deadline.count() <= 0 || options.idle.count() <= 0)
    fail(ErrorKind::usage, "deadline and idle must be longer than nothing");
}

// "a/b/" of "a/b".
std::string checked_prefix(std::string_view prefix) {
  if (prefix.empty()) return {};
  check_key(prefix);
  if (prefix.size() > most_prefix_bytes) fail(ErrorKind::usage, "the prefix leaves no room for keys");
  return join(prefix, "/");
}

Supported find_supported(Bucket& bucket, const S3Options& options) {
  if (bucket.client().endpoint().aws) return everything();
  return options.read_only || !options.probe ? Supported() : probe(bucket);
}

Addressing parse_addressing(const std::string& text) {
  if (text == "automatic") return Addressing::automatic;
  if (text == "path") return Addressing::path;
  if (text == "virtual_host") return Addressing::virtual_host;
  fail(ErrorKind::usage, "the setting addressing is ", internal::quoted(text),
       ", possible are automatic, path and virtual_host");
}

std::chrono::milliseconds parse_time(const std::string& text) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(parse_age(text));
}

unsigned parse_threads(const std::string& name, const std::string& text) {
  return checked_cast<unsigned>(parse_count(name, text)).value_or(std::numeric_limits<unsigned>::max());
}

S3Options parse_options(const StoreSettings& settings) {
  S3Options options;
  for (const auto& [name, text] : settings) {
    if (name == "endpoint") options.endpoint = text;
    if (name == "region") options.region = text;
    if (name == "addressing") options.addressing = parse_addressing(text);
    if (name == "profile") options.profile = text;
    if (name == "anonymous") options.anonymous = parse_flag(name, text);
    if (name == "send_unencrypted") options.send_unencrypted = parse_flag(name, text);
    if (name == "ca_file") options.ca_file = text;
    if (name == "read_only") options.read_only = parse_flag(name, text);
    if (name == "probe") options.probe = parse_flag(name, text);
    if (name == "accesses") options.accesses = parse_flag(name, text);
    if (name == "part_size") options.part_size = parse_size(text);
    if (name == "threads") options.threads = parse_threads(name, text);
    if (name == "memory") options.memory = parse_size(text);
    if (name == "deadline") options.deadline = parse_time(text);
    if (name == "idle") options.idle = parse_time(text);
  }
  return options;
}

struct Place {
  std::string_view bucket;
  std::string_view prefix;
};

// Of "//bucket/prefix/".
Place parse_place(std::string_view rest) {
  if (!rest.starts_with("//")) fail(ErrorKind::usage, "s3:", rest, " is no s3://BUCKET or s3://BUCKET/PREFIX");
  rest.remove_prefix(2);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view prefix = rest.substr(std::min(slash + 1, rest.size()));
  if (prefix.size() > 1 && prefix.ends_with('/')) prefix.remove_suffix(1);
  return {rest.substr(0, slash), prefix};
}

}  // namespace

Parts real_parts() {
  static const std::shared_ptr<Transport> transport = curl_transport();  // connections are for all stores of a process
  return {transport, surroundings_of_process(transport), real_pacing()};
}

std::unique_ptr<Store> open(std::string_view bucket, std::string_view prefix, const S3Options& options,
                            const Parts& parts) {
  check_options(options);
  std::string begin = checked_prefix(prefix);
  Endpoint endpoint = find_endpoint(bucket, options, parts.surroundings);
  S3Options how = options;
  if (how.ca_file.empty()) how.ca_file = parts.surroundings.variable("AWS_CA_BUNDLE").value_or(std::string());
  auto client = std::make_shared<Client>(std::move(endpoint), how, find_credentials(options, parts.surroundings),
                                         parts.transport, parts.pacing);
  const auto place = std::make_shared<Bucket>(std::move(client), std::move(begin));
  const Supported supported = find_supported(*place, options);
  auto store = make_store(place, supported);
  return options.accesses ? accessed_store(std::move(store), place, supported) : std::move(store);
}

}  // namespace s3

std::unique_ptr<Store> open_s3_store(const std::string& rest, const StoreSettings& settings) {
  const s3::Place place = s3::parse_place(rest);
  const auto directory = settings.find("cache");
  const auto bytes = settings.find("cache_bytes");
  if (directory == settings.end() && bytes != settings.end())
    fail(ErrorKind::usage, "cache_bytes is given without cache, a directory");
  auto store = s3_store(place.bucket, place.prefix, s3::parse_options(settings));
  if (directory == settings.end()) return store;
  CacheOptions options;
  if (bytes != settings.end()) options.bytes = parse_size(bytes->second);
  return cached_store(std::move(store), directory->second, options, [](std::string_view line) {
    std::fprintf(stderr, "larder: warning: %.*s\n", static_cast<int>(line.size()), line.data());
  });
}

}  // namespace internal

std::unique_ptr<Store> s3_store(std::string_view bucket, std::string_view prefix, const S3Options& options) {
  return internal::s3::open(bucket, prefix, options, internal::s3::real_parts());
}

}  // namespace larder
