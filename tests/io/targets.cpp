#include "targets.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <larder/error.h>

#include "ends.h"
#include "tests/support/temporary.h"

namespace larder::testing {

namespace {

template <class T>
T& keep(OpenTarget& target, std::shared_ptr<T> object) {
  target.kept.push_back(object);
  return *object;
}

// One end of a pipe or socket pair; a thread collects what is written to it, slowly at first.
class Collector {
 public:
  explicit Collector(Ends ends) : sink_(ends[1]) {
    thread_ = std::thread([this, source = ends[0]] {
      std::size_t piece = 1;
      for (;; piece = std::min<std::size_t>(piece * 3 + 1, 100'000)) {
        Content part(piece);
        const ssize_t size = ::read(source, part.data(), part.size());
        if (size <= 0) break;
        content_.insert(content_.end(), part.begin(), part.begin() + size);
      }
      ::close(source);
    });
  }
  ~Collector() { join(); }

  int sink() const { return sink_; }
  Content content() {
    join();
    return std::move(content_);
  }

 private:
  void join() {
    if (!thread_.joinable()) return;
    ::close(sink_);
    thread_.join();
  }

  int sink_;
  Content content_;
  std::thread thread_;
};

OpenTarget collected(Ends ends) {
  OpenTarget target;
  auto& collector = keep(target, std::make_shared<Collector>(ends));
  target.content = [&collector] { return collector.content(); };
  target.writer = fd_writer(collector.sink());
  return target;
}

// The pipe does not block, so that writing has to wait for the reader.
OpenTarget to_impatient_pipe() {
  const auto ends = pipe_ends();
  if (::fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0) throw std::runtime_error("fcntl failed");
  return collected(ends);
}

Path keep_path(OpenTarget& target) {
  const Path path = keep(target, std::make_shared<TemporaryDirectory>()) / "content.bin";
  target.content = [path] { return std::filesystem::exists(path) ? file_content(path) : Content(); };
  return path;
}

OpenTarget to_file(Sync sync) {
  OpenTarget target;
  target.writer = create_file(keep_path(target), {.sync = sync});
  return target;
}

OpenTarget to_memory() {
  OpenTarget target;
  auto writer = std::make_unique<MemoryWriter>();
  target.content = [&memory = *writer] { return memory.take(); };
  target.writer = std::move(writer);
  return target;
}

OpenTarget to_stream() {
  OpenTarget target;
  auto& stream = keep(target, std::make_shared<std::ostringstream>());
  target.content = [&stream] {
    const std::string text = stream.str();
    return Content(as_bytes(text).begin(), as_bytes(text).end());
  };
  target.writer = stream_writer(stream);
  return target;
}

OpenTarget to_stdio() {
  OpenTarget target;
  std::FILE* file = std::fopen(keep_path(target).c_str(), "wb");
  target.kept.push_back(std::shared_ptr<std::FILE>(file, &std::fclose));
  target.writer = stdio_writer(file);
  return target;
}

OpenTarget to_descriptor() {
  OpenTarget target;
  const int descriptor = ::open(keep_path(target).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  target.kept.push_back(std::shared_ptr<void>(nullptr, [descriptor](void*) { ::close(descriptor); }));
  target.writer = fd_writer(descriptor);
  return target;
}

OpenTarget to_callback() {
  OpenTarget target;
  auto& content = keep(target, std::make_shared<Content>());
  target.content = [&content] { return content; };
  target.writer =
      callback_writer([&content](Bytes bytes) { content.insert(content.end(), bytes.begin(), bytes.end()); });
  return target;
}

OpenTarget to_limit() {
  OpenTarget target;
  auto& below = keep(target, std::make_shared<OpenTarget>(to_stream()));
  target.content = [&below] { return below.content(); };
  target.writer = limit_writer(*below.writer, 100'000'000);
  return target;
}

OpenTarget to_full_descriptor() {
  OpenTarget target;
  const int descriptor = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  target.kept.push_back(std::shared_ptr<void>(nullptr, [descriptor](void*) { ::close(descriptor); }));
  target.writer = fd_writer(descriptor);
  return target;
}

OpenTarget to_full_stdio() {
  OpenTarget target;
  std::FILE* file = std::fopen("/dev/full", "wb");
  target.kept.push_back(std::shared_ptr<std::FILE>(file, &std::fclose));
  target.writer = stdio_writer(file);
  return target;
}

OpenTarget to_full_stream() {
  OpenTarget target;
  target.writer = stream_writer(keep(target, std::make_shared<std::ofstream>("/dev/full", std::ios::binary)));
  return target;
}

OpenTarget to_nobody(Ends ends) {
  ignore_broken_pipes();
  ::close(ends[0]);
  OpenTarget target;
  target.kept.push_back(std::shared_ptr<void>(nullptr, [sink = ends[1]](void*) { ::close(sink); }));
  target.writer = fd_writer(ends[1]);
  return target;
}

OpenTarget to_failing_callback() {
  return {{}, {}, callback_writer([](Bytes) { throw Error(ErrorKind::io, "the callback's own error"); })};
}

OpenTarget to_limited_failure() {
  OpenTarget target;
  auto& below = keep(target, std::make_shared<OpenTarget>(to_full_descriptor()));
  target.writer = limit_writer(*below.writer, 100'000'000);
  return target;
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"file", true, [] { return to_file(Sync::full); }},
      {"file synced without its name", true, [] { return to_file(Sync::data); }},
      {"file without sync", true, [] { return to_file(Sync::none); }},
      {"memory", false, to_memory},
      {"stream", false, to_stream},
      {"FILE", false, to_stdio},
      {"descriptor", false, to_descriptor},
      {"pipe", false, [] { return collected(pipe_ends()); }},
      {"pipe that does not block", false, to_impatient_pipe},
      {"socket", false, [] { return collected(socket_ends()); }},
      {"callback", false, to_callback},
      {"limit", false, to_limit},
  };
  return all;
}

const std::vector<Target>& failing_targets() {
  static const std::vector<Target> all = {
      {"full descriptor", false, to_full_descriptor},
      {"full FILE", false, to_full_stdio},
      {"full stream", false, to_full_stream},
      {"pipe that nobody reads", false, [] { return to_nobody(pipe_ends()); }},
      {"socket that nobody reads", false, [] { return to_nobody(socket_ends()); }},
      {"callback that throws", false, to_failing_callback},
      {"limit over a full descriptor", false, to_limited_failure},
  };
  return all;
}

}  // namespace larder::testing
