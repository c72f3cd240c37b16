// Does what bench/containers.py asks for, timed, one piece of work after another: the libraries run in between.
//
//   larder_container_worker <questions >answers
//
// Questions and answers are lines as in questions.h. Nothing but the work itself is timed.
//
//   hold COUNT ELEMENTS SEED         makes that many arrays of float32, "layer00.weight"..., for what follows
//   dump FORMAT DEFLATE FILE         dumps them, nothing synced; BYTES is the size of the file
//   rewrite FORMAT FILE OUT          dumps what is in the file, read before, nothing synced; BYTES is the size of OUT
//   open FILE                        loads the file mapped; every array must be
//   load FILE                        loads the file into memory; the arrays must be those that are held
//   bytes FILE...                    reads the files' bytes into fresh memory by read() alone
#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <vector>

#include <larder/larder.h>

#include "plain_read.h"
#include "questions.h"

namespace larder::bench {

namespace {

// The document of a container as a dict of arrays: gensim's is an object that has them as attributes.
Value entries_of(const Document& document) {
  const Value root = document.root();
  if (root.is(ValueKind::dict)) return root;
  const Value inside = root.entries().is(ValueKind::dict) ? root.entries() : root.state();
  require(inside.is(ValueKind::dict), "this is no container of arrays");
  return inside;
}

class Worker {
 public:
  Answer answer(const Words& words) {
    const std::string& what = words.at(0);
    if (what == "hold") return hold(std::stoull(words.at(1)), std::stoull(words.at(2)), std::stoull(words.at(3)));
    if (what == "dump") return dump_as(words.at(1), std::stoi(words.at(2)), words.at(3));
    if (what == "rewrite") return rewrite(words.at(1), words.at(2), words.at(3));
    if (what == "open") return open(words.at(1));
    if (what == "load") return load_all(words.at(1));
    if (what == "bytes") return read_bytes(words);
    throw std::runtime_error("there is no work called " + what);
  }

 private:
  Answer hold(std::uint64_t count, std::uint64_t elements, std::uint64_t seed) {
    held_.emplace();
    std::mt19937_64 random(seed);
    std::normal_distribution<float> weights(0, 0.02F);
    Array pattern = Array::allocate(DType::of<float>(), {std::min<std::uint64_t>(elements, 1 << 18)});
    std::ranges::generate(pattern.mutable_data<float>(), [&] { return weights(random); });
    const Value dict = held_->dict();
    for (std::uint64_t i = 0; i < count; ++i) {
      Array array = Array::allocate(DType::of<float>(), {elements});
      const MutableBytes out = array.mutable_bytes();
      const Bytes once = pattern.bytes();
      for (std::size_t at = 0; at < out.size(); at += once.size())
        std::memcpy(out.data() + at, once.data(), std::min(once.size(), out.size() - at));
      array.mutable_data<float>()[0] = static_cast<float>(i);
      const std::string number = std::to_string(i);
      held_->insert(
          dict,
          held_->str("layer" + std::string(2 - std::min<std::size_t>(number.size(), 2), '0') + number + ".weight"),
          held_->array(array));
    }
    held_->set_root(dict);
    bytes_ = count * elements * sizeof(float);
    return {0, 0, bytes_};
  }

  Answer dump_as(const std::string& format, int deflate, const Path& path) const {
    return dump_timed(
        held_->root(), path,
        {.compress = Compress::none(), .format = format, .file = {.sync = Sync::none}, .deflate = deflate});
  }

  static Answer rewrite(const std::string& format, const Path& from, const Path& path) {
    const Document document = load(from);
    return dump_timed(document.root(), path,
                      {.compress = Compress::none(), .format = format, .file = {.sync = Sync::none}});
  }

  static Answer dump_timed(Value value, const Path& path, const DumpOptions& options) {
    Answer answer = timed([&] { return dump(value, path, options).size(); });
    answer.bytes = std::filesystem::file_size(path);
    return answer;
  }

  static Answer open(const Path& path) {
    std::optional<Document> document;
    Answer answer = timed([&] {
      document = load(path, {.mmap_mode = MapMode::read});
      return document->root().kind();
    });
    const Value entries = entries_of(*document);
    for (std::size_t i = 0; i < entries.size(); ++i)
      require(!entries.value(i).is(ValueKind::array) || entries.value(i).as_array().mapped(),
              path.native() + " is not mapped");
    answer.bytes = std::filesystem::file_size(path);
    return answer;
  }

  Answer load_all(const Path& path) {
    warm_free_memory(bytes_);
    std::optional<Document> document;
    Answer answer = timed([&] {
      document = load(path);
      return document->root().kind();
    });
    const Value entries = entries_of(*document);
    for (std::size_t i = 0; held_ && i < entries.size(); ++i) {
      if (!entries.value(i).is(ValueKind::array)) continue;
      const auto held = held_->root().find(entries.key(i).as_str());
      if (held) require(entries.value(i).as_array().identical(held->as_array()), path.native() + " holds other arrays");
      answer.bytes += entries.value(i).as_array().nbytes();
    }
    return answer;
  }

  // words: behind the first one, names of files.
  static Answer read_bytes(const Words& words) {
    std::uint64_t size = 0;
    for (std::size_t i = 1; i < words.size(); ++i) size += std::filesystem::file_size(words[i]);
    warm_free_memory(size);
    std::vector<Memory> all;
    Answer answer = timed([&] {
      for (std::size_t i = 1; i < words.size(); ++i) all.push_back(read_into(huge_pages, words[i]));
      return all.size();
    });
    answer.bytes = size;
    return answer;
  }

  std::optional<Document> held_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

}  // namespace larder::bench

int main() {
  larder::bench::Worker worker;
  return larder::bench::answer_questions([&](const larder::bench::Words& words) { return worker.answer(words); });
}
