#include "tools/objects.h"

#include <cerrno>

#include <unistd.h>

#include "base/text.h"
#include "persist/detect.h"
#include "tools/interrupt.h"
#include "tools/progress.h"

namespace larder::tools {

namespace {

constexpr std::size_t stream_head = 16;  // bytes that tell whether a compressed stream has a checksum

// Reads itself, so that a signal ends a wait for a slow pipe or a keyboard.
std::size_t read_standard_input(MutableBytes out) {
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, out.data(), out.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) internal::fail_os(errno, "read", "<stdin>");
    throw_if_interrupted();
  }
}

std::unique_ptr<Reader> open_input(const std::string& name) {
  return name == "-" ? callback_reader(read_standard_input, "<stdin>") : open_file(name);
}

// The protocol that the first opcode of a pickle announces (0x80 and the number); protocols 0 and 1 have no such
// opcode.
std::optional<int> pickle_protocol(Bytes head) {
  if (head.size() < 2 || head[0] != std::byte{0x80} || head[1] > std::byte{5}) return std::nullopt;
  return std::to_integer<int>(head[1]);
}

}  // namespace

ObjectFile::ObjectFile(const std::string& name, const ReadOptions& options, Console& console, bool map) : name_(name) {
  options_.limits = options.limits;
  options_.metadata = true;
  options_.ensure_native_byte_order = false;  // what is stored is shown and passed on
  options_.warn = [&console, name = input_name(name)](std::string_view message) { console.warn(name, message); };
  if (name != "-") options_.companions_of = name;
  file_ = open_input(name);
  if (map && file_->can_seek() && internal::detect_codec(*file_, CodecRegistry::global()) == nullptr) {
    options_.mmap_mode = MapMode::read;
  } else {
    file_ = std::make_unique<ProgressReader>(std::move(file_), options.quiet);
  }
}

ObjectFile::~ObjectFile() = default;

std::optional<Object> ObjectFile::next() {
  if (loaded_ > 0 && at_end()) return std::nullopt;
  if (loaded_ == 0) open_stream();
  const std::uint64_t begin = (decoded_ ? decoded_ : file_)->position();
  try {
    Object object = load_next();
    ++loaded_;
    return object;
  } catch (Error& error) {
    if (loaded_ > 0) {
      error.at(internal::join("reading object ", loaded_ + 1, ", which begins at byte ", begin,
                              decoded_ ? " of the decompressed data" : ""));
    }
    throw;
  }
}

// Looks at what comes next in the file: a compressed stream, or plain objects.
void ObjectFile::open_stream() {
  codec_ = internal::detect_codec(*file_, CodecRegistry::global());
  if (codec_ == nullptr) return;
  checksummed_ = codec_->is_checksummed(file_->peek(stream_head));
  decoded_ = codec_->reader(*file_, {.level = {}, .limits = options_.limits});
}

// Whether no object follows; goes on to the next compressed stream where one ended.
bool ObjectFile::at_end() {
  while (decoded_ && decoded_->peek().empty()) {
    decoded_->finish();
    decoded_.reset();
    if (file_->peek().empty()) return true;
    open_stream();
  }
  return !decoded_ && file_->peek().empty();
}

Object ObjectFile::load_next() {
  Reader& source = decoded_ ? *decoded_ : *file_;
  Object object;
  object.stored = file_->size();
  object.protocol = pickle_protocol(source.peek(2));
  object.document = load(source, options_, &object.provenance);
  if (decoded_) {
    object.codec = codec_->info().name;
    object.checksummed = checksummed_;
    if (!object.provenance.codec.empty()) object.codec.append(", ").append(object.provenance.codec);
  }
  return object;
}

std::string input_name(const std::string& name) { return name == "-" ? "<stdin>" : name; }

}  // namespace larder::tools
