#include "codecs/first_run.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <type_traits>

#include "base/text.h"
#include "codecs/peak_memory.h"
#include "io/descriptor.h"

namespace larder::internal {

namespace {

[[noreturn]] void fail_difference(const Setting& setting) {
  fail(ErrorKind::malformed, setting.name(), " does not give back what it was given");
}

CodecOptions options_of(const Setting& setting, const Limits& limits) {
  std::optional<int> level;
  if (setting.compression.codec->info().has_levels) level = setting.compression.level;
  return {.level = level, .limits = limits, .threads = setting.threads};
}

// A file in memory that is no memory of this process.
Descriptor memory_file() {
  Descriptor file(::memfd_create("larder", MFD_CLOEXEC));
  if (file.number() < 0) fail_os(errno, "create", "a file in memory");
  return file;
}

void decode_and_compare(Reader& reader, Bytes content, const Setting& setting) {
  constexpr std::size_t piece = std::size_t{1} << 20;
  const Region buffer = Region::allocate(std::min(piece, content.size() + 1));
  while (const std::size_t count = reader.read(buffer.mutable_bytes())) {
    if (count > content.size() || std::memcmp(buffer.data(), content.data(), count) != 0) fail_difference(setting);
    content = content.subspan(count);
  }
  if (!content.empty()) fail_difference(setting);
}

struct Piece {
  Bytes content;
  Descriptor file;
};

// What the child does: a run through files in memory.
Measurement run_streaming(std::span<const Bytes> contents, const Setting& setting, const Limits& limits,
                          const Clock& clock) {
  Measurement measurement;
  Trial& trial = measurement.trial;
  const Codec& codec = *setting.compression.codec;
  const CodecOptions options = options_of(setting, limits);
  std::vector<Piece> pieces;
  for (const Bytes content : contents) pieces.push_back({content, memory_file()});

  const PeakMemory of_compressing;
  double start = clock();
  for (const Piece& piece : pieces) {
    const auto target = fd_writer(piece.file.number(), "<compressed>");
    const auto writer = codec.writer(*target, options);
    writer->write(piece.content);
    writer->finish();
    target->finish();
    trial.content += piece.content.size();
    trial.stored += target->position();
  }
  trial.compress_seconds = clock() - start;
  measurement.compress_memory = of_compressing.rise();

  const PeakMemory of_decompressing;
  start = clock();
  for (const Piece& piece : pieces) {
    if (::lseek(piece.file.number(), 0, SEEK_SET) != 0) fail_os(errno, "rewind", "<compressed>");
    const auto source = fd_reader(piece.file.number(), "<compressed>");
    decode_and_compare(*codec.reader(*source, options), piece.content, setting);
  }
  trial.decompress_seconds = clock() - start;
  measurement.decompress_memory = of_decompressing.rise();
  return measurement;
}

// What the child says, before its message: numbers alone.
struct Answer {
  ErrorKind error{};  // none: a measurement
  Trial trial{};
  std::uint64_t compress_memory = 0;
  std::uint64_t decompress_memory = 0;
  bool has_memory = false;
  std::size_t message = 0;  // bytes that follow
};
static_assert(std::is_trivially_copyable_v<Answer>);

[[noreturn]] void answer_and_end(int pipe, std::span<const Bytes> contents, const Setting& setting,
                                 const Limits& limits, const Clock& clock) {
  Answer answer;
  std::string message;
  try {
    const Measurement measurement = run_streaming(contents, setting, limits, clock);
    answer.trial = measurement.trial;
    answer.has_memory = measurement.compress_memory && measurement.decompress_memory;
    answer.compress_memory = measurement.compress_memory.value_or(0);
    answer.decompress_memory = measurement.decompress_memory.value_or(0);
  } catch (const Error& error) {
    answer.error = error.kind();
    message = error.what();
  } catch (const std::exception& error) {
    answer.error = ErrorKind::io;
    message = error.what();
  }
  answer.message = message.size();
  try {
    write_all(pipe, std::as_bytes(std::span(&answer, 1)), "<pipe>");
    write_all(pipe, as_bytes(message), "<pipe>");
  } catch (const Error&) {
    ::_exit(1);  // the parent is gone
  }
  ::_exit(0);
}

// A child process that is waited for.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (id_ > 0) static_cast<void>(wait());
  }

  // Its status, as waitpid tells it.
  int wait() noexcept {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return status;
  }

 private:
  pid_t id_;
};

[[noreturn]] void fail_crash(const Setting& setting, int status) {
  if (WIFSIGNALED(status)) fail(ErrorKind::malformed, setting.name(), " crashed: ", ::strsignal(WTERMSIG(status)));
  fail(ErrorKind::malformed, setting.name(), " ended its process with status ", WEXITSTATUS(status));
}

Measurement measurement_of(const Answer& answer) {
  Measurement measurement;
  measurement.trial = answer.trial;
  if (answer.has_memory) {
    measurement.compress_memory = answer.compress_memory;
    measurement.decompress_memory = answer.decompress_memory;
  }
  return measurement;
}

// Copying, in place of a codec.
Trial run_copy(std::span<const Bytes> contents, const Clock& clock) {
  Trial trial;
  for (const Bytes content : contents) {
    const double start = clock();
    const Region stored = Region::copy_of(content);
    const double middle = clock();
    const Region back = Region::copy_of(stored.bytes());
    trial.decompress_seconds += clock() - middle;
    trial.compress_seconds += middle - start;
    trial.content += content.size();
    trial.stored += stored.size();
  }
  return trial;
}

}  // namespace

Trial run_setting(std::span<const Bytes> contents, const Setting& setting, const Limits& limits, const Clock& clock,
                  bool verify) {
  const Codec* const codec = setting.compression.codec;
  if (codec == nullptr) return run_copy(contents, clock);
  const CodecOptions options = options_of(setting, limits);
  Trial trial;
  for (const Bytes content : contents) {
    const double start = clock();
    const Region stored = codec->compress(content, options);
    const double middle = clock();
    const Region back = codec->decompress(stored.bytes(), options);
    trial.decompress_seconds += clock() - middle;
    trial.compress_seconds += middle - start;
    trial.content += content.size();
    trial.stored += stored.size();
    if (verify && !std::ranges::equal(back.bytes(), content)) fail_difference(setting);
  }
  return trial;
}

Measurement run_setting_apart(std::span<const Bytes> contents, const Setting& setting, const Limits& limits,
                              const Clock& clock) {
  if (setting.compression.codec == nullptr) {
    Measurement measurement;
    measurement.trial = run_copy(contents, clock);
    measurement.compress_memory = measurement.decompress_memory = 0;
    return measurement;
  }
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_os(errno, "create", "a pipe");
  Descriptor from_child(ends[0]);
  Descriptor to_parent(ends[1]);
  const pid_t id = ::fork();
  if (id < 0) fail_os(errno, "start", "a process");
  if (id == 0) answer_and_end(to_parent.number(), contents, setting, limits, clock);
  Child child(id);
  to_parent.close("<pipe>");
  const auto reader = owning_reader(std::move(from_child), "<pipe>");
  Answer answer;
  const MutableBytes numbers = std::as_writable_bytes(std::span(&answer, 1));
  if (reader->peek(numbers.size()).size() < numbers.size()) fail_crash(setting, child.wait());
  reader->read_exactly(numbers, "the figures");
  const Region message = reader->read_region(answer.message, "the message");
  if (answer.error != ErrorKind{}) throw Error(answer.error, std::string(as_text(message.bytes())));
  return measurement_of(answer);
}

}  // namespace larder::internal
