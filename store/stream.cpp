// One file-like object as a store of one key: lent to one reader after another, or written once.
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <larder/store.h>

#include "base/text.h"

namespace larder {

namespace {

using internal::fail;
using internal::join;

StoreTime now() { return std::chrono::system_clock::now(); }

// The Reader of a store, which one borrower at a time reads; lives as long as store and borrower. lend and give_back
// are thread-safe.
class Source {
 public:
  explicit Source(std::unique_ptr<Reader> reader)
      : reader_(std::move(reader)), name_(reader_->name()), start_(reader_->position()) {
    if (const auto whole = reader_->size()) size_ = *whole - std::min(*whole, start_);
  }

  const std::string& name() const noexcept { return name_; }
  // Nothing where only reading tells.
  std::optional<std::uint64_t> size() const noexcept { return size_; }

  // Standing at `offset` of the value, which is called `name`. Errors: `conflict`, `usage` (an offset behind the end).
  Reader& lend(std::uint64_t offset, const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (lent_) fail(ErrorKind::conflict, name, ": somebody reads it already, and it has one position");
    if (used_ && !reader_->can_seek())
      fail(ErrorKind::conflict, name, ": it was read already, and cannot be read from its start again");
    used_ = true;
    go_to(offset, name);
    lent_ = true;
    return *reader_;
  }

  void give_back() noexcept {
    const std::lock_guard lock(mutex_);
    lent_ = false;
  }

 private:
  void go_to(std::uint64_t offset, const std::string& name) {
    if (reader_->can_seek()) {
      reader_->seek(start_ + offset);
      return;
    }
    try {
      reader_->skip(offset, "the beginning of the range");
    } catch (Error& error) {
      if (error.kind() != ErrorKind::truncated) throw;
      fail(ErrorKind::usage, name, ": a range begins at byte ", offset, ", behind the end");
    }
  }

  std::unique_ptr<Reader> reader_;
  std::string name_;
  std::uint64_t start_;
  std::optional<std::uint64_t> size_;
  std::mutex mutex_;
  bool lent_ = false;
  bool used_ = false;
};

// A part of a Source, which it gives back in the end.
class BorrowingReader final : public Reader {
 public:
  // `part` lies inside the value, where its size is known.
  BorrowingReader(std::shared_ptr<Source> source, ByteRange part, std::string name)
      : source_(std::move(source)),
        name_(std::move(name)),
        below_(source_->lend(part.offset, name_)),
        start_(below_.position()),
        most_(part.size) {}
  ~BorrowingReader() override { source_->give_back(); }

 private:
  std::size_t do_read(MutableBytes out) override {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), most_ - next_));
    if (size == 0) return 0;
    const std::size_t done = below_.read(out.first(size));
    if (done == 0 && source_->size())
      fail(ErrorKind::truncated, name_, ": ", most_, " bytes were there, now ", next_, " are left");
    next_ += done;
    return done;
  }
  bool do_can_seek() const override { return source_->size() && below_.can_seek(); }
  void do_seek(std::uint64_t position) override {
    below_.seek(start_ + position);
    next_ = position;
  }
  std::optional<std::uint64_t> do_size() const override {
    return source_->size() ? std::optional(most_) : std::nullopt;
  }
  std::optional<Region> do_region() const override {
    const auto whole = below_.region();
    if (!whole || !source_->size()) return std::nullopt;
    return whole->slice(static_cast<std::size_t>(start_), static_cast<std::size_t>(most_));
  }
  std::string do_name() const override { return name_; }

  std::shared_ptr<Source> source_;
  std::string name_;
  Reader& below_;
  std::uint64_t start_;
  std::uint64_t most_;
  std::uint64_t next_ = 0;
};

class ReaderStore final : public Store {
 public:
  ReaderStore(std::unique_ptr<Reader> reader, std::string key)
      : Store({.reads = true, .snapshots = true, .lists = true}),
        source_(std::make_shared<Source>(std::move(reader))),
        key_(std::move(key)),
        opened_(now()) {}

 private:
  Stat stat_of_all() const {
    Stat stat;
    stat.size = source_->size().value_or(unknown_size);
    stat.modified = opened_;
    stat.etag = "stream";
    return stat;
  }

  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    if (key != key_) return std::nullopt;
    const ByteRange part = range_within(options.range, source_->size().value_or(unknown_size), name(key));
    return Found{stat_of_all(), std::make_unique<BorrowingReader>(source_, part, name(key))};
  }
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions&) override {
    fail(ErrorKind::unsupported, do_name(), ": it is only read, so ", key, " cannot be put");
  }
  std::optional<Stat> do_stat(const std::string& key) override {
    if (key != key_) return std::nullopt;
    return stat_of_all();
  }
  bool do_remove(const std::string& key) override {
    fail(ErrorKind::unsupported, do_name(), ": it is only read, so ", key, " cannot be removed");
  }
  std::unique_ptr<Listing> do_list(const ListOptions& options) override {
    if (!key_.starts_with(options.prefix)) return listing_of({});
    std::vector<Entry> entries(1);
    entries[0].key = key_;
    if (options.details) entries[0].stat = stat_of_all();
    return listing_of(std::move(entries));
  }
  std::string do_name() const override { return join("the stream ", source_->name()); }

  std::shared_ptr<Source> source_;
  std::string key_;
  StoreTime opened_;
};

class WriterStore final : public Store {
 public:
  WriterStore(std::unique_ptr<Writer> writer, std::string key)
      : Store({.writes = true, .lists = true}), writer_(std::move(writer)), key_(std::move(key)) {}

 private:
  // Passes on what it gets.
  class Target final : public Writer {
   public:
    Target(WriterStore& store, Stat* published) : Writer(0, 0), store_(store), published_(published) {}

   private:
    void do_write(Bytes bytes) override { store_.writer_->write(bytes); }
    void do_flush() override { store_.writer_->flush(); }
    void do_finish() override {
      store_.writer_->finish();
      Stat stat;
      stat.size = position();
      stat.modified = now();
      stat.etag = "stream";
      if (published_ != nullptr) *published_ = stat;
      const std::lock_guard lock(store_.mutex_);
      store_.written_ = std::move(stat);
    }
    std::string do_name() const override { return store_.name(store_.key_); }

    WriterStore& store_;
    Stat* published_;
  };

  std::optional<Found> do_get(const std::string& key, const GetOptions&) override {
    fail(ErrorKind::unsupported, do_name(), ": it is only written, so ", key, " cannot be read");
  }
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    if (key != key_) fail(ErrorKind::usage, do_name(), ": it has the one key ", key_, ", so ", key, " cannot be put");
    if (begun_.exchange(true)) fail(ErrorKind::conflict, do_name(), ": ", key, " was put already, and passed on");
    return std::make_unique<Target>(*this, options.published);
  }
  std::optional<Stat> do_stat(const std::string& key) override {
    const std::lock_guard lock(mutex_);
    return key == key_ ? written_ : std::nullopt;
  }
  bool do_remove(const std::string& key) override {
    fail(ErrorKind::unsupported, do_name(), ": what was passed on stays, so ", key, " cannot be removed");
  }
  std::unique_ptr<Listing> do_list(const ListOptions& options) override {
    const auto stat = do_stat(key_);
    if (!stat || !key_.starts_with(options.prefix)) return listing_of({});
    std::vector<Entry> entries(1);
    entries[0].key = key_;
    if (options.details) entries[0].stat = *stat;
    return listing_of(std::move(entries));
  }
  std::string do_name() const override { return join("the stream ", writer_->name()); }

  std::unique_ptr<Writer> writer_;
  std::string key_;
  std::atomic<bool> begun_ = false;
  std::mutex mutex_;
  std::optional<Stat> written_;
};

}  // namespace

std::unique_ptr<Store> stream_store(std::unique_ptr<Reader> reader, std::string key) {
  require_key(key);
  return std::make_unique<ReaderStore>(std::move(reader), std::move(key));
}

std::unique_ptr<Store> stream_store(std::unique_ptr<Writer> writer, std::string key) {
  require_key(key);
  return std::make_unique<WriterStore>(std::move(writer), std::move(key));
}

}  // namespace larder
