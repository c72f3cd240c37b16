// An upload in parts, several of them at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/ordered_work.h"
#include "store/s3/bucket.h"

namespace larder::internal::s3 {

// Begun when it is made, aborted when it is destroyed, unless it was completed. One thread at a time, which takes part
// in the work. Errors: those of Bucket; that of a part appears in a later call; `limit`: more parts than S3 takes.
class PartUpload {
 public:
  // crc32: whether the server keeps checksums.
  PartUpload(std::shared_ptr<Bucket> bucket, std::string key, const UserMetadata& metadata, std::string type,
             unsigned threads, bool crc32);
  ~PartUpload();
  PartUpload(const PartUpload&) = delete;
  PartUpload& operator=(const PartUpload&) = delete;

  // The next part. The first borrows: `bytes` must stay until the part is taken.
  void put(Bytes bytes);
  void put(std::vector<std::byte> bytes);
  // `size` bytes of another object, which must still have this ETag.
  void copy(const std::string& from, const std::string& etag, std::uint64_t offset, std::uint64_t size);

  // How many parts were given, and how many of them not taken.
  std::size_t parts() const noexcept { return parts_; }
  std::size_t pending() const noexcept { return work_.pending(); }
  // Waits for the oldest part; its memory, for reuse.
  std::vector<std::byte> take();

  // Waits for all parts and makes them an object. crc32: of the whole, where it was copied.
  Put complete(const PutHow& conditions, std::optional<std::uint32_t> crc32 = std::nullopt);

  // Of all bytes that were put and taken; nothing where the server keeps none.
  std::optional<std::uint32_t> crc32() const;

 private:
  struct Part {
    std::vector<std::byte> owned{};
    std::uint64_t size = 0;
    SentPart sent{};
  };
  using Send = std::function<SentPart(const Part& part, std::size_t number)>;
  void give(Part part, Send send);
  SentPart send_bytes(Bytes bytes, std::size_t number) const;

  std::shared_ptr<Bucket> bucket_;
  std::string key_;
  bool keeps_crc32_;
  std::string id_;
  std::size_t parts_ = 0;
  std::deque<Part> pending_;  // a deque, as jobs refer to its elements while others come and go
  std::vector<SentPart> sent_;
  std::uint32_t crc32_;
  bool is_over_ = false;
  OrderedWork work_;  // the last, so that no job outlives what it refers to
};

}  // namespace larder::internal::s3
