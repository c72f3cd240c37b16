#include <algorithm>
#include <optional>
#include <vector>

#include <larder/load.h>

#include "base/text.h"
#include "document/array_places.h"
#include "document/first_name.h"
#include "io/zero_pages.h"
#include "persist/loading.h"

namespace larder {

using internal::fail;
using internal::join;

namespace {

// What a first reading keeps of a source that is decompressed: so much needs no second one.
constexpr std::uint64_t most_kept = std::uint64_t{64} << 20;
constexpr std::size_t most_named = 5;

// Elements that were passed over.
struct Passed {
  std::size_t number;  // of the array, in the order of the file
  Region zeros;        // in their place
  bool in_source;      // in the Reader that the caller gave, not in one above it or beside
  std::uint64_t position;
  std::optional<DType> foreign;
};

// Reads nothing that can be sought later, and of the rest no more than `kept` bytes.
class FirstReading final : public ArrayChoice {
 public:
  FirstReading(const Reader& source, std::uint64_t kept) : source_(source), seeks_(source.can_seek()), kept_(kept) {}

  bool wants(const StoredElements& elements) override {
    ++asked_;
    if ((seeks_ && elements.reader.can_seek()) || elements.size > kept_) return false;
    kept_ -= elements.size;
    return true;
  }

  Region stand_in(const StoredElements& elements) override {
    Region zeros = zeros_.take(elements.size);
    Region array = zeros.slice(0, zeros.size());
    passed_.push_back({asked_ - 1, std::move(zeros), in_source(elements), elements.position,
                       elements.foreign == nullptr ? std::nullopt : std::optional(*elements.foreign)});
    return array;
  }

  // Those in whose place the array's bytes are; null where it was read.
  const Passed* behind(const Array& array) const {
    if (array.nbytes() == 0) return nullptr;
    const auto found = std::ranges::find_if(passed_, [&](const Passed& passed) {
      return array.origin() >= passed.zeros.data() && array.origin() < passed.zeros.data() + passed.zeros.size();
    });
    return found == passed_.end() ? nullptr : &*found;
  }

 private:
  bool in_source(const StoredElements& elements) const { return seeks_ && &elements.reader == &source_; }

  const Reader& source_;
  bool seeks_;
  std::uint64_t kept_;
  std::size_t asked_ = 0;
  internal::ZeroPages zeros_;
  std::vector<Passed> passed_;
};

// Reads one.
class SecondReading final : public ArrayChoice {
 public:
  explicit SecondReading(std::size_t number) : number_(number) {}
  bool wants(const StoredElements&) override { return asked_++ == number_; }
  Region stand_in(const StoredElements& elements) override { return zeros_.take(elements.size); }

 private:
  std::size_t number_;
  std::size_t asked_ = 0;
  internal::ZeroPages zeros_;
};

// The elements, into the memory that stands in for them.
void fill(const Passed& passed, Reader& reader, const Limits& limits) {
  constexpr std::string_view what = "the array's data";
  const std::uint64_t size = passed.zeros.size();
  if (size > limits.bytes) fail(ErrorKind::limit, what, " needs ", size, " bytes, Limits::bytes allows ", limits.bytes);
  internal::ZeroPages::open(passed.zeros);
  const MutableBytes bytes = passed.zeros.mutable_bytes();
  const std::uint64_t end = reader.position();
  reader.seek(passed.position);
  reader.read_exactly(bytes, what);
  reader.seek(end);
  if (passed.foreign) {
    swap_bytes(bytes.data(), bytes.size() / static_cast<std::size_t>(passed.foreign->itemsize()), *passed.foreign);
  }
}

// The paths of some arrays below `root`, for a message.
std::string some_paths(Value root) {
  std::string paths;
  std::size_t named = 0;
  for (const internal::ArrayPlace& place : internal::array_places(root)) {
    if (!place.path) continue;
    if (named++ == most_named) return join(paths, "...");
    paths.append(place.path->empty() ? "it is one itself" : internal::quoted(*place.path)).append(", ");
  }
  if (paths.empty()) return "none";
  return paths.substr(0, paths.size() - 2);
}

Array array_at(const Document& document, std::string_view path, const Reader& reader) {
  const auto found = find_path(document.root(), path);
  if (found && found->is(ValueKind::array)) return found->as_array();
  const std::string what =
      found ? join("what stands at ", internal::quoted(path), " is a ", name_of(found->kind()), ", no array")
            : join("there is no ", internal::quoted(path));
  fail(ErrorKind::not_found, reader.name(), ": ", what, "; arrays that are there: ", some_paths(document.root()));
}

Array load_one(Reader& reader, std::string_view array, LoadOptions options,
               const internal::Surroundings& surroundings) {
  options.mmap_mode = MapMode::none;
  options.metadata = false;
  options.only.clear();
  if (auto name = internal::first_name(array)) options.only.push_back(*std::move(name));
  const std::uint64_t begin = reader.position();
  std::optional<FirstReading> first;
  const auto read = [&] {
    first.emplace(reader, reader.can_seek() ? most_kept : UINT64_MAX);
    return internal::load_chosen(reader, options, surroundings, &*first);
  };
  Document document = read();
  if (!options.only.empty() && !find_path(document.root(), array) && reader.can_seek()) {
    // It may be elsewhere than among the named ones; if it is not, the others can be told.
    options.only.clear();
    reader.seek(begin);
    document = read();
  }
  Array found = array_at(document, array, reader);
  const Passed* const passed = first->behind(found);
  if (passed == nullptr) return found;
  if (passed->in_source) {
    fill(*passed, reader, options.limits);
    return found;
  }
  reader.seek(begin);
  SecondReading second(passed->number);
  options.warn = [](std::string_view) {};  // the first reading has said it
  return array_at(internal::load_chosen(reader, options, surroundings, &second), array, reader);
}

}  // namespace

Array load_array(Reader& reader, std::string_view array, const LoadOptions& options) {
  return load_one(reader, array, options, internal::surroundings_of(options.companions_of));
}

Array load_array(const Path& path, std::string_view array, const LoadOptions& options) {
  const Path file = internal::file_of(path);
  return load_one(*open_file(file), array, options, internal::surroundings_of(file));
}

namespace internal {

Array load_array_of(Reader& reader, std::string_view array, const LoadOptions& options,
                    const Surroundings& surroundings) {
  return load_one(reader, array, options, surroundings);
}

}  // namespace internal

}  // namespace larder
