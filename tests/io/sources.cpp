#include "sources.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "ends.h"
#include "tests/support/temporary.h"

namespace larder::testing {

namespace {

// Keeps a T alive in `source` and returns it.
template <class T>
T& keep(OpenSource& source, std::shared_ptr<T> object) {
  source.kept.push_back(object);
  return *object;
}

Path keep_file(OpenSource& source, const Content& content) {
  const Path path = keep(source, std::make_shared<TemporaryDirectory>()) / "content.bin";
  put_file(path, content);
  return path;
}

// One end of a pipe or socket pair, fed by a thread through the other, in pieces of odd sizes.
class Feeder {
 public:
  Feeder(Ends ends, Content content) : source_(ends[0]) {
    ignore_broken_pipes();  // a test may stop reading early
    thread_ = std::thread([sink = ends[1], bytes = std::move(content)] {
      std::size_t piece = 1;
      for (std::size_t done = 0; done < bytes.size(); piece = std::min<std::size_t>(piece * 3 + 1, 100'000)) {
        const ssize_t size = ::write(sink, bytes.data() + done, std::min(piece, bytes.size() - done));
        if (size <= 0) break;
        done += static_cast<std::size_t>(size);
      }
      ::close(sink);
    });
  }
  ~Feeder() {
    ::close(source_);
    thread_.join();
  }
  int source() const { return source_; }

 private:
  int source_;
  std::thread thread_;
};

OpenSource fed(Ends ends, const Content& content) {
  OpenSource source;
  source.reader = fd_reader(keep(source, std::make_shared<Feeder>(ends, content)).source());
  return source;
}

OpenSource from_file(const Content& content) {
  OpenSource source;
  source.reader = open_file(keep_file(source, content));
  return source;
}

OpenSource from_fifo(const Content& content) {
  OpenSource source;
  const Path path = keep(source, std::make_shared<TemporaryDirectory>()) / "fifo";
  if (::mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error("mkfifo failed");
  const int end = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // so that opening to write does not wait
  const int sink = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  source.reader = open_file(path);
  keep(source, std::make_shared<Feeder>(Ends{end, sink}, content));
  return source;
}

OpenSource from_mapping(const Content& content) {
  OpenSource source;
  source.reader = memory_reader(map_file(keep_file(source, content), MapMode::read), "mapping");
  return source;
}

OpenSource from_borrowed_memory(const Content& content) {
  OpenSource source;
  source.reader = memory_reader(Bytes(keep(source, std::make_shared<Content>(content))));
  return source;
}

OpenSource from_region(const Content& content) { return {{}, memory_reader(Region::copy_of(content))}; }

OpenSource from_string_stream(const Content& content) {
  OpenSource source;
  source.reader = stream_reader(keep(source, std::make_shared<std::istringstream>(std::string(as_text(content)))));
  return source;
}

OpenSource from_file_stream(const Content& content) {
  OpenSource source;
  const Path path = keep_file(source, content);
  source.reader = stream_reader(keep(source, std::make_shared<std::ifstream>(path, std::ios::binary)));
  return source;
}

// A stream that cannot seek, as over a socket.
OpenSource from_unseekable_stream(const Content& content) {
  class Buffer final : public std::streambuf {
   public:
    explicit Buffer(const Content& content) : text_(as_text(content)) {}

   private:
    int_type underflow() override {
      if (done_ == text_.size()) return traits_type::eof();
      const std::size_t size = std::min<std::size_t>(1000, text_.size() - done_);
      setg(text_.data() + done_, text_.data() + done_, text_.data() + done_ + size);
      done_ += size;
      return traits_type::to_int_type(*gptr());
    }
    std::string text_;
    std::size_t done_ = 0;
  };
  OpenSource source;
  auto& buffer = keep(source, std::make_shared<Buffer>(content));
  source.reader = stream_reader(keep(source, std::make_shared<std::istream>(&buffer)));
  return source;
}

OpenSource from_stdio(const Content& content) {
  OpenSource source;
  std::FILE* file = std::fopen(keep_file(source, content).c_str(), "rb");
  source.kept.push_back(std::shared_ptr<std::FILE>(file, &std::fclose));
  source.reader = stdio_reader(file);
  return source;
}

OpenSource from_stdio_pipe(const Content& content) {
  OpenSource source;
  const int end = keep(source, std::make_shared<Feeder>(pipe_ends(), content)).source();
  std::FILE* file = ::fdopen(::dup(end), "rb");
  source.kept.insert(source.kept.begin(),
                     std::shared_ptr<std::FILE>(file, &std::fclose));  // closed before the feeder ends
  source.reader = stdio_reader(file);
  return source;
}

OpenSource from_descriptor(const Content& content) {
  OpenSource source;
  const int descriptor = ::open(keep_file(source, content).c_str(), O_RDONLY | O_CLOEXEC);
  source.kept.push_back(std::shared_ptr<void>(nullptr, [descriptor](void*) { ::close(descriptor); }));
  source.reader = fd_reader(descriptor);
  return source;
}

OpenSource from_callback(const Content& content, std::size_t most) {
  auto read = [content, done = std::size_t{0}, most](MutableBytes out) mutable {
    const std::size_t size = std::min({out.size(), content.size() - done, most});
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(done), size, out.begin());
    done += size;
    return size;
  };
  return {{}, callback_reader(read)};
}

// The content with other bytes around it.
OpenSource from_slice(OpenSource (*open)(const Content&), const Content& content) {
  constexpr std::size_t around = 1234;
  Content wider = pattern(around);
  wider.insert(wider.end(), content.begin(), content.end());
  const Content behind = pattern(around);
  wider.insert(wider.end(), behind.begin(), behind.end());
  auto below = std::make_shared<OpenSource>(open(wider));
  OpenSource source;
  source.reader = slice_reader(*keep(source, below).reader, around, content.size());
  return source;
}

OpenSource from_limit(const Content& content) {
  OpenSource source;
  auto& below = keep(source, std::make_shared<OpenSource>(from_file(content)));
  source.reader = limit_reader(*below.reader, content.size());
  return source;
}

}  // namespace

const std::vector<Source>& sources() {
  constexpr auto everything = static_cast<std::size_t>(-1);
  static const std::vector<Source> all = {
      {"file", true, false, from_file},
      {"FIFO", false, false, from_fifo},
      {"mapping", true, true, from_mapping},
      {"borrowed memory", true, false, from_borrowed_memory},
      {"region", true, true, from_region},
      {"string stream", true, false, from_string_stream},
      {"file stream", true, false, from_file_stream},
      {"stream that cannot seek", false, false, from_unseekable_stream},
      {"FILE", true, false, from_stdio},
      {"FILE on a pipe", false, false, from_stdio_pipe},
      {"descriptor", true, false, from_descriptor},
      {"pipe", false, false, [](const Content& content) { return fed(pipe_ends(), content); }},
      {"socket", false, false, [](const Content& content) { return fed(socket_ends(), content); }},
      {"callback", false, false, [=](const Content& content) { return from_callback(content, everything); }},
      {"callback, byte by byte", false, false, [](const Content& content) { return from_callback(content, 1); }},
      {"slice of a file", true, false, [](const Content& content) { return from_slice(from_file, content); }},
      {"slice of a mapping", true, true, [](const Content& content) { return from_slice(from_mapping, content); }},
      {"slice of a region", true, true, [](const Content& content) { return from_slice(from_region, content); }},
      {"limit", false, false, from_limit},
  };
  return all;
}

}  // namespace larder::testing
