#include "tools/objects.h"

#include <cerrno>

#include <unistd.h>

#include "base/text.h"
#include "persist/detect.h"
#include "persist/loading.h"
#include "persist/metadata_beside.h"
#include "tools/interrupt.h"
#include "tools/progress.h"

namespace larder::tools {

namespace {

// Reads itself, so that a signal ends a wait for a slow pipe or a keyboard.
std::size_t read_standard_input(MutableBytes out) {
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, out.data(), out.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) internal::fail_os(errno, "read", "<stdin>");
    throw_if_interrupted();
  }
}

// The protocol that the first opcode of a pickle announces (0x80 and the number); protocols 0 and 1 have no such
// opcode.
std::optional<int> pickle_protocol(Bytes head) {
  if (head.size() < 2 || head[0] != std::byte{0x80} || head[1] > std::byte{5}) return std::nullopt;
  return std::to_integer<int>(head[1]);
}

}  // namespace

std::unique_ptr<Reader> open_input(const std::string& name) {
  return name == "-" ? callback_reader(read_standard_input, "<stdin>") : open_file(internal::file_of(name));
}

ObjectFile::ObjectFile(const std::string& name, const ReadOptions& options, Console& console, bool map)
    : ObjectFile(open_input(name), name, options, console, map) {}

ObjectFile::ObjectFile(std::unique_ptr<Reader> file, const std::string& name, const ReadOptions& options,
                       Console& console, bool map)
    : name_(name), file_(std::move(file)) {
  options_.format = options.format;
  options_.only = options.only;
  options_.limits = options.limits;
  options_.threads = options.threads;
  if (options.python2_strings) options_.pickle.python2_strings = *options.python2_strings;
  options_.metadata = true;
  options_.ensure_native_byte_order = false;  // what is stored is shown and passed on
  options_.warn = [&console, map, name = input_name(name)](std::string_view message) {
    // Nobody asked for mapped arrays, so nobody wants to know which are not.
    const bool of_mapping = map && message.find("mapped") != std::string_view::npos;
    if (!of_mapping) console.warn(name, message);
  };
  if (name != "-") options_.companions_of = internal::file_of(name);
  if (map && file_->can_seek() && internal::detect_codec(*file_, CodecRegistry::global()) == nullptr) {
    options_.mmap_mode = MapMode::read;
  } else {
    file_ = std::make_unique<ProgressReader>(std::move(file_), options.quiet);
  }
  stream_.emplace(*file_, options_.limits, options_.threads);
}

ObjectFile::~ObjectFile() = default;

std::optional<Object> ObjectFile::next() {
  Reader* const source = stream_->next();
  if (source == nullptr) return std::nullopt;
  const std::uint64_t begin = source->position();
  try {
    Object object = load_next(*source);
    ++loaded_;
    return object;
  } catch (Error& error) {
    if (loaded_ > 0) {
      error.at(internal::join("reading object ", loaded_ + 1, ", which begins at byte ", begin,
                              source == file_.get() ? "" : " of the decompressed data"));
    }
    throw;
  }
}

Object ObjectFile::load_next(Reader& source) {
  Object object;
  object.stored = file_->size();
  object.protocol = pickle_protocol(source.peek(2));
  object.document = load(source, options_, &object.provenance);
  if (name_ != "-" && find_format(object.provenance.format)->info().extent == Extent::rest)
    object.provenance.metadata = internal::metadata_beside(options_.companions_of, options_.limits);
  object.codec = stream_->codecs();
  object.checksummed = stream_->checksummed();
  return object;
}

std::string input_name(const std::string& name) { return name == "-" ? "<stdin>" : name; }

}  // namespace larder::tools
