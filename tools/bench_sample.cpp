#include "tools/bench_sample.h"

#include <algorithm>
#include <vector>

#include "arrays/copy.h"
#include "base/text.h"
#include "codecs/content.h"
#include "document/array_places.h"
#include "persist/object_stream.h"
#include "tools/progress.h"

namespace larder::tools {

namespace {

// Arrays, one after another, as one content.
class Arrays {
 public:
  void add(Value root) {
    for (const auto& place : internal::array_places(root)) {
      arrays_.push_back(place.array.as_array());
      total_ += arrays_.back().nbytes();
    }
  }

  std::uint64_t count() const noexcept { return arrays_.size(); }
  std::uint64_t total() const noexcept { return total_; }

  void read(std::uint64_t offset, MutableBytes out) const {
    for (const Array& array : arrays_) {
      if (out.empty()) return;
      if (offset >= array.nbytes()) {
        offset -= array.nbytes();
        continue;
      }
      const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), array.nbytes() - offset));
      internal::copy_bytes(array, offset, out.first(here));
      out = out.subspan(here);
      offset = 0;
    }
  }

 private:
  std::vector<Array> arrays_;
  std::uint64_t total_ = 0;
};

// Opens the same bytes as often as needed; standard input, which is there only once, is kept in memory.
class Source {
 public:
  Source(const std::string& name, const ReadOptions& reading) : name_(name) {
    if (name != "-") return;
    ProgressReader input(open_input(name), reading.quiet);
    MemoryWriter memory;
    const auto bounded = limit_reader(input, reading.limits.bytes);
    for (Bytes ahead = bounded->peek(); !ahead.empty(); ahead = bounded->peek()) {
      memory.write(ahead);
      bounded->consume(ahead.size());
    }
    memory.finish();
    const auto keeper = std::make_shared<std::vector<std::byte>>(memory.take());
    kept_ = Region::adopt(keeper, Bytes(*keeper));
  }

  std::unique_ptr<Reader> open() const {
    return name_ == "-" ? memory_reader(kept_.slice(0, kept_.size()), input_name(name_)) : open_file(name_);
  }

 private:
  std::string name_;
  Region kept_;
};

// Whether an error of reading objects means that the file is to be taken as bytes.
bool is_no_object(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::malformed:
    case ErrorKind::truncated:
    case ErrorKind::unsupported:
    case ErrorKind::unsafe_reference:
      return true;
    default:
      return false;
  }
}

// Fills the sample where arrays make up most of the file; else says why not.
bool take_arrays(Sample& sample, const Source& source, std::uint64_t most, const ReadOptions& reading,
                 Console& console) {
  Arrays arrays;
  std::uint64_t decoded = 0;
  try {
    ObjectFile file(source.open(), sample.file, reading, console, sample.file != "-");
    while (const auto object = file.next()) {
      arrays.add(object->document.root());
      decoded += object->provenance.decoded_bytes;
      sample.codec = object->codec;
    }
  } catch (const Error& error) {
    if (!is_no_object(error)) throw;
    sample.why_bytes = error.message();
    return false;
  }
  if (arrays.total() < decoded / 2 || arrays.total() == 0) {
    sample.why_bytes = "arrays are not most of it";
    return false;
  }
  sample.arrays = arrays.count();
  sample.total = arrays.total();
  const auto read = [&](std::uint64_t offset, MutableBytes out) { arrays.read(offset, out); };
  sample.bytes = internal::sample_of({arrays.total(), read}, most);
  return true;
}

// The front of a stream that has to be read to its end to know its length.
void take_front(Sample& sample, Reader& reader, std::uint64_t most) {
  MemoryWriter front;
  for (Bytes ahead = reader.peek(); !ahead.empty(); ahead = reader.peek()) {
    const std::uint64_t wanted = most - std::min<std::uint64_t>(most, front.position());
    front.write(ahead.first(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, ahead.size()))));
    sample.total += ahead.size();
    reader.consume(ahead.size());
  }
  front.finish();
  sample.bytes = front.take();
}

void take_bytes(Sample& sample, const Source& source, std::uint64_t most, const ReadOptions& reading) {
  const std::unique_ptr<Reader> file = std::make_unique<ProgressReader>(source.open(), reading.quiet);
  internal::ObjectStream stream(*file, reading.limits, reading.threads);
  Reader& content = *stream.next();
  sample.codec = stream.codecs();
  const auto size = content.size();
  if (!content.can_seek() || !size) return take_front(sample, content, most);
  sample.total = *size;
  const auto read = [&](std::uint64_t offset, MutableBytes out) {
    content.seek(offset);
    content.read_exactly(out, "the file's content");
  };
  sample.bytes = internal::sample_of({*size, read}, most);
}

}  // namespace

Sample sample_of(const std::string& file, std::uint64_t most, const ReadOptions& reading, Console& console) {
  Sample sample;
  sample.file = file;
  const Source source(file, reading);
  if (!take_arrays(sample, source, most, reading, console)) take_bytes(sample, source, most, reading);
  return sample;
}

std::vector<std::byte> smaller_sample(Bytes sample, std::uint64_t most) {
  const auto read = [&](std::uint64_t offset, MutableBytes out) {
    std::ranges::copy(sample.subspan(static_cast<std::size_t>(offset), out.size()), out.begin());
  };
  return internal::sample_of({sample.size(), read}, most);
}

}  // namespace larder::tools
