// A Reader of something that is got by ranges: S3 objects. Knows nothing of S3, so that it is tried without.
//
// What is fetched:
//   - What is asked for, straight into the caller's memory; where that is 2 MiB and more, in parts of at least 1 MiB
//     and at most `part` bytes by `threads` at once.
//   - As reading goes on without seeks, as much ahead as was read so far, up to `threads` parts and `memory` bytes. So
//     what is moved in vain is less than what was used. Who asks for more at once than would be ahead gets just that.
//   - After a seek, what is asked for (Reader begins with 1 KiB); but gaps of up to 64 KiB count as read, since what
//     lies in them costs less than another request.
//   - Reading from byte 0 to the end compares the CRC-32, where it is known: Error `checksum` with the last byte.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <larder/bytes.h>
#include <larder/reader.h>
#include <larder/store.h>

namespace larder::internal::s3 {

// Fills `into` with the bytes from `offset` on, or throws. Thread-safe.
using FetchRange = std::function<void(std::uint64_t offset, MutableBytes into)>;

struct RangedObject {
  std::string name;
  std::uint64_t size = 0;
  std::optional<std::uint32_t> crc32{};
  FetchRange fetch;
  Region first{};  // the object's first bytes, which are there already
};
struct RangeLimits {
  std::uint64_t part = 8 << 20;  // at least 1 MiB
  unsigned threads = 8;          // at least 1
  std::uint64_t memory = 128 << 20;
};

// `range` lies within the object. Where `first` holds all of it, the Reader is of memory.
std::unique_ptr<Reader> range_reader(RangedObject object, const ByteRange& range, const RangeLimits& limits);

}  // namespace larder::internal::s3
