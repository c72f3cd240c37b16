#include "store_trials.h"

#include <filesystem>
#include <memory>

#include "base/text.h"
#include "workload.h"

namespace larder::testing {

using internal::join;

namespace {

const Content old_value = pattern(3000);
const Content new_value = pattern(150'001);

Contents with_old() { return {{"a/b/old", old_value}, {"other", old_value}}; }
Contents with(Contents contents, const std::string& key, const Content& value) {
  contents[key] = value;
  return contents;
}
Contents without(Contents contents, const std::string& key) {
  contents.erase(key);
  return contents;
}

void write_pieces(Writer& writer) {
  writer.write(Bytes(new_value).first(100));
  writer.flush();
  writer.write(Bytes(new_value).subspan(100));
}

void put_new(Store& store, const std::string& key, const PutOptions& options = {}) {
  const auto writer = store.put(key, options);
  write_pieces(*writer);
  writer->finish();
}

void must(bool condition, const char* what) {
  if (!condition) throw std::logic_error(what);
}

std::vector<StoreTrial> puts() {
  std::vector<StoreTrial> trials;
  const auto add = [&](std::string name, Contents after, std::function<void(Store&)> run) {
    trials.push_back({.name = std::move(name), .before = with_old(), .after = std::move(after), .run = std::move(run)});
  };
  add("put of a new key", with(with_old(), "c/d/new", new_value), [](Store& store) { put_new(store, "c/d/new"); });
  add("put over an old value", with(with_old(), "a/b/old", new_value), [](Store& store) { put_new(store, "a/b/old"); });
  add("put with metadata and cost", with(with_old(), "a/b/old", new_value), [](Store& store) {
    put_new(store, "a/b/old", {.metadata = {{"colour", "blue"}}, .cost = 2.5});
  });
  add("put_if_absent of a new key", with(with_old(), "a/b/new", new_value), [](Store& store) {
    must(store.put_if_absent("a/b/new", new_value).has_value(), "a key that is not there is taken");
  });
  add("put_if_absent of a taken key", with_old(),
      [](Store& store) { must(!store.put_if_absent("a/b/old", new_value), "a taken key was put"); });
  add("put_if_match", with(with_old(), "a/b/old", new_value), [](Store& store) {
    const auto stat = store.stat("a/b/old");
    must(stat.has_value(), "the old value is gone");
    must(store.put_if_match("a/b/old", stat->etag, new_value).has_value(), "its own etag does not match");
  });
  add("put_if_match of another etag", with_old(), [](Store& store) {
    must(!store.put_if_match("a/b/old", "0123456789abcdef-1", new_value), "another etag matches");
  });
  add("a writer that is dropped", with_old(), [](Store& store) { write_pieces(*store.put("a/b/old")); });
  return trials;
}

std::vector<StoreTrial> changes() {
  std::vector<StoreTrial> trials;
  const auto add = [&](std::string name, Contents after, std::function<void(Store&)> run) {
    trials.push_back({.name = std::move(name), .before = with_old(), .after = std::move(after), .run = std::move(run)});
  };
  add("move", with(without(with_old(), "a/b/old"), "c/d", old_value),
      [](Store& store) { must(store.move("a/b/old", "c/d"), "there is nothing to move"); });
  add("move onto a key", without(with_old(), "a/b/old"),
      [](Store& store) { must(store.move("a/b/old", "other"), "there is nothing to move"); });
  add("remove", without(with_old(), "a/b/old"),
      [](Store& store) { must(store.remove("a/b/old"), "there is nothing to remove"); });
  add("remove of an absent key", with_old(),
      [](Store& store) { must(!store.remove("a/b/none"), "an absent key was removed"); });
  add("set aside", without(with_old(), "a/b/old"), [](Store& store) {
    const auto stat = store.stat("a/b/old");
    must(stat && store.set_aside("a/b/old", stat->etag, "tried"), "it cannot be set aside");
  });
  return trials;
}

std::vector<StoreTrial> looks() {
  std::vector<StoreTrial> trials;
  const auto add = [&](std::string name, std::function<void(Store&)> run) {
    trials.push_back({.name = std::move(name), .before = with_old(), .after = with_old(), .run = std::move(run)});
  };
  add("get", [](Store& store) {
    const auto reader = store.get("a/b/old");
    must(equal(reader->read_region(old_value.size(), "the value").bytes(), old_value), "other bytes");
  });
  add("get of a range", [](Store& store) {
    const Region region = store.read("a/b/old", {.range = {1000, 500}});
    must(equal(region.bytes(), Bytes(old_value).subspan(1000, 500)), "other bytes");
  });
  add("get with verification",
      [](Store& store) { must(equal(store.read("a/b/old", {.verify = true}).bytes(), old_value), "other bytes"); });
  add("a mapped get", [](Store& store) {
    const auto region = store.get("a/b/old")->map(MapMode::read);
    must(region && equal(region->bytes(), old_value), "other bytes, or none");
  });
  add("get of an absent key", [](Store& store) { must(!store.find("a/none"), "an absent key was found"); });
  add("stat and exists", [](Store& store) {
    must(store.stat("a/b/old")->size == old_value.size(), "another size");
    must(!store.exists("a/b/none"), "an absent key exists");
  });
  add("touch", [](Store& store) { must(!store.capabilities().touches || store.touch("other"), "nothing to touch"); });
  add("list", [](Store& store) {
    std::size_t seen = 0;
    const auto listing = store.list({.details = true});
    for (auto page = listing->next(1); !page.empty(); page = listing->next(1)) seen += page.size();
    must(seen == 2, "not all keys, or more, are listed");
  });
  return trials;
}

std::vector<StoreTrial> whole_lives() {
  std::vector<StoreTrial> trials;
  trials.push_back({.name = "opening, a first put, closing",
                    .before = {},
                    .after = {{"first", new_value}},
                    .opens = true,
                    .run = [](Store& store) { put_new(store, "first"); }});
  trials.push_back({.name = "opening, and sweeping what the dead left",
                    .before = with_old(),
                    .after = with_old(),
                    .opens = true,
                    .litter =
                        [](const Path& root) {
                          const std::string dead(32, '7');
                          put_file(root / ".larder" / "tmp" / (dead + "-1"), new_value);
                          std::filesystem::create_directories(root / ".larder" / "trash" / ("t-" + dead + "-2"));
                          put_file(root / ".larder" / "trash" / ("t-" + dead + "-2") / "output.pkl", old_value);
                        },
                    .run = [](Store& store) { must(store.exists("other"), "what was there is gone"); }});
  trials.push_back({.name = "get_or_compute of an absent key",
                    .before = with_old(),
                    .after = with(with_old(), "a/computed", new_value),
                    .many = true,
                    .run = [](Store& store) {
                      const auto found = store.get_or_compute("a/computed", write_pieces);
                      must(found.stat.size == new_value.size(), "another size");
                    }});
  trials.push_back({.name = "get_or_compute of a key that is there",
                    .before = with_old(),
                    .after = with_old(),
                    .run = [](Store& store) {
                      const auto found = store.get_or_compute("a/b/old", write_pieces);
                      must(found.stat.size == old_value.size(), "another size");
                    }});
  return trials;
}

std::vector<StoreTrial> evictions() {
  std::vector<StoreTrial> trials;
  // Room for one large value: each of the old ones goes.
  trials.push_back({.name = "a put that evicts",
                    .before = with_old(),
                    .after = {{"new", new_value}},
                    .many = true,
                    .options = {.limits = StoreLimits{.bytes = new_value.size() + 1000}},
                    .run = [](Store& store) { put_new(store, "new"); }});
  trials.push_back(
      {.name = "evict", .before = with_old(), .after = {{"other", old_value}}, .many = true, .run = [](Store& store) {
         // What it may not look at, it passes over.
         if (evict(store, {.items = 1}).empty()) throw Error(ErrorKind::io, "nothing went");
       }});
  return trials;
}

}  // namespace

std::vector<std::string> keys_of(const StoreTrial& operation) {
  Contents all = operation.before;
  all.insert(operation.after.begin(), operation.after.end());
  std::vector<std::string> keys;
  for (const auto& [key, value] : all) keys.push_back(key);
  return keys;
}

bool between(const StoreTrial& operation, const Contents& now) {
  for (const std::string& key : keys_of(operation)) {
    const auto value_in = [&](const Contents& contents) {
      const auto at = contents.find(key);
      return at == contents.end() ? Content{} : at->second;
    };
    const Content value = value_in(now);
    if (value != value_in(operation.before) && value != value_in(operation.after)) return false;
  }
  return true;
}

namespace {

std::string judge_contents(const StoreTrial& operation, const std::optional<ErrorKind>& error, const Contents& now) {
  if (!error) return now == operation.after ? "" : "it was acknowledged, and is not what is there";
  if (error == ErrorKind::unknown_outcome || operation.many) {
    return between(operation, now) ? "" : "neither the old values nor the new ones are there";
  }
  return now == operation.before ? "" : "it failed, and the old values are not intact";
}

bool holds_nothing(const Path& directory) {
  std::error_code code;
  return !std::filesystem::exists(directory, code) || std::filesystem::is_empty(directory, code);
}

}  // namespace

Contents contents_of(Store& store, const std::vector<std::string>& keys) {
  Contents contents;
  for (const std::string& key : keys) {
    if (!store.exists(key)) continue;
    const Region value = store.read(key, {.verify = true, .touch = false});
    contents[key] = Content(value.bytes().begin(), value.bytes().end());
  }
  return contents;
}

std::vector<StoreTrial> store_trials() {
  std::vector<StoreTrial> all;
  for (const auto& some : {puts(), changes(), looks(), whole_lives(), evictions()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

Trial trial_of(const StoreTrial& operation, const Path& root) {
  const auto store = std::make_shared<std::unique_ptr<Store>>();
  Trial trial;
  trial.name = operation.name;
  trial.prepare = [=] {
    std::filesystem::remove_all(root);
    const auto fresh = local_store(root, {.sync = Sync::none});
    for (const auto& [key, value] : operation.before) fresh->put(key, value);
    if (operation.litter) operation.litter(root);
    if (operation.opens) return;
    *store = local_store(root, operation.options);
    // Its session is there: opening one is tried by the trials that open.
    if ((*store)->capabilities().puts_if_match) (*store)->put_if_match("absent", "0123456789abcdef-1", old_value);
  };
  trial.run = [=] {
    if (!operation.opens) return operation.run(**store);
    operation.run(*local_store(root, operation.options));
  };
  trial.problems = [=](const Outcome& outcome) {
    std::vector<std::string> found;
    // What the dead left, and what could not be removed, goes with the next opening.
    const bool removal_failed = outcome.fault.call == Call::unlink;
    if (!removal_failed && !operation.litter && !holds_nothing(root / ".larder" / "tmp"))
      found.push_back("a temporary file is left");
    if (!*store) *store = local_store(root, operation.options);
    const std::string complaint = judge_contents(operation, outcome.error, contents_of(**store, keys_of(operation)));
    if (!complaint.empty()) found.push_back(complaint);
    (*store)->put("next", old_value);
    if (!equal((*store)->read("next").bytes(), old_value)) found.push_back("the next put does not work");
    store->reset();
    for (const std::string& orphan : left_behind(root)) found.push_back(orphan);
    return found;
  };
  trial.close = [=] { store->reset(); };
  return trial;
}

}  // namespace larder::testing
