#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include <larder/reader.h>
#include <larder/writer.h>

#include "base/text.h"
#include "io/descriptor.h"

namespace larder {

using internal::fail;
using internal::fail_os;

namespace {

void require_usable(std::FILE* file, const std::string& name) {
  if (std::ferror(file) != 0) fail(ErrorKind::io, name, ": an earlier operation on this FILE failed");
}

// fread waits until all of `out` is there, or the end.
std::size_t read_some(std::FILE* file, MutableBytes out, const std::string& name) {
  for (;;) {
    errno = 0;
    const std::size_t size = std::fread(out.data(), 1, out.size(), file);
    if (std::ferror(file) == 0) return size;
    const int code = errno;
    if (code != EINTR && code != EAGAIN) fail_os(code == 0 ? EIO : code, "read", name);
    std::clearerr(file);
    if (size != 0) return size;
    if (code == EAGAIN) internal::wait_until_ready(::fileno(file), POLLIN, name);
  }
}

class StdioReader final : public Reader {
 public:
  StdioReader(std::FILE* file, std::string name) : file_(file), name_(std::move(name)) {
    require_usable(file_, name_);
    const off_t start = ::ftello(file_);
    if (start < 0) return;
    set_position(static_cast<std::uint64_t>(start));
    const int descriptor = ::fileno(file_);  // none: memory or something of the caller's
    if (descriptor < 0 || S_ISREG(internal::status_of(descriptor, name_).st_mode)) measure(start);
  }

 private:
  // A length of 0 is believed only where no byte comes: files of /proc say 0 and have more.
  void measure(off_t start) {
    if (::fseeko(file_, 0, SEEK_END) != 0) return;
    const off_t end = ::ftello(file_);
    std::byte first;
    if (end > 0 || (end == 0 && read_some(file_, {&first, 1}, name_) == 0)) size_ = static_cast<std::uint64_t>(end);
    if (::fseeko(file_, start, SEEK_SET) != 0) fail_os(errno, "seek in", name_);
  }

  std::size_t do_read(MutableBytes out) override { return read_some(file_, out, name_); }
  bool do_can_seek() const override { return size_.has_value(); }
  void do_seek(std::uint64_t position) override {
    if (::fseeko(file_, static_cast<off_t>(position), SEEK_SET) != 0) fail_os(errno, "seek in", name_);
  }
  std::optional<std::uint64_t> do_size() const override { return size_; }
  std::string do_name() const override { return name_; }

  std::FILE* file_;
  std::string name_;
  std::optional<std::uint64_t> size_;
};

class StdioWriter final : public Writer {
 public:
  StdioWriter(std::FILE* file, std::string name)
      : Writer(static_cast<std::uint64_t>(std::max<off_t>(0, ::ftello(file)))), file_(file), name_(std::move(name)) {
    require_usable(file_, name_);
  }

 private:
  void do_write(Bytes bytes) override {
    errno = 0;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
      fail_os(errno == 0 ? EIO : errno, "write", name_);
  }
  void do_flush() override {
    if (std::fflush(file_) != 0) fail_os(errno, "write", name_);
  }
  void do_finish() override { do_flush(); }
  std::string do_name() const override { return name_; }

  std::FILE* file_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Reader> stdio_reader(std::FILE* file, std::string name) {
  return std::make_unique<StdioReader>(file, std::move(name));
}

std::unique_ptr<Writer> stdio_writer(std::FILE* file, std::string name) {
  return std::make_unique<StdioWriter>(file, std::move(name));
}

}  // namespace larder
