// A Reader of something that is got by ranges: S3 objects. Knows nothing of S3, so that it is tried without.
//
// What is fetched:
//   - Where much is asked for at once (1 MiB and more), exactly that, straight into the caller's memory, in parts of
//     `part` bytes by `threads` at once.
//   - Where little is asked for after a seek, just that (Reader asks for 1 KiB first); and as reading goes on without
//     seeks, as much ahead as was read so far, up to `threads` parts of `part` bytes, at most `memory` in all. So what
//     is moved in vain is less than what was used.
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
  std::uint64_t part = 8 << 20;
  unsigned threads = 8;
  std::uint64_t memory = 128 << 20;
};

// `range` lies within the object. Where `first` holds all of it, the Reader is of memory.
std::unique_ptr<Reader> range_reader(RangedObject object, const ByteRange& range, const RangeLimits& limits);

}  // namespace larder::internal::s3
