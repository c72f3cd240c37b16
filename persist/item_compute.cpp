#include <larder/item.h>

#include <chrono>

#include "base/text.h"
#include "persist/item_load.h"
#include "persist/warning.h"

namespace larder {

using internal::join;

namespace {

// What a reader finds in a value that is not what was dumped.
bool is_damage(const Error& error) {
  return error.kind() == ErrorKind::checksum || error.kind() == ErrorKind::truncated ||
         error.kind() == ErrorKind::malformed;
}

// One key, and how its value is looked for.
class Lookup {
 public:
  Lookup(Store& store, std::string_view key, const LoadOptions& options, const GetOptions& get)
      : store_(store), key_(key), options_(internal::possible_options(store, key, options)), get_(get) {}

  // Nothing where there is no value, or a damaged one, which is then set aside.
  std::optional<Document> intact_value() {
    auto found = found_intact();
    if (!found) return std::nullopt;
    try {
      return internal::load_value(store_, *found->reader, key_, options_, nullptr);
    } catch (const Error& error) {
      if (!is_damage(error)) throw;
      tell(error);
      // Where that cannot be, the value that is computed next replaces it.
      if (store_.capabilities().sets_aside) store_.set_aside(key_, found->stat.etag, error.what());
      return std::nullopt;
    }
  }

 private:
  std::optional<Found> found_intact() {
    try {
      return store_.find(key_, get_);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::checksum) throw;
      tell(error);  // and the store has set it aside
      return std::nullopt;
    }
  }

  void tell(const Error& error) const {
    internal::warn(options_, join(key_, " is damaged, and computed anew: ", error.what()));
  }

  Store& store_;
  std::string_view key_;
  LoadOptions options_;
  const GetOptions& get_;
};

// `given` (a dict or None) with the start and the duration of the computation under joblib's names, where it does not
// have them.
Value timed(Document& document, Value given, double start, double duration) {
  const Value metadata = given.is_none() ? document.dict() : document.copy(given);
  if (!metadata.is(ValueKind::dict)) return metadata;  // dump refuses it
  const auto add = [&](std::string_view name, double seconds) {
    if (!metadata.find(name)) document.insert(metadata, document.str(name), Value::floating(seconds));
  };
  add("duration", duration);
  add("time", start);
  return metadata;
}

}  // namespace

Document get_or_compute(Store& store, std::string_view key, const std::function<Document()>& compute,
                        const LoadOptions& load_options, const DumpOptions& dump_options, const GetOptions& get) {
  internal::require_loadable(load_options, get);
  Lookup lookup(store, key, load_options, get);
  if (auto there = lookup.intact_value()) return *std::move(there);
  auto lease = store.lease(key);
  if (auto there = lookup.intact_value()) return *std::move(there);

  using std::chrono::duration;
  const double start = duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto begin = std::chrono::steady_clock::now();
  Document computed = compute();
  const double seconds = duration<double>(std::chrono::steady_clock::now() - begin).count();

  Document metadata;
  DumpOptions how = dump_options;
  how.metadata = timed(metadata, dump_options.metadata, start, seconds);
  dump(computed.root(), store, key, how);
  lease.reset();
  // As everybody else gets it: mapped, where that was asked for. It may be gone already, evicted by others.
  auto there = lookup.intact_value();
  return there ? *std::move(there) : std::move(computed);
}

}  // namespace larder
