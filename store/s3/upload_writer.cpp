// The Writer of an S3Store.
#include <algorithm>
#include <limits>
#include <utility>

#include "base/checksum.h"
#include "base/text.h"
#include "codecs/deflate_checksum.h"
#include "store/s3/in_the_way.h"
#include "store/s3/mark.h"
#include "store/s3/part_upload.h"
#include "store/s3/parts.h"
#include "store/s3/s3_store.h"
#include "store/s3/settling.h"

namespace larder::internal::s3 {

namespace {

class UploadWriter final : public Writer {
 public:
  UploadWriter(std::shared_ptr<Bucket> bucket, const Supported& supported, std::string key, const PutOptions& options)
      : Writer(0, 0),
        bucket_(std::move(bucket)),
        supported_(supported),
        key_(std::move(key)),
        options_(options),
        sizes_(bucket_->client().options().part_size, options.size),
        mark_(new_mark()) {
    mark_.cost = options.cost;
  }

 private:
  const S3Options& how() const { return bucket_->client().options(); }
  bool is_conditional() const { return options_.condition != Condition::always; }
  // Whether this server can only decide the condition of a value that comes in one request.
  bool must_be_whole() const { return is_conditional() && !supported_.upload_conditions; }

  void do_write(Bytes bytes) override {
    saying_what_is_in_the_way(*bucket_, supported_, key_, [&] {
      if (is_whole(bytes))
        send_whole(bytes);
      else
        gather(bytes);
    });
  }

  // Whether these are all bytes, and too many for one request.
  bool is_whole(Bytes bytes) const {
    return position() == 0 && options_.size == bytes.size() && bytes.size() > sizes_.of(0) && !must_be_whole();
  }

  // From the caller's memory, their checksum being known before the first part leaves.
  void send_whole(Bytes bytes) {
    if (has_xxh3()) mark_.xxh3 = xxh3(bytes);
    begin();
    while (!bytes.empty()) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), sizes_.of(upload_->parts())));
      while (upload_->pending() > 2 * how().threads) static_cast<void>(upload_->take());
      upload_->put(bytes.first(size));
      bytes = bytes.subspan(size);
    }
    while (upload_->pending() != 0) static_cast<void>(upload_->take());
  }

  void gather(Bytes bytes) {
    while (!bytes.empty()) {
      const std::uint64_t most = most_gathered();
      if (gathered_.size() == most) {
        send_gathered();
        continue;
      }
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), most - gathered_.size()));
      append(bytes.first(size), most);
      bytes = bytes.subspan(size);
    }
  }

  std::uint64_t most_gathered() const {
    return must_be_whole() ? std::max(how().memory, sizes_.of(0)) : sizes_.of(upload_ ? upload_->parts() : 0);
  }

  // Memory is taken as bytes arrive, and never more than `most`.
  void append(Bytes bytes, std::uint64_t most) {
    const std::size_t size = gathered_.size() + bytes.size();
    if (size > gathered_.capacity())
      gathered_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(most, std::max(size, 2 * gathered_.size()))));
    gathered_.insert(gathered_.end(), bytes.begin(), bytes.end());
  }

  // One part more, in the background as far as memory allows.
  void send_gathered() {
    if (must_be_whole())
      fail(ErrorKind::unsupported, name(), ": this server decides conditions of values in one request only, so that ",
           gathered_.size(), " bytes (the setting memory) are the most that can be put with one");
    if (!upload_) begin();
    const std::uint64_t buffers = std::max<std::uint64_t>(1, how().memory / sizes_.of(upload_->parts()));
    upload_->put(std::move(gathered_));
    gathered_.clear();
    while (upload_->pending() > std::min<std::uint64_t>(buffers - 1, std::uint64_t{2} * how().threads))
      gathered_ = upload_->take();
    gathered_.clear();
  }

  void begin() {
    const std::uint64_t at_once = std::clamp<std::uint64_t>(how().memory / sizes_.of(0), 1, how().threads);
    upload_.emplace(bucket_, key_, options_.metadata, marked_type(mark_), static_cast<unsigned>(at_once),
                    supported_.crc32);
  }

  PutHow conditions() const {
    return {.if_match = std::string(server_etag(options_.etag)), .if_absent = options_.condition == Condition::absent};
  }

  void do_finish() override {
    if (options_.condition == Condition::match) require_match();
    std::optional<Published> published;
    saying_what_is_in_the_way(*bucket_, supported_, key_, [&] {
      if (upload_ && !gathered_.empty()) send_gathered();
      published = settled(*bucket_, key_, mark_, conditions(), [&] { return upload_ ? complete() : put(); });
    });
    if (!published) fail_condition();
    if (options_.published != nullptr) *options_.published = known(*published);
  }

  Put complete() {
    Put put = upload_->complete(conditions());
    crc32_ = upload_->crc32();
    return put;
  }

  Put put() {
    if (has_xxh3()) mark_.xxh3 = xxh3(gathered_);
    if (supported_.crc32) crc32_ = crc32(crc32_of_nothing, gathered_);
    PutHow what = conditions();
    what.metadata = options_.metadata;
    what.type = marked_type(mark_);
    return bucket_->put(key_, gathered_, what, crc32_);
  }

  // The server compares ETags, which are equal where bytes are.
  void require_match() {
    const auto head = bucket_->head(key_);
    if (!head) fail(ErrorKind::conflict, name(), ": the key is gone");
    if (stat_of(*head).etag != options_.etag) fail_condition();
  }

  [[noreturn]] void fail_condition() const {
    fail(ErrorKind::conflict, name(),
         options_.condition == Condition::absent ? ": the key is there already" : ": another value was put meanwhile");
  }

  Stat known(const Published& published) const {
    return {.size = position(),
            .modified = published.modified,
            .etag = store_etag(published.etag, mark_),
            .xxh3 = mark_.xxh3,
            .crc32 = crc32_,
            .cost = mark_.cost,
            .metadata = options_.metadata};
  }

  std::string do_name() const override { return bucket_->name(key_); }

  std::shared_ptr<Bucket> bucket_;
  Supported supported_;
  std::string key_;
  PutOptions options_;
  PartSizes sizes_;
  Mark mark_;
  std::vector<std::byte> gathered_;  // of the part that is next
  std::optional<PartUpload> upload_;
  std::optional<std::uint32_t> crc32_;
};

}  // namespace

std::unique_ptr<Writer> upload_writer(std::shared_ptr<Bucket> bucket, const Supported& supported, std::string key,
                                      const PutOptions& options) {
  return std::make_unique<UploadWriter>(std::move(bucket), supported, std::move(key), options);
}

}  // namespace larder::internal::s3
