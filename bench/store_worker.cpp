// Does what bench/peers/stores.py asks for, timed, on stores and on bare directories. Several of these processes work
// on one store at once.
//
//   larder_store_worker <questions >answers
//
// Questions and answers are lines as in questions.h. PATTERN is a key in which "#" stands for a number, as 32
// hexadecimal digits; COUNT of them from FIRST on are used, in an order without order where they are OF in all.
//
//   open SIDE larder URL              calls a store SIDE
//   open SIDE items URL               likewise; values are Python bytes that larder dumps and loads
//   open SIDE plain FOLDER SYNC       likewise a folder: write, fsync as SYNC says (none, data, full), rename
//   close SIDE
//   threads COUNT                     what follows is done by so many threads at once, each a part of the keys
//   put SIDE PATTERN FIRST COUNT SIZE         values of SIZE bytes
//   absent SIDE PATTERN FIRST COUNT SIZE      the same, put_if_absent
//   get SIDE PATTERN FIRST COUNT SIZE OF      all their bytes
//   map SIDE PATTERN FIRST COUNT SIZE OF      their bytes mapped, none touched
//   stat SIDE PATTERN FIRST COUNT SIZE OF
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <larder/dump.h>
#include <larder/item.h>
#include <larder/load.h>
#include <larder/store.h>

#include "questions.h"

namespace larder::bench {

namespace {

// What is measured. Every function throws where it fails.
class Side {
 public:
  Side() = default;
  virtual ~Side() = default;
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;
  virtual void put(const std::string& key, Bytes value) = 0;
  virtual void put_if_absent(const std::string& key, Bytes value) = 0;
  virtual std::uint64_t get(const std::string& key, Bytes expected) = 0;
  virtual std::uint64_t map(const std::string& key) = 0;
  virtual std::uint64_t stat(const std::string& key) = 0;
};

std::uint64_t size_of_equal(Bytes found, Bytes expected, const std::string& key) {
  require(std::ranges::equal(found, expected), key + " has another value");
  return found.size();
}

class LarderSide : public Side {
 public:
  explicit LarderSide(const std::string& url) : store_(open_store(url)) {}
  void put(const std::string& key, Bytes value) override { store_->put(key, value); }
  void put_if_absent(const std::string& key, Bytes value) override {
    require(store_->put_if_absent(key, value).has_value(), key + " is there");
  }
  std::uint64_t get(const std::string& key, Bytes expected) override {
    return size_of_equal(store_->read(key).bytes(), expected, key);
  }
  std::uint64_t map(const std::string& key) override {
    const Region region = store_->read(key);
    require(region.mapped(), key + " was not mapped");
    return region.size();
  }
  std::uint64_t stat(const std::string& key) override { return store_->stat(key).value().size; }

 protected:
  Store& store() { return *store_; }

 private:
  std::unique_ptr<Store> store_;
};

class ItemSide final : public LarderSide {
 public:
  using LarderSide::LarderSide;
  void put(const std::string& key, Bytes value) override {
    Document document;
    dump(document.bytes(value), store(), key);
  }
  std::uint64_t get(const std::string& key, Bytes expected) override {
    return size_of_equal(load(store(), key).root().as_bytes(), expected, key);
  }
};

int checked(int result, const std::string& what) {
  require(result >= 0, what + ": " + std::strerror(errno));
  return result;
}

// What careful programs do with files, and nothing else.
class PlainSide final : public Side {
 public:
  PlainSide(const std::string& folder, const std::string& sync) : sync_(sync) {
    std::filesystem::create_directories(folder);
    root_ = checked(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), folder);
  }
  ~PlainSide() override { ::close(root_); }

  void put(const std::string& key, Bytes value) override {
    const std::string temporary = written(key, value);
    checked(::renameat(root_, temporary.c_str(), root_, key.c_str()), key);
    sync_folder(key);
  }
  void put_if_absent(const std::string& key, Bytes value) override {
    const std::string temporary = written(key, value);
    checked(::renameat2(root_, temporary.c_str(), root_, key.c_str(), RENAME_NOREPLACE), key);
    sync_folder(key);
  }
  std::uint64_t get(const std::string& key, Bytes expected) override {
    const int file = open_value(key);
    const Region region = Region::allocate(size_of(file, key));
    const MutableBytes out = region.mutable_bytes();
    for (std::size_t done = 0; done < out.size();)
      done += static_cast<std::size_t>(checked(static_cast<int>(::read(file, &out[done], out.size() - done)), key));
    ::close(file);
    return size_of_equal(out, expected, key);
  }
  std::uint64_t map(const std::string& key) override {
    const int file = open_value(key);
    const std::uint64_t size = size_of(file, key);
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    require(address != MAP_FAILED, key + " cannot be mapped");
    ::munmap(address, size);
    return size;
  }
  std::uint64_t stat(const std::string& key) override {
    struct stat found {};
    checked(::fstatat(root_, key.c_str(), &found, AT_SYMLINK_NOFOLLOW), key);
    return static_cast<std::uint64_t>(found.st_size);
  }

 private:
  // A complete temporary file beside the key.
  std::string written(const std::string& key, Bytes value) {
    const std::string name = key + ".tmp-" + std::to_string(::getpid());
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    int file = ::openat(root_, name.c_str(), flags, 0666);
    if (file < 0 && errno == ENOENT) {
      make_folder(key);
      file = ::openat(root_, name.c_str(), flags, 0666);
    }
    checked(file, name);
    for (Bytes rest = value; !rest.empty();) {
      const auto wrote = ::write(file, rest.data(), rest.size());
      require(wrote > 0, name + " cannot be written");
      rest = rest.subspan(static_cast<std::size_t>(wrote));
    }
    if (sync_ != "none") checked(::fsync(file), name);
    checked(::close(file), name);
    return name;
  }
  void make_folder(const std::string& key) {
    for (std::size_t end = key.find('/'); end != std::string::npos; end = key.find('/', end + 1))
      require(::mkdirat(root_, key.substr(0, end).c_str(), 0777) == 0 || errno == EEXIST, key + ": no folder");
  }
  void sync_folder(const std::string& key) {
    if (sync_ != "full") return;
    const std::string folder = "./" + key.substr(0, key.rfind('/') + 1);
    const int directory = checked(::openat(root_, folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), key);
    checked(::fsync(directory), key);
    ::close(directory);
  }
  int open_value(const std::string& key) {
    return checked(::openat(root_, key.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC), key);
  }
  static std::uint64_t size_of(int file, const std::string& key) {
    struct stat found {};
    checked(::fstat(file, &found), key);
    return static_cast<std::uint64_t>(found.st_size);
  }

  int root_ = -1;
  std::string sync_;
};

std::unique_ptr<Side> side_of(const Words& words) {
  const std::string& kind = words.at(2);
  if (kind == "larder") return std::make_unique<LarderSide>(words.at(3));
  if (kind == "items") return std::make_unique<ItemSide>(words.at(3));
  require(kind == "plain", "there is no side of the kind " + kind);
  return std::make_unique<PlainSide>(words.at(3), words.at(4));
}

// The keys and the value that a question names.
class Task {
 public:
  explicit Task(const Words& words)
      : pattern_(words.at(2)),
        first_(std::stoull(words.at(3))),
        count_(std::stoull(words.at(4))),
        size_(std::stoull(words.at(5))),
        of_(words.size() > 6 ? std::stoull(words.at(6)) : 0) {}

  std::uint64_t size() const { return size_; }

  std::vector<std::string> keys() const {
    const std::size_t place = pattern_.find('#');
    require(place != std::string::npos, "no # in " + pattern_);
    std::vector<std::string> keys;
    for (std::uint64_t i = 0; i < count_; ++i) {
      std::array<char, 40> digits{};
      std::snprintf(digits.data(), digits.size(), "%032llx", static_cast<unsigned long long>(number(i)));
      keys.push_back(std::string(pattern_).replace(place, 1, digits.data()));
    }
    return keys;
  }

 private:
  static constexpr std::uint64_t stride = 7919;  // a prime
  std::uint64_t number(std::uint64_t i) const { return of_ == 0 ? first_ + i : (first_ + i * stride) % of_; }

  std::string pattern_;
  std::uint64_t first_;
  std::uint64_t count_;
  std::uint64_t size_;
  std::uint64_t of_;
};

class Worker {
 public:
  Answer answer(const Words& words) {
    const std::string& what = words.at(0);
    if (what == "open") return open(words);
    if (what == "close") return {0, 0, sides_.erase(words.at(1))};
    if (what == "threads") return {0, 0, threads_ = std::stoull(words.at(1))};
    Side& side = *sides_.at(words.at(1));
    const Task task(words);
    const Bytes value = value_of(task.size());
    const std::map<std::string, Work> works = {
        {"put", [&](const std::string& key) { return side.put(key, value), value.size(); }},
        {"absent", [&](const std::string& key) { return side.put_if_absent(key, value), value.size(); }},
        {"get", [&](const std::string& key) { return side.get(key, value); }},
        {"map", [&](const std::string& key) { return side.map(key); }},
        {"stat", [&](const std::string& key) { return side.stat(key); }}};
    const auto& work = works.at(what);
    const std::vector<std::string> keys = task.keys();
    std::uint64_t bytes = 0;
    Answer answer = timed([&] { return bytes = threads_ == 1 ? part_of(keys, 0, 1, work) : in_threads(keys, work); });
    require(bytes == keys.size() * task.size(), "a value has another size");
    answer.bytes = bytes;
    return answer;
  }

 private:
  using Work = std::function<std::uint64_t(const std::string&)>;

  // The bytes of every `step`th key from `first` on.
  static std::uint64_t part_of(const std::vector<std::string>& keys, std::size_t first, std::size_t step,
                               const Work& work) {
    std::uint64_t bytes = 0;
    for (std::size_t i = first; i < keys.size(); i += step) bytes += work(keys[i]);
    return bytes;
  }

  std::uint64_t in_threads(const std::vector<std::string>& keys, const Work& work) const {
    std::vector<std::future<std::uint64_t>> parts;
    for (std::size_t i = 0; i < threads_; ++i)
      parts.push_back(std::async(std::launch::async, [&, i] { return part_of(keys, i, threads_, work); }));
    std::uint64_t bytes = 0;
    for (auto& part : parts) bytes += part.get();
    return bytes;
  }

  Answer open(const Words& words) {
    return timed([&] {
      sides_[words.at(1)] = side_of(words);
      return sides_.size();
    });
  }

  // Bytes that do not compress; the same each time.
  Bytes value_of(std::uint64_t size) {
    std::uint64_t state = 1;
    while (value_.size() < size) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      value_.push_back(static_cast<std::byte>(state >> 56U));
    }
    return Bytes(value_).first(size);
  }

  std::map<std::string, std::unique_ptr<Side>> sides_;
  std::size_t threads_ = 1;
  std::vector<std::byte> value_;
};

}  // namespace

}  // namespace larder::bench

int main() {
  larder::bench::Worker worker;
  return larder::bench::answer_questions([&](const larder::bench::Words& words) { return worker.answer(words); });
}
