// Where the content of a ZIP archive's member goes while it is written.
#pragma once

#include <cstdint>
#include <memory>

#include <larder/codec.h>
#include <larder/writer.h>

namespace larder::internal {

// What is known of a member once its content was written.
struct ZipContent {
  std::uint64_t stored = 0;
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
};

// Passes a member's content on to the archive, as it is or deflated by the gzip codec, whose header and trailer stay
// out. Used by one thread.
class ZipContentWriter {
 public:
  virtual ~ZipContentWriter() = default;
  // Takes the content; not to be finished.
  virtual Writer& writer() = 0;
  // When all was written.
  virtual ZipContent finish() = 0;
};

// level: 0 stores. Borrows the archive's Writer. Errors `usage`, `not_built`.
std::unique_ptr<ZipContentWriter> zip_content_writer(Writer& archive, int level, int threads);

}  // namespace larder::internal
