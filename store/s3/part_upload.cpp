#include "store/s3/part_upload.h"

#include <utility>

#include "base/text.h"
#include "codecs/deflate_checksum.h"
#include "store/s3/parts.h"

namespace larder::internal::s3 {

PartUpload::PartUpload(std::shared_ptr<Bucket> bucket, std::string key, const UserMetadata& metadata, std::string type,
                       unsigned threads, bool crc32)
    : bucket_(std::move(bucket)),
      key_(std::move(key)),
      keeps_crc32_(crc32),
      id_(bucket_->begin_upload(key_, {.metadata = metadata, .type = std::move(type), .crc32 = crc32})),
      crc32_(crc32_of_nothing),
      work_(threads) {}

PartUpload::~PartUpload() {
  work_.drop_all();
  if (!is_over_) bucket_->abort(key_, id_);
}

void PartUpload::give(Part part, Send send) {
  if (parts_ == most_parts)
    fail(ErrorKind::limit, bucket_->name(key_), ": more than ", most_parts,
         " parts, which is all that S3 takes: PutOptions::size lets them be larger from the beginning");
  const std::size_t number = ++parts_;
  Part& kept = pending_.emplace_back(std::move(part));
  work_.give([&kept, number, send = std::move(send)](std::size_t) { kept.sent = send(kept, number); });
}

SentPart PartUpload::send_bytes(Bytes bytes, std::size_t number) const {
  if (!keeps_crc32_) return bucket_->put_part(key_, id_, number, bytes, std::nullopt);
  const std::uint32_t crc = internal::crc32(crc32_of_nothing, bytes);
  SentPart sent = bucket_->put_part(key_, id_, number, bytes, crc);
  sent.crc32 = crc;
  sent.has_crc32 = true;
  return sent;
}

void PartUpload::put(Bytes bytes) {
  give({.size = bytes.size()}, [this, bytes](const Part&, std::size_t number) { return send_bytes(bytes, number); });
}

void PartUpload::put(std::vector<std::byte> bytes) {
  const std::uint64_t size = bytes.size();
  give({.owned = std::move(bytes), .size = size},
       [this](const Part& part, std::size_t number) { return send_bytes(part.owned, number); });
}

void PartUpload::copy(const std::string& from, const std::string& etag, std::uint64_t offset, std::uint64_t size) {
  give({.size = size}, [=, this](const Part&, std::size_t number) {
    return bucket_->copy_part(key_, id_, number, from, etag, offset, size);
  });
}

std::vector<std::byte> PartUpload::take() {
  work_.take();
  Part part = std::move(pending_.front());
  pending_.pop_front();
  if (part.sent.has_crc32) crc32_ = joined_crc32(crc32_, part.sent.crc32, part.size);
  sent_.push_back(std::move(part.sent));
  return std::move(part.owned);
}

Put PartUpload::complete(const PutHow& conditions, std::optional<std::uint32_t> crc32) {
  while (pending() != 0) static_cast<void>(take());
  Put put = bucket_->complete(key_, id_, sent_, conditions, crc32 ? crc32 : this->crc32());
  is_over_ = put.sent == Sent::done;
  return put;
}

std::optional<std::uint32_t> PartUpload::crc32() const { return keeps_crc32_ ? std::optional(crc32_) : std::nullopt; }

}  // namespace larder::internal::s3
