// A value gets another key: copied on the server, then removed.
#include <algorithm>

#include "base/text.h"
#include "store/s3/in_the_way.h"
#include "store/s3/mark.h"
#include "store/s3/part_upload.h"
#include "store/s3/parts.h"
#include "store/s3/s3_store.h"
#include "store/s3/settling.h"

namespace larder::internal::s3 {

namespace {

constexpr int most_attempts = 16;
constexpr std::uint64_t least_copied_part = 512 << 20;

Put copy_in_parts(const std::shared_ptr<Bucket>& bucket, const Supported& supported, const std::string& from,
                  const Head& head, const std::string& to, const std::string& type) {
  const PartSizes sizes(least_copied_part, head.size);
  const auto crc32 = supported.crc32 ? head.crc32 : std::nullopt;
  PartUpload upload(bucket, to, head.metadata, type, bucket->client().options().threads, crc32.has_value());
  for (std::uint64_t offset = 0; offset < head.size;) {
    const std::uint64_t size = std::min(head.size - offset, sizes.of(upload.parts()));
    upload.copy(from, head.etag, offset, size);
    offset += size;
  }
  return upload.complete({}, crc32);
}

bool has_mark(Bucket& bucket, const std::string& key, const Mark& mark) {
  const auto head = bucket.head(key);
  const auto present = head ? mark_of(head->type) : std::nullopt;
  return present && present->put == mark.put;
}

// False where `from` has another value by now, or none.
bool copy_object(const std::shared_ptr<Bucket>& bucket, const Supported& supported, const std::string& from,
                 const Head& head, const std::string& to, std::uint64_t most_at_once) {
  const Stat stat = stat_of(head);
  Mark mark = new_mark();
  mark.xxh3 = stat.xxh3;
  mark.cost = stat.cost;
  const std::string type = marked_type(mark, head.type);
  const auto send = [&] {
    Put put = head.size > most_at_once ? copy_in_parts(bucket, supported, from, head, to, type)
                                       : bucket->copy(from, head.etag, to, {.metadata = head.metadata, .type = type});
    // A copy that was replaced since, or never was, is made again: whatever became of it, the value is still there.
    if (put.sent == Sent::uncertain && !has_mark(*bucket, to, mark)) put.sent = Sent::refused;
    return put;
  };
  try {
    return settled(*bucket, to, mark, {}, send).has_value();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::conflict) throw;
    return false;
  }
}

// The value that was copied, unless another one was put meanwhile.
void remove_copied(Bucket& bucket, const Supported& supported, const std::string& key, const Head& copied) {
  if (supported.remove_if_match) {
    static_cast<void>(bucket.remove(key, copied.etag));  // false: the key has a later value, which stays
    return;
  }
  const auto present = bucket.head(key);
  if (present && stat_of(*present).etag == stat_of(copied).etag) bucket.remove(key);
}

}  // namespace

bool move_object(const std::shared_ptr<Bucket>& bucket, const Supported& supported, const std::string& from,
                 const std::string& to, std::uint64_t most_at_once) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const auto head = bucket->head(from);
    if (!head) return false;
    bool is_copied = false;
    saying_what_is_in_the_way(*bucket, supported, to,
                              [&] { is_copied = copy_object(bucket, supported, from, *head, to, most_at_once); });
    if (!is_copied) continue;
    remove_copied(*bucket, supported, from, *head);
    return true;
  }
  fail(ErrorKind::conflict, bucket->name(from), ": another value was put ", most_attempts,
       " times while it was being moved");
}

}  // namespace larder::internal::s3
