#include "workload.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstring>
#include <deque>
#include <new>
#include <stdexcept>

#include <larder/error.h>

#include "base/text.h"

namespace larder::testing {

using internal::join;

namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;

std::uint64_t scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

struct Front {
  char magic[8];
  std::uint64_t number;
  std::uint64_t size;
  std::uint64_t key;  // of its letters
  std::uint32_t writer;
  std::uint32_t unused;
};
constexpr char magic[9] = "OATH 01\n";

Front front_of(const std::string& key, std::uint32_t writer, std::uint64_t number, std::size_t size) {
  Front front{{}, number, size, 0, writer, 0};
  std::memcpy(front.magic, magic, sizeof front.magic);
  for (const char letter : key) front.key = scramble(front.key + golden + static_cast<unsigned char>(letter));
  return front;
}

std::string shared_key(std::size_t number) { return join("shared/", number); }

}  // namespace

std::vector<std::byte> self_describing(const std::string& key, std::uint32_t writer, std::uint64_t number,
                                       std::size_t size) {
  if (size < sizeof(Front)) size = sizeof(Front);
  const Front front = front_of(key, writer, number, size);
  std::vector<std::byte> value(size);
  std::memcpy(value.data(), &front, sizeof front);
  std::uint64_t state = front.key ^ (number * golden) ^ writer ^ size;
  for (std::size_t at = sizeof front; at < size; at += sizeof state) {
    state = scramble(state + golden);
    std::memcpy(value.data() + at, &state, std::min(sizeof state, size - at));
  }
  return value;
}

Described describe_value(const std::string& key, Bytes value) {
  Front front;
  if (value.size() < sizeof front) throw std::runtime_error(join(key, ": torn: only ", value.size(), " bytes"));
  std::memcpy(&front, value.data(), sizeof front);
  if (std::memcmp(front.magic, magic, sizeof front.magic) != 0) throw std::runtime_error(key + ": torn at its front");
  if (front.size != value.size()) {
    throw std::runtime_error(join(key, ": torn: ", value.size(), " bytes of ", front.size));
  }
  const auto wanted = self_describing(key, front.writer, front.number, value.size());
  if (std::memcmp(wanted.data(), value.data(), value.size()) != 0) {
    throw std::runtime_error(join(key, ": torn: not the bytes of writer ", front.writer, "'s number ", front.number));
  }
  return {front.writer, front.number};
}

Oaths& shared_oaths() {
  void* memory = ::mmap(nullptr, sizeof(Oaths), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return *new (memory) Oaths;
}

namespace {

class Worker {
 public:
  Worker(Store& store, std::uint32_t writer, Oaths& oaths, std::uint64_t seed, const Work& how)
      : store_(store), writer_(writer), oaths_(oaths), own_(oaths.writers[writer]), random_(seed), how_(how) {
    pair_ = join("own/", writer, "/");
  }

  void run() {
    settle_pair();
    for (std::uint64_t i = 0; i < how_.operations; ++i) {
      step();
      ++own_.operations;
    }
  }

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  std::size_t some_size() { return sizeof(Front) + below(below(4) == 0 ? how_.largest : 1500); }

  void step() {
    const std::size_t key = below(shared_keys);
    switch (below(16)) {
      case 0:
        return remove(key);
      case 1:
        return put_if_absent(key);
      case 2:
        return put_if_match(key);
      case 3:
      case 4:
        return move_pair();
      case 5:
      case 6:
      case 7:
      case 8:
        return get(key);
      default:
        return put(key);
    }
  }

  Promise& promise(std::size_t key, Promise::Kind kind) {
    Promise& next = own_.promises[key][own_.made[key] % kept_promises];
    next.kind = Promise::Kind::nothing;
    next.acknowledged = false;
    next.ended = 0;
    next.number = ++own_.number;
    next.began = ++oaths_.tickets;
    next.kind = kind;
    ++own_.made[key];
    return next;
  }
  void keep(Promise& promise) {
    promise.ended = ++oaths_.tickets;
    promise.acknowledged = true;
  }
  // It was refused: it never was.
  void withdraw(Promise& promise) { promise.kind = Promise::Kind::nothing; }

  std::vector<std::byte> value(std::size_t key, const Promise& promise) {
    return self_describing(shared_key(key), writer_, promise.number, some_size());
  }

  // In pieces, so that a kill can hit between them.
  void put(std::size_t key) {
    Promise& made = promise(key, Promise::Kind::put);
    const auto bytes = value(key, made);
    const auto writer = store_.put(shared_key(key));
    writer->write(Bytes(bytes).first(bytes.size() / 3));
    writer->flush();
    writer->write(Bytes(bytes).subspan(bytes.size() / 3));
    writer->finish();
    keep(made);
  }
  void put_if_absent(std::size_t key) {
    Promise& made = promise(key, Promise::Kind::put);
    store_.put_if_absent(shared_key(key), value(key, made)) ? keep(made) : withdraw(made);
  }
  void put_if_match(std::size_t key) {
    const auto stat = store_.stat(shared_key(key));
    if (!stat) return;
    Promise& made = promise(key, Promise::Kind::put);
    store_.put_if_match(shared_key(key), stat->etag, value(key, made)) ? keep(made) : withdraw(made);
  }
  void remove(std::size_t key) {
    Promise& made = promise(key, Promise::Kind::removal);
    store_.remove(shared_key(key));
    keep(made);
  }

  void get(std::size_t key) {
    const std::string name = shared_key(key);
    const auto found = store_.find(name, {.verify = below(4) == 0});
    if (!found) return;
    if (how_.mapped) {
      if (auto region = found->reader->map(MapMode::read)) held_.push_back({name, std::move(*region)});
      if (held_.size() > 4) held_.pop_front();
      for (const Held& held : held_) describe_value(held.key, held.region.bytes());
      return;
    }
    describe_value(name, found->reader->read_region(found->stat.size, "the value").bytes());
  }

  // Who died may have left the value at either key.
  void settle_pair() {
    if (how_.limited) return;
    store_.move(pair_ + "b", pair_ + "a");
  }
  void move_pair() {
    if (how_.limited) return;
    const std::uint64_t number = ++own_.pair_begun;
    store_.put(pair_ + "a", self_describing(pair_, writer_, number, some_size()));
    own_.pair_done = number;
    if (!store_.move(pair_ + "a", pair_ + "b")) throw std::runtime_error(pair_ + "a: put, and not there to move");
    if (store_.exists(pair_ + "a")) throw std::runtime_error(pair_ + "a: moved, and still there");
    if (describe_value(pair_, store_.read(pair_ + "b").bytes()).number != number) {
      throw std::runtime_error(pair_ + "b: not what was moved");
    }
    store_.move(pair_ + "b", pair_ + "a");
  }

  struct Held {
    std::string key;
    Region region;
  };

  Store& store_;
  std::uint32_t writer_;
  Oaths& oaths_;
  WriterRecord& own_;
  std::mt19937_64 random_;
  Work how_;
  std::string pair_;
  std::deque<Held> held_;
};

}  // namespace

void work(Store& store, std::uint32_t writer, Oaths& oaths, std::uint64_t seed, const Work& how) {
  try {
    Worker(store, writer, oaths, seed, how).run();
  } catch (const std::exception& error) {
    if (how.failing && dynamic_cast<const Error*>(&error) != nullptr) return;
    char* complaint = oaths.writers[writer].complaint;
    std::snprintf(complaint, sizeof WriterRecord::complaint, "writer %u: %s", writer, error.what());
  }
}

void bury(Oaths& oaths, std::uint32_t writer) {
  const std::uint64_t death = ++oaths.tickets;
  for (auto& promises : oaths.writers[writer].promises) {
    for (Promise& promise : promises) {
      if (promise.kind != Promise::Kind::nothing && promise.ended == 0) promise.ended = death;
    }
  }
}

}  // namespace larder::testing
