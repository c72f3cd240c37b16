#include <larder/plugin/conformance.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>

#include "base/text.h"

namespace larder {

using internal::join;

namespace {

using Data = std::vector<std::byte>;

// Words, a run of one byte and noise in turn: some of it compresses, some of it does not.
Data mixture(std::size_t size) {
  constexpr std::string_view words = "the quick brown fox jumps over the lazy dog, and again ";
  constexpr std::size_t stretch = 1000;
  Data data(size);
  std::uint64_t state = 20261122;
  for (std::size_t i = 0; i < size; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const std::size_t kind = i / stretch % 3;
    const auto letter = static_cast<std::byte>(words[i * 7 / 5 % words.size()]);
    data[i] = kind == 0 ? letter : kind == 1 ? std::byte{42} : static_cast<std::byte>(state >> 56);
  }
  return data;
}

Data copy_of(const Region& region) { return {region.bytes().begin(), region.bytes().end()}; }

Data joined(Data left, const Data& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Data packed_in_pieces(const Codec& codec, Bytes content, std::size_t piece) {
  MemoryWriter memory;
  const auto writer = codec.writer(memory);
  for (std::size_t at = 0; at < content.size(); at += piece)
    writer->write(content.subspan(at, std::min(piece, content.size() - at)));
  writer->finish();
  return memory.take();
}

// Reads `piece` bytes at a time from a source that gives as many at a time.
Data unpacked_in_pieces(const Codec& codec, Bytes compressed, std::size_t piece) {
  const auto below = callback_reader([&, at = std::size_t{0}](MutableBytes out) mutable {
    const std::size_t size = std::min({out.size(), piece, compressed.size() - at});
    std::copy_n(compressed.begin() + static_cast<std::ptrdiff_t>(at), size, out.begin());
    at += size;
    return size;
  });
  const auto reader = codec.reader(*below);
  Data content;
  Data some(piece);
  while (const std::size_t size = reader->read(some))
    content.insert(content.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(size));
  return content;
}

class Examination {
 public:
  explicit Examination(const Codec& codec) : codec_(codec) {}

  std::vector<std::string> run() {
    lengths();
    levels();
    pieces();
    streams();
    cuts();
    damage();
    limits();
    return std::move(problems_);
  }

 private:
  // Without an end of its own a stream can neither be cut nor followed.
  bool has_end() const { return codec_.info().name != "raw"; }

  void expect(bool fine, std::string_view what) {
    if (!fine) problems_.emplace_back(what);
  }

  // Does something that must not fail.
  void doing(const std::string& what, const std::function<void()>& work) {
    try {
      work();
    } catch (const std::exception& error) {
      problems_.push_back(join(what, ": ", error.what()));
    }
  }

  // How reading fails; nothing where it does not.
  std::optional<ErrorKind> failure(Bytes compressed, const CodecOptions& options = {}, Data* content = nullptr) {
    try {
      const Region region = codec_.decompress(compressed, options);
      if (content != nullptr) *content = copy_of(region);
      return std::nullopt;
    } catch (const Error& error) {
      return error.kind();
    }
  }

  void lengths() {
    for (const std::size_t length :
         std::initializer_list<std::size_t>{0, 1, 2, 3, 15, 255, 4096, 65'536, 65'537, 300'000, 5'000'000}) {
      const std::string what = join("content of ", length, " bytes");
      doing(what, [&] {
        const Data content = mixture(length);
        const Data compressed = copy_of(codec_.compress(content));
        expect(copy_of(codec_.decompress(compressed)) == content, what + ": comes back as something else");
        expect(copy_of(codec_.compress(content)) == compressed, what + ": compressed again it becomes other bytes");
        const Bytes head = Bytes(compressed).first(std::min<std::size_t>(compressed.size(), 16));
        if (!codec_.info().magics.empty()) expect(codec_.recognises(head), what + ": the stream is not recognised");
      });
    }
  }

  void levels() {
    const CodecInfo& info = codec_.info();
    if (!info.has_levels) return;
    const int lowest = std::max(info.min_level, -20);
    for (const int level : std::set<int>{info.min_level, lowest, lowest / 2, info.default_level,
                                         (info.default_level + info.max_level) / 2, info.max_level}) {
      if (level < info.min_level || level > info.max_level) continue;
      const std::string what = join("level ", level);
      doing(what, [&] {
        const Data content = mixture(50'000);
        const Region compressed = codec_.compress(content, {.level = level, .limits = {}});
        expect(copy_of(codec_.decompress(compressed.bytes())) == content, what + ": comes back as something else");
      });
    }
  }

  void pieces() {
    const Data content = mixture(20'000);
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 7, 4096}) {
      const std::string what = join("written and read in pieces of ", piece, " bytes");
      doing(what, [&] {
        const Data compressed = packed_in_pieces(codec_, content, piece);
        expect(unpacked_in_pieces(codec_, compressed, piece) == content, what + ": comes back as something else");
      });
    }
  }

  void streams() {
    if (!has_end()) return;
    doing("a stream, then other bytes", [&] {
      const Data content = mixture(3000);
      const Data rest = mixture(100);
      const Data both = joined(copy_of(codec_.compress(content)), rest);
      const auto below = memory_reader(both);
      const auto reader = codec_.reader(*below);
      Data read(content.size());
      reader->read_exactly(read, "the content");
      reader->finish();
      expect(read == content, "a stream, then other bytes: the content is something else");
      expect(below->position() == both.size() - rest.size(),
             "a stream, then other bytes: takes bytes behind the stream");
    });
    const Data one = copy_of(codec_.compress(mixture(1000)));
    Data content;
    const auto kind = failure(joined(one, one), {}, &content);
    // A codec may have one stream alone, and must then say what the second one is.
    if (!kind)
      expect(content == joined(mixture(1000), mixture(1000)), "two streams in a row: come back as something else");
    else
      expect(kind == ErrorKind::malformed, join("two streams in a row: Error ", name_of(*kind), ", not malformed"));
  }

  void cuts() {
    if (!has_end()) return;
    for (const std::size_t length : std::initializer_list<std::size_t>{0, 1, 700}) {
      const Data whole = copy_of(codec_.compress(mixture(length)));
      for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto kind = failure(Bytes(whole).first(size));
        if (kind == ErrorKind::truncated) continue;
        problems_.push_back(join("content of ", length, " bytes, cut after byte ", size, " of ", whole.size(), ": ",
                                 kind ? join("Error ", name_of(*kind), ", not truncated") : "no Error"));
        return;
      }
    }
  }

  void damage() {
    if (!has_end()) return;
    const Data content = mixture(2500);
    const Data whole = copy_of(codec_.compress(content));
    const std::size_t step = std::max<std::size_t>(whole.size() * 8 / 4000, 1);
    CodecOptions options;
    options.limits.bytes = std::uint64_t{16} << 20;
    for (std::size_t bit = 0; bit < whole.size() * 8; bit += step) {
      Data damaged = whole;
      damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
      Data result = content;
      const auto kind = failure(damaged, options, &result);
      if (kind == ErrorKind::io || kind == ErrorKind::usage) {
        problems_.push_back(join("bit ", bit, " flipped: Error ", name_of(*kind), ", which does not blame the input"));
        return;
      }
      if (!kind && codec_.info().has_checksum && result != content) {
        problems_.push_back(join("bit ", bit, " flipped: other content passes, in spite of the checksum"));
        return;
      }
    }
  }

  void limits() {
    const Data content = mixture(100'000);
    const Data compressed = copy_of(codec_.compress(content));
    CodecOptions options;
    options.limits.bytes = content.size();
    expect(!failure(compressed, options), "exactly Limits::bytes: is refused");
    options.limits.bytes = content.size() - 1;
    expect(failure(compressed, options) == ErrorKind::limit, "more than Limits::bytes: is no Error limit");
  }

  const Codec& codec_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> conformance_problems(const Codec& codec) {
  try {
    return Examination(codec).run();
  } catch (const std::exception& error) {
    return {error.what()};
  }
}

}  // namespace larder
