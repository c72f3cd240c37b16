// Loads any bytes as the format LARDER_FUZZED_FORMAT, writes what it loaded and loads that again: the same comes back.
// From memory and from a pipe the answer is the same.
#include <larder/dump.h>
#include <larder/load.h>
#include <larder/plugin/format.h>

#include "fuzzing.h"

using namespace larder;
using namespace larder::testing;

namespace {

const Format& fuzzed_format() {
  static const Format& format = *find_format(LARDER_FUZZED_FORMAT);
  return format;
}

struct Loaded {
  Document document{small_limits()};
  std::optional<ErrorKind> failure;
};

Loaded load_from(Reader& reader) {
  Loaded loaded;
  const Limits limits = small_limits();
  const ReadSource source{reader, limits, true, {}, [](std::string_view) {}, {}, {}, nullptr};
  loaded.failure = kind_of_failure([&] { fuzzed_format().read(source, loaded.document); });
  return loaded;
}

// The bytes that a dump writes; nothing where the format cannot hold the value.
std::optional<std::vector<std::byte>> dumped(Value value, int protocol) {
  MemoryWriter writer;
  DumpOptions options;
  options.format = LARDER_FUZZED_FORMAT;
  options.protocol = protocol;
  const auto failure = kind_of_failure([&] {
    dump(value, writer, options);
    writer.finish();
  });
  require(!failure || failure == ErrorKind::unsupported, "what was loaded can be written, or is unsupported");
  if (failure) return std::nullopt;
  return writer.take();
}

void require_equal(Value a, Value b) {
  bool same = true;
  const auto failure = kind_of_failure([&] { same = equal(a, b); });
  require(!failure || failure == ErrorKind::limit, "a comparison ends, or is too long");
  require(same, "what is written and loaded again is equal");
}

// Whether a file can say all that the value is. The small floats are raw bytes in .npy files, and protocol 2 knows
// classes by their names in Python 2, which several names of Python 3 share.
bool can_be_told(Value value, int protocol) {
  if (std::string_view(LARDER_FUZZED_FORMAT) == "npy")
    return !value.is(ValueKind::array) || DType::parse(value.as_array().dtype().descr()) == value.as_array().dtype();
  return protocol > 2;
}

void write_and_load_again(Value value, int protocol) {
  const auto written = dumped(value, protocol);
  if (!written) return;
  const auto reader = memory_reader(Bytes(*written));
  const Loaded again = load_from(*reader);
  if (again.failure == ErrorKind::limit) return;  // budgets are near: the second copy need not fit
  require(!again.failure, "what larder writes can be loaded");
  if (can_be_told(value, protocol)) require_equal(value, again.document.root());
  require(reader->peek().empty(), "what larder writes is read to its end");
}

// The questions that a listing asks.
void describe(Value value) {
  const JsonOptions options{.pretty = false, .array_items = 100, .limits = small_limits()};
  const auto failure = kind_of_failure([&] { static_cast<void>(to_json(value, options)); });
  require(!failure || failure == ErrorKind::limit, "a value has a JSON text, or one that is too long");
  static_cast<void>(globals_of(value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = as_input(data, size);
  const auto memory = memory_reader(input);
  const Loaded whole = load_from(*memory);

  const auto pipe = trickle_reader(input);
  const Loaded pieces = load_from(*pipe);
  require_same(whole.failure, pieces.failure);
  if (whole.failure) return 0;
  require(memory->position() == pipe->position(), "memory and pipe end at the same byte");

  const Value root = whole.document.root();
  require_equal(root, pieces.document.root());
  describe(root);
  for (const int protocol : {2, 3, 5}) write_and_load_again(root, protocol);
  Document copied(small_limits());
  if (kind_of_failure([&] { copied.set_root(copied.copy(root)); })) return 0;
  require_equal(root, copied.root());
  return 0;
}
