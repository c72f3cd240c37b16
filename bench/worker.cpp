// Does what bench/peers asks for, timed, one piece of work after another: the peers run in between, in their own
// processes.
//
//   larder_worker <questions >answers
//
// Questions and answers are lines as in questions.h. Numbers of threads are as in CodecOptions. Nothing but the work
// itself is timed.
//
//   hold NPY BYTES                   keeps that array for what follows, repeated up to BYTES (0: as it is)
//   dump COMPRESS FILE               dumps what is held; BYTES is the size of the file
//   load FILE                        loads an array, which must have the bytes of what is held
//   compress WHO CODEC LEVEL         compresses what is held, in memory, in one thread; WHO is `larder` or `bare`
//   decompress WHO CODEC LEVEL       decompresses what `bare` compresses, in memory, in one thread
//   cut CODEC LEVEL                  BYTES is the size of a stream in blocks, as in block_loss.h
//   uncut CODEC LEVEL                that of a stream that is not cut
#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <larder/dump.h>
#include <larder/load.h>

#include "bare_codecs.h"
#include "block_loss.h"
#include "questions.h"

namespace larder::bench {

namespace {

class Worker {
 public:
  Answer answer(const Words& words) {
    const std::string& what = words.at(0);
    if (what == "hold") return hold(words.at(1), std::stoull(words.at(2)));
    if (what == "dump") return dump_to(words.at(1), words.at(2));
    if (what == "load") return load_from(words.at(1));
    if (what == "compress") return compress(words.at(1), words.at(2), std::stoi(words.at(3)));
    if (what == "decompress") return decompress(words.at(1), words.at(2), std::stoi(words.at(3)));
    if (what == "cut" || what == "uncut") {
      const Cutting cutting = what == "cut" ? Cutting::in_blocks : Cutting::none;
      return {0, 0, stream_size(held_.bytes(), words.at(1), std::stoi(words.at(2)), cutting)};
    }
    throw std::runtime_error("there is no work called " + what);
  }

 private:
  Answer hold(const Path& npy, std::uint64_t size) {
    compressed_.clear();
    held_ = Array();
    const Document document = load(npy);
    held_ = document.root().as_array();
    if (size > held_.nbytes()) held_ = repeated(held_, size);
    return {0, 0, held_.nbytes()};
  }

  static Array repeated(const Array& array, std::uint64_t size) {
    Array made = Array::allocate(array.dtype(), {size / array.dtype().itemsize()});
    const MutableBytes out = made.mutable_bytes();
    const Bytes once = array.bytes();
    for (std::size_t at = 0; at < out.size(); at += once.size())
      std::memcpy(out.data() + at, once.data(), std::min(once.size(), out.size() - at));
    return made;
  }

  Answer dump_to(const std::string& compress, const Path& path) const {
    const DumpOptions options = {.compress = Compress::parse(compress), .file = {.sync = Sync::none}};
    Answer answer = timed([&] { return dump(held_, path, options).size(); });
    answer.bytes = std::filesystem::file_size(path);
    return answer;
  }

  Answer load_from(const Path& path) const {
    warm_free_memory(held_.nbytes());
    std::optional<Document> document;
    Answer answer = timed([&] {
      document = load(path);
      return document->root().kind();
    });
    const Bytes bytes = document->root().as_array().bytes();
    require(std::ranges::equal(bytes, held_.bytes()), path.native() + " holds another array");
    answer.bytes = bytes.size();
    return answer;
  }

  Answer compress(const std::string& who, const std::string& codec, int level) const {
    std::uint64_t size = 0;
    const auto count = [&](Bytes bytes) { size += bytes.size(); };
    Answer answer = timed([&] {
      if (who == "bare") {
        bare(codec).compress(held_.bytes(), level, count);
      } else {
        const auto below = callback_writer(count);
        const auto writer = CodecRegistry::global().get(codec).writer(*below, {.level = level, .threads = 1});
        writer->write(held_.bytes());
        writer->finish();
      }
      return size;
    });
    answer.bytes = size;
    return answer;
  }

  Answer decompress(const std::string& who, const std::string& codec, int level) {
    const Bytes in = compressed(codec, level);
    const Region out = Region::allocate(held_.nbytes());
    std::ranges::fill(out.mutable_bytes(), std::byte{1});
    Answer answer = timed([&] {
      if (who == "bare") {
        bare(codec).decompress(in, out.mutable_bytes());
      } else {
        const auto below = memory_reader(in);
        const auto reader = CodecRegistry::global().get(codec).reader(*below, {.threads = 1});
        reader->read_exactly(out.mutable_bytes(), "what was held");
        reader->finish();
      }
      return out.size();
    });
    require(std::ranges::equal(out.bytes(), held_.bytes()), codec + " gave other bytes");
    answer.bytes = in.size();
    return answer;
  }

  // What `bare` makes of what is held: once for each codec and level.
  Bytes compressed(const std::string& codec, int level) {
    std::vector<std::byte>& all = compressed_[codec + ":" + std::to_string(level)];
    if (all.empty()) {
      bare(codec).compress(held_.bytes(), level,
                           [&](Bytes bytes) { all.insert(all.end(), bytes.begin(), bytes.end()); });
    }
    return all;
  }

  static const BareCodec& bare(const std::string& name) {
    const auto found = std::ranges::find(bare_codecs(), name, &BareCodec::name);
    require(found != bare_codecs().end(), "there is no library for " + name);
    return *found;
  }

  Array held_;
  std::map<std::string, std::vector<std::byte>> compressed_;
};

}  // namespace

}  // namespace larder::bench

int main() {
  larder::bench::Worker worker;
  return larder::bench::answer_questions([&](const larder::bench::Words& words) { return worker.answer(words); });
}
