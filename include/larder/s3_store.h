// S3Store: a bucket, or a prefix in one, as a store: AWS, Ceph, MinIO, versitygw and others that speak S3.
// docs/s3.md says how; the protocol is that of the Amazon S3 API Reference, version 2006-03-01.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <larder/export.h>
#include <larder/store.h>

namespace larder {

// How a bucket is named in requests.
enum class Addressing {
  automatic,     // virtual_host at amazonaws.com where the bucket's name may be part of a host's, else path
  path,          // https://endpoint/bucket/key
  virtual_host,  // https://bucket.endpoint/key
};

// Settings of open_store("s3://...") have the same names: "endpoint", "region", "part_size"...
struct S3Options {
  // "https://s3.example.org:9000"; empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile's, else AWS's of the
  // region. http:// is Error `usage`, but for this machine (127.0.0.0/8, ::1, localhost) or with send_unencrypted.
  std::string endpoint{};
  std::string region{};  // empty: AWS_REGION, AWS_DEFAULT_REGION, the profile's, else "us-east-1"
  Addressing addressing = Addressing::automatic;
  std::string profile{};   // empty: AWS_PROFILE, else "default"
  bool anonymous = false;  // requests are not signed, and no credentials looked for
  bool send_unencrypted =
      false;              // data and keys may cross a network in the clear, where anybody can read and change them
  std::string ca_file{};  // certificates to trust instead of the system's (PEM); empty: AWS_CA_BUNDLE. Always verified

  // Nothing is written, and the server not asked what it can do: no capability that changes something.
  bool read_only = false;
  // Whether opening finds out what this server really supports, by some 25 small requests to keys in PREFIX.larder/,
  // which it removes. False: conditional puts and nested keys are taken to be missing. Never done for amazonaws.com,
  // which has them. The answer is remembered for the life of the process.
  bool probe = true;
  // Whether gets, puts and touches are written down, in objects in PREFIX.larder/accesses/, so that eviction knows what
  // was not used for long: S3 itself keeps no access times.
  bool accesses = false;

  std::uint64_t part_size = 8 << 20;  // of uploads and downloads in parts: 5 MiB to 1 GiB; grows for values over 64 GB
  unsigned threads = 8;               // requests of one Reader or Writer at once
  std::uint64_t memory = 128 << 20;   // that one Reader or Writer takes at most, but for a single part that is larger

  std::chrono::milliseconds deadline{120'000};  // for one request with all its retries; a second more for each 64 KiB
  std::chrono::milliseconds idle{20'000};       // a connection on which nothing arrives for so long counts as lost
};

// The store of the keys that begin with `prefix` + "/" in `bucket` (all, where it is empty), which must exist.
//
// Capabilities: reads, writes, many, replaces, discards, removes, lists, keeps_metadata, durable; checksums (of what
// larder put); puts_if_absent, puts_if_match and nests where the probe found them (a server that compares and puts in
// two steps, as S3Proxy on a file system, is not found out, and may let two puts at once win); touches with `accesses`.
// Not mappable (cached_store is), not leases, not sets_aside, not renames_atomically (a move copies on the server, then
// removes), and not `snapshots`: a Reader is pinned to the value's etag.
//
// Keys and prefix together are at most 1024 bytes. Stat::etag is the server's ETag, '@' and larder's mark of that put
// (values of other tools: the ETag alone); it keeps apart two puts of equal bytes, but where the second comes between
// the look and the put of a put_if_match, S3 takes it for the first. Stat::modified is in whole seconds; the one that a
// put gives is when the server answered. Metadata that is not ASCII takes 4 bytes for 3, of the 2048 that AWS keeps.
//
// Credentials, the first that there are: AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; the
// profile of AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) and AWS_CONFIG_FILE (~/.aws/config); web identity
// (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN); AWS_CONTAINER_CREDENTIALS_*; instance metadata (version 2; not with
// AWS_EC2_METADATA_DISABLED). Renewed before they expire. They appear in no message.
//
// Thread-safe, one connection a thread. Errors: `usage`, `not_found` (the bucket), `io` (network, HTTP status, access
// denied; the code of the server and the request's id are in the message), `not_built` (a build without libcurl or
// pugixml).
LARDER_API std::unique_ptr<Store> s3_store(std::string_view bucket, std::string_view prefix = {},
                                           const S3Options& options = {});

}  // namespace larder
