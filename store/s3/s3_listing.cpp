// The keys of a bucket, page by page.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "codecs/ordered_work.h"
#include "store/key.h"
#include "store/s3/mark.h"
#include "store/s3/s3_store.h"

namespace larder::internal::s3 {

namespace {

constexpr std::size_t most_a_request = 1000;  // S3 gives no more
constexpr unsigned most_empty_pages = 1000;   // one behind the other: servers may pass over what was removed

class ObjectListing final : public Listing {
 public:
  ObjectListing(std::shared_ptr<Bucket> bucket, ListOptions options)
      : bucket_(std::move(bucket)), options_(std::move(options)) {}

 private:
  // Fewer than `most` where the rest of a page is fewer; empty at the end alone.
  std::vector<Entry> do_next(std::size_t most) override {
    for (;;) {
      if (next_ == page_.size() && !load_page()) return {};
      const std::size_t end = std::min(page_.size(), next_ + std::min(most, page_.size() - next_));
      const std::size_t begin = std::exchange(next_, end);
      std::vector<Entry> entries = entries_of(begin, end);
      if (!entries.empty()) return entries;
    }
  }

  // The next page that has keys of larder; false at the end.
  bool load_page() {
    while (!is_at_end_) {
      ListPage page = bucket_->list(options_.prefix, token_, most_a_request);
      require_progress(page);
      is_at_end_ = page.next.empty();
      token_ = std::move(page.next);
      std::erase_if(page.keys, [](const ListedKey& listed) { return !is_key(listed.key); });
      page_ = std::move(page.keys);
      next_ = 0;
      if (!page_.empty()) return true;
    }
    return false;
  }

  void require_progress(const ListPage& page) {
    for (const ListedKey& listed : page.keys) {
      if (!listed.key.starts_with(options_.prefix))
        fail_listing(join("gives the key ", internal::quoted(listed.key), ", which does not begin with ",
                          internal::quoted(options_.prefix)));
    }
    if (!page.next.empty() && page.next == token_) fail_listing("goes on where it began, for ever");
    empty_pages_ = page.keys.empty() ? empty_pages_ + 1 : 0;
    if (empty_pages_ > most_empty_pages) fail_listing("goes on and on without a key");
    if (page.keys.empty()) return;
    if (page.keys.back().key == last_) fail_listing(join("comes back to the key ", internal::quoted(last_)));
    last_ = page.keys.back().key;
  }

  [[noreturn]] void fail_listing(std::string_view fault) const {
    fail(ErrorKind::malformed, bucket_->name(options_.prefix), ": the server's listing ", fault);
  }

  std::vector<Entry> entries_of(std::size_t begin, std::size_t end) {
    if (options_.details && !options_.only_sizes) return look_at(begin, end);
    std::vector<Entry> entries;
    for (std::size_t at = begin; at < end; ++at) {
      entries.push_back({std::move(page_[at].key)});
      if (options_.details) entries.back().stat = Stat{.size = page_[at].size, .modified = page_[at].modified};
    }
    return entries;
  }

  // Several at once; what was removed meanwhile is left out.
  std::vector<Entry> look_at(std::size_t begin, std::size_t end) {
    std::vector<Entry> entries(end - begin);
    OrderedWork work(bucket_->client().options().threads);
    for (std::size_t at = begin; at < end; ++at) {
      work.give([this, at, &entry = entries[at - begin]](std::size_t) {
        entry.key = std::move(page_[at].key);
        if (const auto head = bucket_->head(entry.key)) entry.stat = stat_of(*head);
      });
    }
    while (work.pending() != 0) work.take();
    std::erase_if(entries, [](const Entry& entry) { return !entry.stat; });
    return entries;
  }

  std::shared_ptr<Bucket> bucket_;
  ListOptions options_;
  std::vector<ListedKey> page_;
  std::size_t next_ = 0;  // of page_
  std::string token_;
  bool is_at_end_ = false;
  std::string last_;
  unsigned empty_pages_ = 0;
};

}  // namespace

std::unique_ptr<Listing> object_listing(std::shared_ptr<Bucket> bucket, const ListOptions& options) {
  return std::make_unique<ObjectListing>(std::move(bucket), options);
}

}  // namespace larder::internal::s3
