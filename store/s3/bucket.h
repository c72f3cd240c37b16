// The operations of S3 that a store is made of, one request each; what they mean is the store's matter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/store.h>

#include "store/s3/client.h"
#include "store/s3/xml.h"

namespace larder::internal::s3 {

// What the headers of GET and HEAD tell.
struct Head {
  std::uint64_t size = 0;  // of the whole object, also for a range
  std::string etag{};      // without quotes
  StoreTime modified{};
  std::optional<std::uint32_t> crc32{};  // of the whole object (x-amz-checksum-type FULL_OBJECT)
  UserMetadata metadata{};               // x-amz-meta-*
  std::string type{};                    // Content-Type
};
// Errors `malformed`: no size, no etag, a time that is none.
Head parse_head(const Response& response);

struct PutHow {
  UserMetadata metadata{};
  std::string type{};      // Content-Type
  std::string if_match{};  // an ETag
  bool if_absent = false;
  bool crc32 = false;  // of begin_upload: the server is to keep the CRC-32 of the whole
};

// What a put that may have been lost came to.
enum class Sent {
  done,
  refused,    // 412, or 404 for if_match: the condition did not hold
  uncertain,  // the last attempt was refused or failed, but an earlier one may have done it; an upload that is gone
};
struct Put {
  Sent sent = Sent::done;
  std::string etag{};
  std::chrono::system_clock::time_point begun{};  // Reply::begun
  std::string why{};                              // where not `done`: what the server said, for a message
};

// Thread-safe. Errors: those of Client and fail_with; `malformed` for answers that are none; `usage` for a key that has
// more than 1024 bytes with the prefix.
class Bucket {
 public:
  // prefix: "" or "a/b/".
  Bucket(std::shared_ptr<Client> client, std::string prefix);

  Client& client() const noexcept { return *client_; }
  std::string name(std::string_view key) const { return client_->name(prefix_ + std::string(key)); }
  const std::string& prefix() const noexcept { return prefix_; }

  std::optional<Head> head(const std::string& key);
  // Bytes from `offset` into `into`, which lies within the object; the object must still have this ETag: Error
  // `conflict` otherwise, also where it is gone. Empty etag: whichever.
  void get(const std::string& key, std::uint64_t offset, MutableBytes into, std::string_view etag);
  // The first bytes (into.size() at most, and not 0) and what is known of the object; nothing where there is none.
  std::optional<Head> get_first(const std::string& key, MutableBytes into, std::uint64_t& filled);

  // crc32: of the bytes, sent along where given.
  Put put(const std::string& key, Bytes bytes, const PutHow& how, std::optional<std::uint32_t> crc32);

  std::string begin_upload(const std::string& key, const PutHow& how);
  SentPart put_part(const std::string& key, const std::string& upload, std::size_t number, Bytes bytes,
                    std::optional<std::uint32_t> crc32);
  SentPart copy_part(const std::string& key, const std::string& upload, std::size_t number, const std::string& from,
                     std::string_view etag, std::uint64_t offset, std::uint64_t size);
  // crc32: of the whole; checked by the server.
  Put complete(const std::string& key, const std::string& upload, const std::vector<SentPart>& parts, const PutHow& how,
               std::optional<std::uint32_t> crc32);
  void abort(const std::string& key, const std::string& upload) noexcept;  // as well as it can

  Put copy(const std::string& from, std::string_view etag, const std::string& to, const PutHow& how);  // up to 5 GiB
  // if_match: only this ETag. Whether the server said that it is gone now (also where it was not there).
  bool remove(const std::string& key, std::string_view if_match = {});
  ListPage list(const std::string& prefix, const std::string& token, std::size_t most);
  std::vector<Upload> uploads(const std::string& prefix);  // all that are begun and neither completed nor aborted

 private:
  Request request(std::string method, const std::string& key) const;
  Request upload_request(std::string method, const std::string& key, const std::string& upload) const;
  Reply send(const Request& request) { return client_->send(request); }
  // The answer, which must be a success; `what`: "listed".
  Response succeed(const Request& request, std::string_view what);
  Put put_of(Reply reply, const std::string& key, const PutHow& how) const;
  std::string without_prefix(std::string key) const;

  std::shared_ptr<Client> client_;
  std::string prefix_;
};

}  // namespace larder::internal::s3
