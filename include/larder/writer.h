// Writer: where bytes go. Files (published atomically), memory, pipes, sockets, standard streams, callbacks,
// compressors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include <larder/bytes.h>
#include <larder/export.h>

namespace larder {

// A sink of bytes. `finish()` commits; a Writer that is destroyed without it discards what it can: a file writer leaves
// its target untouched, a compressor writes no end of stream.
//
// Not thread-safe: one thread at a time. After a method threw, the Writer can only be destroyed; any other call is
// Error `usage`.
class LARDER_API Writer {
 public:
  virtual ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Takes all of `bytes`, or throws. Small pieces are gathered; errors may therefore surface in a later call, at the
  // latest in finish().
  void write(Bytes bytes);

  // Offset of the next byte from the start of the target, or from where this Writer began on a target that does not
  // tell.
  std::uint64_t position() const noexcept { return position_; }

  // Passes gathered bytes on to the target (not to the disk).
  void flush();

  // Writes what is left, commits, and reports every failure. Exactly once; `write` after it is Error `usage`.
  void finish();

  // Where the bytes go, for messages.
  std::string name() const;

 protected:
  explicit Writer(std::uint64_t start = 0, std::size_t buffer_size = 64 * 1024)
      : position_(start), buffer_size_(buffer_size) {}

  // Takes all of `bytes`, never empty, or throws.
  virtual void do_write(Bytes bytes) = 0;
  // Passes on what do_write holds back, where it holds anything back.
  virtual void do_flush() {}
  virtual void do_finish() = 0;
  virtual std::string do_name() const = 0;

 private:
  enum class State { open, finished, failed };
  void require_open(const char* what) const;
  void drain();

  std::uint64_t position_;
  std::size_t buffer_size_;
  std::vector<std::byte> buffer_;
  State state_ = State::open;
};

// What a file writer promises when finish() returns.
enum class Sync {
  none,  // whole or absent after a crash of the process; a crash of the machine may lose it or leave the old content
  data,  // the content is on disk before it gets its name: the old file or the new one, whole, after a power cut
  full,  // on disk: the file and its name survive a power cut
};

struct FileOptions {
  Sync sync = Sync::full;
};

// A file that appears under `path` only when finish() returns: written to a temporary file in the same directory,
// synced, renamed over `path`, directory synced. Until then, and for ever if it is dropped, what stood at `path` is
// untouched; whoever has the old file open or mapped keeps the old content. Links are followed; the mode of an existing
// file is kept, a new one obeys the umask. Where `path` is a FIFO, device or socket there is nothing to publish: bytes
// go there directly. A process that is killed may leave a `.larder-<32 hex digits>` in the directory. Errors: `io`,
// `not_found` (no such directory), `usage` (a directory), `unknown_outcome` (in place, but its directory could not be
// synced).
LARDER_API std::unique_ptr<Writer> create_file(const Path& path, const FileOptions& options = {});

// Memory. `bytes()` is what was written so far (flush first), `take()` moves it out after finish().
class LARDER_API MemoryWriter final : public Writer {
 public:
  MemoryWriter() : Writer(0, 0) {}
  ~MemoryWriter() override;
  Bytes bytes() const noexcept { return bytes_; }
  std::vector<std::byte> take() noexcept { return std::move(bytes_); }

 private:
  void do_write(Bytes bytes) override;
  void do_finish() override {}
  std::string do_name() const override;
  std::vector<std::byte> bytes_;
};

// Things that the caller owns and keeps open: finish() flushes them, nothing is closed, and what was passed on before a
// drop stays. Positions start at the target's own position where it tells one, else at 0. Writing to a pipe or socket
// that nobody reads raises SIGPIPE, as everywhere; a process that ignores this signal gets Error `io` instead.
LARDER_API std::unique_ptr<Writer> stream_writer(std::ostream& stream, std::string name = "<ostream>");
LARDER_API std::unique_ptr<Writer> stdio_writer(std::FILE* file, std::string name = "<FILE>");
LARDER_API std::unique_ptr<Writer> fd_writer(int descriptor, std::string name = "<descriptor>");

// A function that takes all of `bytes` or throws; what it throws reaches the caller as it is.
using WriteFunction = std::function<void(Bytes bytes)>;
LARDER_API std::unique_ptr<Writer> callback_writer(WriteFunction write, std::string name = "<callback>");

// Passes on to `below` (borrowed), but Error `limit` as soon as more than `most` bytes were written. finish() flushes
// `below`, it does not finish it.
LARDER_API std::unique_ptr<Writer> limit_writer(Writer& below, std::uint64_t most);

}  // namespace larder
