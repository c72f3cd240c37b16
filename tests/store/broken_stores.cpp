#include "tests/store/broken_stores.h"

#include <algorithm>

#include <larder/error.h>

#include "tests/store/wrapped_store.h"

namespace larder::testing {

namespace {

class CutsLastByte final : public WrappedStore {
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    auto found = below().find(key, options);
    if (!found || found->stat.size == 0) return found;
    const Region whole = below().read(key, options);
    found->reader = memory_reader(whole.slice(0, whole.size() - 1));
    return found;
  }
};

class ForgetsEmptyValues final : public WrappedStore {
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    auto found = below().find(key, options);
    return found && found->stat.size != 0 ? std::move(found) : std::nullopt;
  }
};

// Keeps what one do_write gets, as if all values came in one piece.
class KeepsLastPiece final : public WrappedStore {
  class Target final : public WrappedWriter {
   public:
    using WrappedWriter::WrappedWriter;

   private:
    void do_write(Bytes bytes) override { last_.assign(bytes.begin(), bytes.end()); }
    void do_finish() override {
      below().write(last_);
      below().finish();
    }
    std::vector<std::byte> last_;
  };
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    return std::make_unique<Target>(below().put(key, options));
  }
};

// What is written appears with each write.
class PublishesEarly final : public WrappedStore {
  class Target final : public WrappedWriter {
   public:
    Target(Store& store, std::string key, std::unique_ptr<Writer> below)
        : WrappedWriter(std::move(below)), store_(store), key_(std::move(key)) {}

   private:
    void do_write(Bytes bytes) override {
      WrappedWriter::do_write(bytes);
      store_.put(key_, bytes);
    }
    Store& store_;
    std::string key_;
  };
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    return std::make_unique<Target>(below(), key, below().put(key, options));
  }
};

class PublishesWhatIsDropped final : public WrappedStore {
  class Target final : public WrappedWriter {
   public:
    using WrappedWriter::WrappedWriter;
    ~Target() override {
      if (!is_finished_) below().finish();
    }

   private:
    void do_finish() override {
      is_finished_ = true;
      below().finish();
    }
    bool is_finished_ = false;
  };
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    return std::make_unique<Target>(below().put(key, options));
  }
};

// An absent key reads as an empty value.
class InventsValues final : public WrappedStore {
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    auto found = below().find(key, options);
    if (!found) found = Found{{}, memory_reader(Region())};
    return found;
  }
};

class KeepsFirstValue final : public WrappedStore {
  class Nowhere final : public Writer {
    void do_write(Bytes) override {}
    void do_finish() override {}
    std::string do_name() const override { return "nowhere"; }
  };
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    if (below().exists(key)) return std::make_unique<Nowhere>();
    return below().put(key, options);
  }
};

// Its Readers ask for the value at each read, as long as the store lives.
class ReadsWhatIsThereNow final : public WrappedStore {
  class Source final : public Reader {
   public:
    Source(std::weak_ptr<Store> store, std::string key, ByteRange range)
        : Reader(512), store_(std::move(store)), key_(std::move(key)), range_(range) {}

   private:
    std::size_t do_read(MutableBytes out) override {
      const auto store = store_.lock();
      if (store == nullptr) throw Error(ErrorKind::io, "the store is closed");
      const auto value = store->read(key_);
      const ByteRange rest = range_within(
          {std::min<std::uint64_t>(range_.offset + done_, value.size()), range_.size - std::min(range_.size, done_)},
          value.size(), key_);
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(rest.size, out.size()));
      value.read(static_cast<std::size_t>(rest.offset), out.first(count));
      done_ += count;
      return count;
    }
    std::string do_name() const override { return key_; }

    std::weak_ptr<Store> store_;
    std::string key_;
    ByteRange range_;
    std::uint64_t done_ = 0;
  };
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    auto found = below().find(key, options);
    if (found) found->reader = std::make_unique<Source>(weak_below(), key, options.range);
    return found;
  }
};

class RemovesNothing final : public WrappedStore {
  bool do_remove(const std::string& key) override { return below().exists(key); }
};

// As a file system that cuts long names.
class CutsLongKeys final : public WrappedStore {
  static std::string cut(const std::string& key) { return key.substr(0, 200); }
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    return below().find(cut(key), options);
  }
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    if (key.size() > 1000) throw Error(ErrorKind::io, "File name too long");
    return below().put(cut(key), options);
  }
};

template <class Kind>
BrokenStore broken(std::string defect, std::string behaviour) {
  return {std::move(defect), std::move(behaviour), {.make = [] { return std::make_unique<Kind>(); }}};
}

}  // namespace

const std::vector<BrokenStore>& broken_stores() {
  static const std::vector<BrokenStore> all = {
      broken<CutsLastByte>("cuts the last byte", "what is put is what is got"),
      broken<ForgetsEmptyValues>("forgets empty values", "a value can be empty"),
      broken<KeepsLastPiece>("keeps the last piece", "a value of 5 MiB arrives in pieces of any size"),
      broken<PublishesEarly>("publishes with the first byte", "a value appears only at finish"),
      broken<PublishesWhatIsDropped>("publishes what is dropped", "a dropped writer leaves no key, or the old value"),
      broken<PublishesWhatIsDropped>("publishes what failed", "an exception while writing leaves no key"),
      broken<InventsValues>("invents values", "an absent key is nothing to find, and an error to get"),
      broken<KeepsFirstValue>("keeps the first value", "a value is replaced"),
      broken<ReadsWhatIsThereNow>("reads what is there now", "who reads the old value keeps it"),
      broken<ReadsWhatIsThereNow>("reads what is removed", "who reads a value that is removed keeps it"),
      broken<ReadsWhatIsThereNow>("closes its readers", "a reader outlives its store"),
      broken<RemovesNothing>("removes nothing", "who reads a value that is removed keeps it"),
      broken<CutsLongKeys>("cuts long keys", "keys have any letters, and up to 1024 bytes"),
  };
  return all;
}

}  // namespace larder::testing
