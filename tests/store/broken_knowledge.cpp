// Stores that tell what is not so: ranges, sizes, etags, metadata, checksums, accesses.
#include <larder/error.h>

#include "tests/store/broken_stores.h"

namespace larder::testing {

namespace {

using Key = Patch::Key;

std::optional<Found> ignore_range(Store& below, Key key, const GetOptions& options) {
  return below.find(key, {.touch = options.touch});
}

std::optional<Found> clip_range(Store& below, Key key, const GetOptions& options) {
  auto found = below.find(key, {.touch = options.touch});
  if (!found || options.range.offset <= found->stat.size) return below.find(key, options);
  found->reader = memory_reader(Region());
  return found;
}

// A Reader of bytes that says that there is one more.
class Boasts final : public Reader {
 public:
  explicit Boasts(std::unique_ptr<Reader> below) : below_(std::move(below)) {}

 private:
  std::size_t do_read(MutableBytes out) override { return below_->read(out); }
  std::optional<std::uint64_t> do_size() const override { return below_->size().value_or(0) + 1; }
  std::string do_name() const override { return below_->name(); }
  std::unique_ptr<Reader> below_;
};
std::optional<Found> boast(Store& below, Key key, const GetOptions& options) {
  auto found = below.find(key, options);
  if (found) found->reader = std::make_unique<Boasts>(std::move(found->reader));
  return found;
}

std::optional<Found> find_with_another_etag(Store& below, Key key, const GetOptions& options) {
  auto found = below.find(key, options);
  if (found) found->stat.etag += "x";
  return found;
}

std::unique_ptr<Writer> put_in_silence(Store& below, Key key, PutOptions options) {
  options.published = nullptr;
  return below.put(key, options);
}

std::unique_ptr<Writer> drop_metadata(Store& below, Key key, PutOptions options) {
  options.metadata.clear();
  return below.put(key, options);
}

// A key is there where any key begins with its text.
std::optional<Stat> stat_by_prefix(Store& below, Key key) {
  const auto page = below.list({.prefix = key, .details = true})->next(1);
  return page.empty() ? std::nullopt : page.front().stat;
}

std::optional<Found> touch_always(Store& below, Key key, GetOptions options) {
  options.touch = true;
  return below.find(key, options);
}

// Looks for damage whether that was asked for or not.
std::optional<Found> verify_always(Store& below, Key key, GetOptions options) {
  options.verify = true;
  return below.find(key, options);
}

bool set_any_value_aside(Store& below, Key key, Key, std::string_view why) {
  const auto stat = below.stat(key);
  return stat && below.set_aside(key, stat->etag, why);
}

bool remove_instead(Store& below, Key key, Key etag, std::string_view) {
  const auto stat = below.stat(key);
  return stat && stat->etag == etag && below.remove(key);
}

}  // namespace

std::vector<BrokenStore> stores_that_break_what_is_known() {
  return {
      broken("ignores ranges", {"a range is what lies inside the value"}, {.get = ignore_range}),
      broken("clips ranges", {"a range behind the end is refused"}, {.get = clip_range}),
      broken("boasts of sizes", {"a reader knows its size, and goes back where it can"}, {.get = boast}),
      broken("adds a byte to sizes", {"stat tells size, etag and when a value was put"},
             {.known = [](Stat& stat) { ++stat.size; }}),
      broken("has one etag", {"each put has an etag of its own"}, {.known = [](Stat& stat) { stat.etag = "etag"; }}),
      broken("changes etags with accesses", {"an etag stays as long as the value"},
             {.known = [](Stat& stat) { stat.etag += std::to_string(stat.accessed->time_since_epoch().count()); }}),
      broken("finds with another etag", {"what find says belongs to the bytes it gives"},
             {.get = find_with_another_etag}),
      broken("does not tell what was put", {"what put says is what stat says"}, {.put = put_in_silence}),
      broken("drops metadata", {"metadata comes back with its value", "metadata that S3 could not keep is refused"},
             {.put = drop_metadata}),
      broken("knows keys by their beginning", {"exists knows a key from its beginning and its parts"},
             {.stat = stat_by_prefix}),
      broken("has no name", {"an error names its store and its key"}, {.name = [] { return std::string(); }}),
      broken("touches nothing", {"the key touched last is the one accessed last"},
             {.touch = [](Store& below, Key key) { return below.exists(key); }}),
      broken("touches with every get", {"a get without touch is no access"}, {.get = touch_always}),
      broken("has wrong checksums", {"a value that is as it was put passes verification"},
             {.known = [](Stat& stat) { stat.xxh3 = stat.xxh3.value_or(0) + 1; }}),
      broken("has no checksums",
             {"a damaged value is refused when verified, and can be put again",
              "a damaged value stays where that is asked for", "verify names what is damaged, and nothing else"},
             {.known = [](Stat& stat) { stat.xxh3.reset(); }}),
      broken("verifies always", {"damage is looked for on request only"}, {.get = verify_always}),
      broken("sets any value aside", {"set_aside takes the value it means and no other"},
             {.set_aside = set_any_value_aside}),
      broken("removes what it should set aside", {"a value that was set aside is kept with the reason"},
             {.set_aside = remove_instead}),
  };
}

}  // namespace larder::testing
