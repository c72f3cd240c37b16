// S3Store: what a Store does, said in requests.
#include "store/s3/s3_store.h"

#include <algorithm>
#include <utility>

#include "base/checksum.h"
#include "codecs/deflate_checksum.h"
#include "io/region_of.h"
#include "store/s3/mark.h"
#include "store/s3/range_reader.h"
#include "store/s3/s3_records.h"

namespace larder::internal::s3 {

namespace {

constexpr std::uint64_t first_bytes = 1 << 20;     // asked for with the first request for a value
constexpr std::uint64_t first_sparse = 64 << 10;   // where only some of its bytes will be read
constexpr std::uint64_t least_adopted = 64 << 10;  // what is smaller is copied into memory of its size

Capabilities capabilities_of(const Supported& supported, const S3Options& options) {
  const bool writes = !options.read_only;
  return {.reads = true,
          .writes = writes,
          .many = true,
          .replaces = writes,
          .discards = writes,
          .removes = writes,
          .lists = true,
          .nests = supported.nests,
          .puts_if_absent = writes && supported.if_absent,
          .puts_if_match = writes && supported.if_match,
          .keeps_metadata = writes,
          .checksums = has_xxh3(),
          .durable = writes};
}

// The beginning of an object, and what is known of it.
struct Opened {
  Head head;
  Region first;
};

std::optional<Opened> open_object(Bucket& bucket, const std::string& key, const GetOptions& options) {
  const std::uint64_t wanted = options.sparse ? first_sparse : first_bytes;
  const auto size = static_cast<std::size_t>(std::min(wanted, options.range.size));
  if (options.range.offset != 0 || size == 0) {
    auto head = bucket.head(key);
    if (!head) return std::nullopt;
    return Opened{std::move(*head), {}};
  }
  // Not std::vector, which would write to all of it.
  const std::shared_ptr<std::byte[]> memory = std::make_unique_for_overwrite<std::byte[]>(size);
  std::uint64_t filled = 0;
  auto head = bucket.get_first(key, {memory.get(), size}, filled);
  if (!head) return std::nullopt;
  const MutableBytes bytes(memory.get(), static_cast<std::size_t>(filled));
  return Opened{std::move(*head), filled < least_adopted ? Region::copy_of(bytes) : Region::adopt(memory, bytes)};
}

class S3Store final : public Store {
 public:
  S3Store(std::shared_ptr<Bucket> bucket, const Supported& supported)
      : Store(capabilities_of(supported, bucket->client().options())),
        bucket_(std::move(bucket)),
        supported_(supported),
        records_(s3_records(bucket_, supported, nullptr)) {}

 private:
  const S3Options& how() const { return bucket_->client().options(); }

  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    auto opened = open_object(*bucket_, key, options);
    if (!opened) return std::nullopt;
    Head& head = opened->head;
    const ByteRange part = range_within(options.range, head.size, name(key));
    if (opened->first.size() < part.size && part.size == head.size && !options.sparse) learn_crc32(key, head);
    RangedObject object{.name = name(key),
                        .size = head.size,
                        .crc32 = has_crc32() ? head.crc32 : std::nullopt,
                        .fetch = [bucket = bucket_, key, etag = head.etag](
                                     std::uint64_t offset, MutableBytes into) { bucket->get(key, offset, into, etag); },
                        .first = std::move(opened->first)};
    const RangeLimits limits{.part = how().part_size, .threads = how().threads, .memory = how().memory};
    return Found{stat_of(head), range_reader(std::move(object), part, limits)};
  }

  // Servers tell the checksum of an object with the whole of it, not with a part.
  void learn_crc32(const std::string& key, Head& head) {
    if (head.crc32 || !(supported_.crc32 || how().read_only)) return;
    if (const auto whole = bucket_->head(key); whole && whole->etag == head.etag) head.crc32 = whole->crc32;
  }

  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    return upload_writer(bucket_, supported_, key, options);
  }

  std::optional<Stat> do_stat(const std::string& key) override {
    const auto head = bucket_->head(key);
    return head ? std::optional(stat_of(*head)) : std::nullopt;
  }

  // The server answers alike whether there was such a key.
  bool do_remove(const std::string& key) override {
    if (!bucket_->head(key)) return false;
    bucket_->remove(key);
    return true;
  }

  std::unique_ptr<Listing> do_list(const ListOptions& options) override { return object_listing(bucket_, options); }

  bool do_move(const std::string& from, const std::string& to) override {
    return move_object(bucket_, supported_, from, to);
  }

  StoreRecords* do_records() override { return records_.get(); }

  std::string do_name() const override { return bucket_->name(""); }

  std::shared_ptr<Bucket> bucket_;
  Supported supported_;
  std::unique_ptr<StoreRecords> records_;
};

}  // namespace

std::unique_ptr<Store> make_store(std::shared_ptr<Bucket> bucket, const Supported& supported) {
  return std::make_unique<S3Store>(std::move(bucket), supported);
}

}  // namespace larder::internal::s3
