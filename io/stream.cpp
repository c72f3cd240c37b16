#include <algorithm>
#include <exception>
#include <istream>
#include <ostream>
#include <streambuf>

#include <larder/reader.h>
#include <larder/writer.h>

#include "base/text.h"

namespace larder {

using internal::fail;

namespace {

constexpr auto end_of_stream = std::char_traits<char>::eof();

// Runs `operation` on the stream's buffer. The stream's own flags and exception mask stay out of the way; whatever the
// buffer throws becomes Error `io`, as does a stream that has failed already.
template <class Operation>
auto on_buffer(const std::ios& stream, const char* doing, const std::string& name, Operation operation) {
  if (stream.fail()) fail(ErrorKind::io, "cannot ", doing, " ", name, ": the stream has failed before");
  try {
    return operation(*stream.rdbuf());
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail(ErrorKind::io, "cannot ", doing, " ", name, ": ", std::string_view(error.what()));
  }
}

class StreamReader final : public Reader {
 public:
  StreamReader(std::istream& stream, std::string name) : stream_(stream), name_(std::move(name)) {
    on_buffer(stream_, "read", name_, [this](std::streambuf& buffer) { measure(buffer); });
  }

 private:
  // A length of 0 is believed only where no byte comes: files of /proc say 0 and have more.
  void measure(std::streambuf& buffer) {
    const std::streamoff start = buffer.pubseekoff(0, std::ios::cur, std::ios::in);
    if (start < 0) return;
    set_position(static_cast<std::uint64_t>(start));
    const std::streamoff end = buffer.pubseekoff(0, std::ios::end, std::ios::in);
    if (end < 0) return;
    if (end > 0 || buffer.sgetc() == end_of_stream) size_ = static_cast<std::uint64_t>(end);
    move_to(buffer, start);
  }

  void move_to(std::streambuf& buffer, std::streamoff position) {
    if (buffer.pubseekpos(position, std::ios::in) != std::streampos(position)) {
      fail(ErrorKind::io, "cannot seek to byte ", position, " of ", name_);
    }
  }

  std::size_t do_read(MutableBytes out) override {
    return on_buffer(stream_, "read", name_, [&](std::streambuf& buffer) {
      auto size = static_cast<std::streamsize>(out.size());
      if (!size_) {  // a pipe or a terminal: what is there now, so that nobody waits for bytes that nobody asked for
        if (buffer.sgetc() == end_of_stream) return std::size_t{0};
        size = std::clamp<std::streamsize>(buffer.in_avail(), 1, size);
      }
      return static_cast<std::size_t>(buffer.sgetn(reinterpret_cast<char*>(out.data()), size));
    });
  }
  bool do_can_seek() const override { return size_.has_value(); }
  void do_seek(std::uint64_t position) override {
    on_buffer(stream_, "seek in", name_,
              [&](std::streambuf& buffer) { move_to(buffer, static_cast<std::streamoff>(position)); });
  }
  std::optional<std::uint64_t> do_size() const override { return size_; }
  std::string do_name() const override { return name_; }

  std::istream& stream_;
  std::string name_;
  std::optional<std::uint64_t> size_;
};

std::uint64_t position_of(std::ostream& stream, const std::string& name) {
  return on_buffer(stream, "write", name, [](std::streambuf& buffer) {
    const std::streamoff position = buffer.pubseekoff(0, std::ios::cur, std::ios::out);
    return static_cast<std::uint64_t>(std::max<std::streamoff>(0, position));
  });
}

class StreamWriter final : public Writer {
 public:
  StreamWriter(std::ostream& stream, std::string name)
      : Writer(position_of(stream, name)), stream_(stream), name_(std::move(name)) {}

 private:
  void do_write(Bytes bytes) override {
    const auto size = static_cast<std::streamsize>(bytes.size());
    const bool whole = on_buffer(stream_, "write", name_, [&](std::streambuf& buffer) {
      return buffer.sputn(reinterpret_cast<const char*>(bytes.data()), size) == size;
    });
    if (!whole)
      fail(ErrorKind::io, "cannot write ", name_, ": the stream took only a part of ", bytes.size(), " bytes");
  }
  void do_flush() override {
    const bool flushed =
        on_buffer(stream_, "write", name_, [](std::streambuf& buffer) { return buffer.pubsync() != -1; });
    if (!flushed) fail(ErrorKind::io, "cannot write ", name_, ": the stream could not be flushed");
  }
  void do_finish() override { do_flush(); }
  std::string do_name() const override { return name_; }

  std::ostream& stream_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Reader> stream_reader(std::istream& stream, std::string name) {
  return std::make_unique<StreamReader>(stream, std::move(name));
}

std::unique_ptr<Writer> stream_writer(std::ostream& stream, std::string name) {
  return std::make_unique<StreamWriter>(stream, std::move(name));
}

}  // namespace larder
