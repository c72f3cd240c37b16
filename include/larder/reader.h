// Reader: where bytes come from. Files, memory, pipes, sockets, standard streams, callbacks, decompressors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/bytes.h>
#include <larder/export.h>

namespace larder {

// A source of bytes, read from front to back, with a window of bytes that can be looked at before they are consumed.
//
// Not thread-safe: one thread at a time. After a method threw, only `name`, `position` and destruction are meaningful.
// Implementers override the `do_` functions; argument checks and buffering are done once, here.
class LARDER_API Reader {
 public:
  virtual ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Reads between 1 and out.size() bytes; 0 only at the end, or where `out` is empty.
  // Errors: what the source reports (`io`, and from decoders `truncated`, `malformed`, `checksum`, `limit`).
  std::size_t read(MutableBytes out);

  // Fills `out` or throws `truncated`, naming `what` was expected (such as "the array's data").
  void read_exactly(MutableBytes out, std::string_view what);

  // Reads `size` bytes into a new Region. Memory is taken only as bytes arrive, so a false size costs nothing: Error
  // `truncated` names `what` was expected, `limit` where the system has not that much and the source does go on.
  Region read_region(std::uint64_t size, std::string_view what);

  // The bytes ahead, without consuming them: at least `at_least` of them (1 MiB at most, else Error `usage`), fewer
  // only at the end of the source. Valid until the next call of a non-const method.
  Bytes peek(std::size_t at_least = 1);

  // Consumes the first `size` bytes of what `peek` returned; Error `usage` for more than that.
  void consume(std::size_t size);

  // Consumes `size` bytes, seeking where possible; Error `truncated`, naming `what`, where the source is shorter.
  void skip(std::uint64_t size, std::string_view what);

  // Offset of the next byte from the start of the source, or from where this Reader began on a source that does not
  // tell.
  std::uint64_t position() const noexcept { return end_of_window_ - (window_.size() - cursor_); }

  bool can_seek() const;
  // Moves to `position` from the start, which may be the end but not past it (Error `usage`); Error `unsupported` where
  // can_seek() is false.
  void seek(std::uint64_t position);

  // The whole length of the source, where it is known; it may be wrong by the time it is read.
  std::optional<std::uint64_t> size() const;

  // The whole source as bytes that are already in memory, heap or mapping, where they are (position is not regarded).
  std::optional<Region> region() const;

  // The whole file that is being read, mapped as it is now (`read`, `read_write` or `copy_on_write`): the very file,
  // whatever its name leads to by now. Nothing where the source is no regular file. Errors: as `map_file`.
  std::optional<Region> map(MapMode mode) const;

  // Where the bytes come from, for messages: a path, "<memory>", "<stdin>"...
  std::string name() const;

  // Ends reading: a decoder reads on to the end of its current stream, verifies the checksum, and leaves the Reader
  // below right behind that stream. Returns how many decoded bytes were passed over. For other sources 0, and nothing
  // happens.
  std::uint64_t finish();

 protected:
  // buffer_size: bytes that are read ahead when little is asked for.
  explicit Reader(std::size_t buffer_size = 64 * 1024) : buffer_size_(buffer_size), next_fill_(buffer_size) {}

  // For sources that are wholly in memory: all their bytes, which must outlive the Reader. do_read is then never
  // called.
  void set_window(Bytes all) noexcept;
  // For sources that do not start at 0 (a file descriptor that was read before).
  void set_position(std::uint64_t position) noexcept { end_of_window_ = position; }

  // As `read`, out is never empty.
  virtual std::size_t do_read(MutableBytes out) = 0;
  virtual bool do_can_seek() const { return false; }
  // Only called where do_can_seek() is true. Afterwards do_read continues at `position`.
  virtual void do_seek(std::uint64_t position);
  virtual std::optional<std::uint64_t> do_size() const { return std::nullopt; }
  virtual std::optional<Region> do_region() const { return std::nullopt; }
  virtual std::optional<Region> do_map(MapMode mode) const;
  virtual std::string do_name() const = 0;
  virtual std::uint64_t do_finish() { return 0; }

 private:
  std::size_t pull(MutableBytes out);
  void fill(std::size_t at_least);

  Bytes window_;                     // what peek shows, from cursor_ on
  std::size_t cursor_ = 0;           // consumed bytes of the window
  std::uint64_t end_of_window_ = 0;  // offset in the source behind the window
  std::size_t buffer_size_;
  std::size_t next_fill_;                 // bytes that the window is filled up to next
  mutable std::uint64_t known_size_ = 0;  // what the source was last seen to have; seeks within need not ask again
  std::vector<std::byte> buffer_;         // holds the window, except for sources in memory
  bool in_memory_ = false;
};

// A file, FIFO or device, read through the operating system (never a mapping). Error `not_found` or `io`.
LARDER_API std::unique_ptr<Reader> open_file(const Path& path);

// Memory. The first shares ownership and offers it as `region()`; mapped bytes are read guarded, so that a file that
// shrinks meanwhile is Error `io` and no SIGBUS. The second borrows: `bytes` must outlive the Reader.
LARDER_API std::unique_ptr<Reader> memory_reader(Region region, std::string name = "<memory>");
LARDER_API std::unique_ptr<Reader> memory_reader(Bytes bytes, std::string name = "<memory>");

// Things that the caller owns and keeps open for as long as the Reader lives: nothing is closed. Each starts at the
// source's current position and reads ahead, so the source's own position is unspecified afterwards. Regular files (and
// streams that seek) can seek and know their size; pipes, sockets and terminals cannot. A stream's flags and exception
// mask are left alone; what its buffer throws is Error `io`. To read a dialogue take `fd_reader`: a FILE waits until
// all that is read ahead has arrived, std::cin gives single bytes unless sync_with_stdio(false).
LARDER_API std::unique_ptr<Reader> stream_reader(std::istream& stream, std::string name = "<istream>");
LARDER_API std::unique_ptr<Reader> stdio_reader(std::FILE* file, std::string name = "<FILE>");
LARDER_API std::unique_ptr<Reader> fd_reader(int descriptor, std::string name = "<descriptor>");

// A function that reads as `Reader::read` does: it fills a prefix of `out` and returns its length, 0 only at the end. A
// length beyond out.size() is Error `usage`; what the function throws reaches the caller as it is.
using ReadFunction = std::function<std::size_t(MutableBytes out)>;
LARDER_API std::unique_ptr<Reader> callback_reader(ReadFunction read, std::string name = "<callback>");

// The `size` bytes of `below` from `offset` on, as a source of its own. `below` is borrowed, must be seekable, and must
// not be used meanwhile; where it offers a `region()`, so does the slice. Errors: `unsupported` where `below` cannot
// seek, `truncated` where it is shorter.
LARDER_API std::unique_ptr<Reader> slice_reader(Reader& below, std::uint64_t offset, std::uint64_t size);
// The same, owning `below`.
LARDER_API std::unique_ptr<Reader> slice_reader(std::unique_ptr<Reader> below, std::uint64_t offset,
                                                std::uint64_t size);

// Everything of `below` (borrowed) from its position on, but Error `limit` as soon as more than `most` bytes were read.
// Positions are those of `below`, which is read ahead.
LARDER_API std::unique_ptr<Reader> limit_reader(Reader& below, std::uint64_t most);

}  // namespace larder
