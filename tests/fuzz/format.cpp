// Loads any bytes as the format LARDER_FUZZED_FORMAT, writes what it loaded, with options that the input chooses, and
// loads that again: the same comes back.
// From memory and from a pipe the answer is the same.
#include <functional>

#include <larder/dump.h>
#include <larder/load.h>
#include <larder/plugin/format.h>

#include "document/walk.h"
#include "fuzzing.h"

using namespace larder;
using namespace larder::testing;

namespace {

constexpr std::string_view fuzzed = LARDER_FUZZED_FORMAT;

const Format& format() {
  static const Format& found = *find_format(fuzzed);
  return found;
}

bool is_pickle() { return format().info().name == "joblib" || format().info().name == "pickle"; }

// How an input is read, and how it is written again.
struct How {
  Python2Strings strings = Python2Strings::ascii;
  std::string format = std::string(fuzzed);
  int protocol = 4;
  bool buffers_beside = false;
  bool share_arrays = false;
  std::size_t alignment = 16;
};

// Chosen by the input, so that it fails each time it fails once.
How chosen_by(Bytes input) {
  std::size_t number = std::hash<std::string_view>()(as_text(input));
  const auto choose = [&number](std::size_t choices) {
    const std::size_t choice = number % choices;
    number /= choices;
    return choice;
  };
  How how;
  if (!is_pickle()) return how;
  how.strings = static_cast<Python2Strings>(choose(3));
  how.protocol = static_cast<int>(choose(6));
  if (choose(2) == 0) {
    how.format = "pickle";
    how.buffers_beside = how.protocol == 5 && choose(2) == 0;
  } else {
    how.share_arrays = choose(2) == 0;
    how.alignment = std::size_t{16} << choose(5);
  }
  return how;
}

// What inputs that ask for buffers get.
std::vector<Region> given_buffers() {
  std::vector<Region> buffers;
  buffers.push_back(Region::copy_of(as_bytes("12345678")));
  buffers.push_back(Region::borrow(as_bytes("123456")));
  buffers.push_back(Region::copy_of(as_bytes("")));
  return buffers;
}

struct Loaded {
  Document document{small_limits()};
  std::optional<ErrorKind> failure;
};

// beside: what files beside the one that is read are cut from; the name tells where.
Loaded load_from(Reader& reader, Python2Strings strings, std::span<const Region> buffers, Bytes beside) {
  Loaded loaded;
  const Limits limits = small_limits();
  ReadSource source{.reader = reader,
                    .limits = limits,
                    .native_byte_order = true,
                    .mapped_file = nullptr,
                    .warn = [](std::string_view) {},
                    .pickle = {.python2_strings = strings, .buffers = buffers},
                    .name = "fuzzed"};
  if (!is_pickle()) {
    source.open_sibling = [beside](std::string_view name) {
      return memory_reader(beside.subspan(std::hash<std::string_view>()(name) % (beside.size() + 1)));
    };
  }
  loaded.failure = kind_of_failure([&] { format().read(source, loaded.document); });
  return loaded;
}

struct Dumped {
  std::vector<std::byte> bytes;
  std::vector<Region> buffers;
};

// What a dump writes; nothing where the format cannot hold the value.
std::optional<Dumped> dumped(Value value, const How& how) {
  MemoryWriter writer;
  Dumped made;
  DumpOptions options;
  options.format = how.format;
  options.protocol = how.protocol;
  options.pickle.share_arrays = how.share_arrays;
  options.pickle.array_alignment = how.alignment;
  if (how.buffers_beside)
    options.pickle.buffer_callback = [&made](Region buffer) { made.buffers.push_back(std::move(buffer)); };
  const auto failure = kind_of_failure([&] {
    dump(value, writer, options);
    writer.finish();
  });
  require(!failure || failure == ErrorKind::unsupported || failure == ErrorKind::limit,
          "what was loaded can be written, or is unsupported");
  if (failure) return std::nullopt;
  made.bytes = writer.take();
  return made;
}

void require_equal(Value a, Value b) {
  bool same = true;
  const auto failure = kind_of_failure([&] { same = equal(a, b); });
  require(!failure || failure == ErrorKind::limit, "a comparison ends, or is too long");
  require(same, "what is written and loaded again is equal");
}

// Whether something held an array before its state was set, so that it stayed an object: written again, it is an array.
bool has_early_array(Value root) {
  bool found = false;
  internal::walk(root, [&](Value value) {
    if (value.is(ValueKind::object) && internal::Access::object(value).escaped) found = true;
  });
  return found;
}

// Whether a name lies inside another one, "module" and "Outer.inner": before protocol 4 a pickle asks for it by
// getattr.
bool has_nested_name(Value root) {
  bool found = false;
  internal::walk(root, [&](Value value) {
    if (value.is(ValueKind::global) && value.qualified_name().find('.') != std::string_view::npos) found = true;
  });
  return found;
}

// Whether a file can say all that the value is. The small floats are raw bytes in .npy files; before protocol 4 some
// objects are made by other calls, and classes have the names of Python 2, which several of Python 3 share. The pickle
// in a file of torch has protocol 2.
bool can_be_told(Value value, const How& how) {
  if (format().info().holds == FormatInfo::Holds::bytes) return value.is(ValueKind::bytes);
  if (format().info().name == "json") return false;  // a report of what JSON lacks, integers of more than 64 bits too
  if (format().info().holds == FormatInfo::Holds::array)
    return !value.is(ValueKind::array) || DType::parse(value.as_array().dtype().descr()) == value.as_array().dtype();
  if (format().info().name == "torch") return !has_nested_name(value);
  return !is_pickle() || (how.protocol >= 4 && !has_early_array(value));
}

void write_and_load_again(Value value, const How& how) {
  if (!format().info().writes) return;
  const auto written = dumped(value, how);
  if (!written) return;
  const auto reader = memory_reader(Bytes(written->bytes));
  const Loaded again = load_from(*reader, how.strings, written->buffers, {});
  if (again.failure == ErrorKind::limit) return;  // budgets are near: the second copy need not fit
  require(!again.failure, "what larder writes can be loaded");
  if (can_be_told(value, how)) require_equal(value, again.document.root());
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
  const How how = chosen_by(input);
  const std::vector<Region> buffers = given_buffers();
  const auto memory = memory_reader(input);
  const Loaded whole = load_from(*memory, how.strings, buffers, input);

  const auto pipe = trickle_reader(input);
  const Loaded pieces = load_from(*pipe, how.strings, buffers, input);
  // A pipe whose end must be known is first read whole, which counts as well.
  const bool is_limited = whole.failure == ErrorKind::limit || pieces.failure == ErrorKind::limit;
  if (is_limited && format().info().extent == Extent::rest) return 0;
  require_same(whole.failure, pieces.failure);
  if (whole.failure) return 0;
  require(memory->position() == pipe->position(), "memory and pipe end at the same byte");

  const Value root = whole.document.root();
  require_equal(root, pieces.document.root());
  describe(root);
  write_and_load_again(root, how);
  Document copied(small_limits());
  if (kind_of_failure([&] { copied.set_root(copied.copy(root)); })) return 0;
  require_equal(root, copied.root());
  return 0;
}
