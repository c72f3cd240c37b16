// Stores that lose, tear or mix up values.
#include <algorithm>

#include <larder/error.h>

#include "tests/store/broken_stores.h"
#include "tests/store/stores.h"

namespace larder::testing {

namespace {

using Key = Patch::Key;

std::optional<Found> cut_last_byte(Store& below, Key key, const GetOptions& options) {
  auto found = below.find(key, options);
  if (!found || found->stat.size == 0) return found;
  const Region part = below.read(key, options);
  found->reader = memory_reader(part.slice(0, part.size() - std::min<std::size_t>(1, part.size())));
  return found;
}

std::optional<Found> forget_empty_values(Store& below, Key key, const GetOptions& options) {
  auto found = below.find(key, options);
  return found && found->stat.size != 0 ? std::move(found) : std::nullopt;
}

// An absent key reads as an empty value.
std::optional<Found> invent(Store& below, Key key, const GetOptions& options) {
  auto found = below.find(key, options);
  if (!found) found = Found{{}, memory_reader(Region())};
  return found;
}

std::optional<Found> find_nameless(Store& below, Key key, const GetOptions& options) {
  auto found = below.find(key, options);
  if (found) found->reader = memory_reader(below.read(key, options));
  return found;
}

std::optional<Found> find_nothing(Store&, Key, const GetOptions&) { return std::nullopt; }

// Keeps what one do_write gets, as if all values came in one piece.
class KeepsLastPiece final : public WrappedWriter {
 public:
  using WrappedWriter::WrappedWriter;

 private:
  void do_write(Bytes bytes) override { last_.assign(bytes.begin(), bytes.end()); }
  void do_flush() override {}
  void do_finish() override {
    below().write(last_);
    below().finish();
  }
  std::vector<std::byte> last_;
};
std::unique_ptr<Writer> keep_last_piece(Store& below, Key key, const PutOptions& options) {
  return std::make_unique<KeepsLastPiece>(below.put(key, options));
}

// What is written appears with each write.
class PublishesEarly final : public WrappedWriter {
 public:
  PublishesEarly(Store& store, std::string key, std::unique_ptr<Writer> below)
      : WrappedWriter(std::move(below)), store_(store), key_(std::move(key)) {}

 private:
  void do_write(Bytes bytes) override {
    WrappedWriter::do_write(bytes);
    store_.put(key_, bytes);
  }
  Store& store_;
  std::string key_;
};
std::unique_ptr<Writer> publish_early(Store& below, Key key, const PutOptions& options) {
  return std::make_unique<PublishesEarly>(below, key, below.put(key, options));
}

class PublishesWhatIsDropped final : public WrappedWriter {
 public:
  using WrappedWriter::WrappedWriter;
  ~PublishesWhatIsDropped() override {
    if (!is_finished_) below().finish();
  }

 private:
  void do_finish() override {
    is_finished_ = true;  // or failed, and then there is nothing to publish
    below().finish();
  }
  bool is_finished_ = false;
};
std::unique_ptr<Writer> publish_what_is_dropped(Store& below, Key key, const PutOptions& options) {
  return std::make_unique<PublishesWhatIsDropped>(below.put(key, options));
}

class Nowhere final : public Writer {
  void do_write(Bytes) override {}
  void do_finish() override {}
  std::string do_name() const override { return "nowhere"; }
};
std::unique_ptr<Writer> keep_first_value(Store& below, Key key, const PutOptions& options) {
  if (below.exists(key)) return std::make_unique<Nowhere>();
  return below.put(key, options);
}
std::unique_ptr<Writer> keep_nothing(Store&, Key, const PutOptions&) { return std::make_unique<Nowhere>(); }

// A Reader that asks for the value at each read, as long as the store lives.
class ReadsWhatIsThereNow final : public Reader {
 public:
  ReadsWhatIsThereNow(std::weak_ptr<Store> store, std::string key)
      : Reader(512), store_(std::move(store)), key_(std::move(key)) {}

 private:
  std::size_t do_read(MutableBytes out) override {
    const auto store = store_.lock();
    if (store == nullptr) throw Error(ErrorKind::io, "the store is closed");
    const Region value = store->read(key_);
    const std::size_t begin = std::min(done_, value.size());
    const std::size_t count = std::min(value.size() - begin, out.size());
    value.read(begin, out.first(count));
    done_ += count;
    return count;
  }
  std::string do_name() const override { return key_; }

  std::weak_ptr<Store> store_;
  std::string key_;
  std::size_t done_ = 0;
};
class GivesSuchReaders final : public WrappedStore {
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    auto found = below().find(key, options);
    if (found) found->reader = std::make_unique<ReadsWhatIsThereNow>(shared_below(), key);
    return found;
  }
};

// As a file system that does not tell upper from lower case.
std::string folded(Key key) {
  std::string text = key;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

// As one that cuts long names.
std::string cut(Key key) { return key.substr(0, 200); }

}  // namespace

std::vector<BrokenStore> stores_that_break_values() {
  return {
      broken("cuts the last byte", {"what is put is what is got", "16 threads on 4 keys get whole values only"},
             {.get = cut_last_byte}),
      broken("gives readers without a name", {"readers and writers are called by their key"}, {.get = find_nameless}),
      broken("forgets empty values", {"a value can be empty"}, {.get = forget_empty_values}),
      broken("invents values", {"an absent key is nothing to find, and an error to get"}, {.get = invent}),
      broken("finds nothing",
             {"16 threads that ask for a value at once compute it once",
              "a computation that fails is heard by its caller, and tried by another",
              "a computation cannot ask for its own key"},
             {.get = find_nothing}),
      broken("keeps the last piece", {"a value of 5 MiB arrives in pieces of any size"}, {.put = keep_last_piece}),
      broken("publishes with the first byte", {"a value appears only at finish"}, {.put = publish_early}),
      broken("publishes what is dropped",
             {"a dropped writer leaves no key, or the old value", "an exception while writing leaves no key"},
             {.put = publish_what_is_dropped}),
      broken("keeps the first value", {"a value is replaced"}, {.put = keep_first_value}),
      broken("keeps nothing", {"a writer finishes once"}, {.put = keep_nothing}),
      {"reads what is there now",
       {"who reads the old value keeps it", "who reads the old value gets that one, or a conflict",
        "who reads a value that is removed keeps it", "a reader outlives its store"},
       {.make = [] { return std::make_unique<GivesSuchReaders>(); }}},
      broken("says that it maps", {"who maps the old value keeps it"}, {.can = [](auto& can) { can.mappable = true; }}),
      broken("folds case", {"no two keys share a value, however similar"}, {.key = folded}),
      broken("cuts long keys", {"keys have any letters, and up to 1024 bytes"}, {.key = cut}),
  };
}

}  // namespace larder::testing
