// Stores: larder.stores.Store is a mapping of keys to bytes around _core.Store.
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include <larder/eviction.h>
#include <larder/joblib_memory.h>
#include <larder/store.h>

#include "python/binding/parts.h"
#include "python/binding/streams.h"

namespace py = pybind11;

namespace larder::python {

namespace {

using Unlocked = py::call_guard<py::gil_scoped_release>;

// As time.time() counts, rounded as os.stat rounds.
double seconds_of(StoreTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return static_cast<double>(seconds.time_since_epoch().count()) + 1e-9 * static_cast<double>((time - seconds).count());
}

std::unique_ptr<Input> find(Store& store, const std::string& key, std::uint64_t offset,
                            std::optional<std::uint64_t> size, bool verify) {
  const ByteRange range{.offset = offset, .size = size.value_or(UINT64_MAX)};
  auto found = store.find(key, {.range = range, .verify = verify, .sparse = offset > 0 || size.has_value()});
  return found ? std::make_unique<Input>(std::move(found->reader)) : nullptr;
}

PutOptions options_of(UserMetadata metadata, std::optional<double> cost, bool if_absent,
                      std::optional<std::string> if_match) {
  PutOptions options{.metadata = std::move(metadata), .cost = cost};
  if (if_match) {
    options.condition = Condition::match;
    options.etag = std::move(*if_match);
  } else if (if_absent) {
    options.condition = Condition::absent;
  }
  return options;
}

// Nothing where the condition does not hold.
std::optional<Stat> put(Store& store, const std::string& key, const py::buffer& value, const UserMetadata& metadata,
                        std::optional<double> cost, bool if_absent, const std::optional<std::string>& if_match) {
  const py::buffer_info info = value.request();
  const Bytes bytes(static_cast<const std::byte*>(info.ptr), static_cast<std::size_t>(info.size * info.itemsize));
  PutOptions options = options_of(metadata, cost, if_absent, if_match);
  const py::gil_scoped_release unlocked;
  if (if_match) return store.put_if_match(key, *if_match, bytes, std::move(options));
  if (if_absent) return store.put_if_absent(key, bytes, std::move(options));
  return store.put(key, bytes, std::move(options));
}

std::unique_ptr<Output> create(Store& store, const std::string& key, const UserMetadata& metadata,
                               std::optional<double> cost, bool if_absent, const std::optional<std::string>& if_match) {
  return std::make_unique<Output>(store.put(key, options_of(metadata, cost, if_absent, if_match)));
}

std::vector<std::pair<std::string, std::optional<Stat>>> next_page(Listing& listing) {
  std::vector<std::pair<std::string, std::optional<Stat>>> page;
  for (Entry& entry : listing.next()) page.emplace_back(std::move(entry.key), std::move(entry.stat));
  return page;
}

std::unique_ptr<Listing> list(Store& store, const std::string& prefix, bool details) {
  return store.list({.prefix = prefix, .details = details, .only_sizes = true});
}

using Gone = std::tuple<std::string, std::uint64_t, std::string>;  // name, size, reason

std::vector<Gone> evict_once(Store& store, std::optional<std::uint64_t> bytes, std::optional<std::uint64_t> items,
                             std::optional<std::int64_t> age, const std::string& policy) {
  StoreLimits limits{.bytes = bytes, .items = items};
  if (age) limits.age = std::chrono::nanoseconds(*age);
  std::vector<Gone> gone;
  for (const Evicted& one : evict(store, limits, parse_policy(policy)))
    gone.emplace_back(one.name, one.size, std::string(name_of(one.reason)));
  return gone;
}

std::vector<std::string> capabilities_of(const Store& store) {
  const Capabilities& can = store.capabilities();
  const std::pair<const char*, bool> all[] = {{"reads", can.reads},
                                              {"writes", can.writes},
                                              {"many", can.many},
                                              {"replaces", can.replaces},
                                              {"snapshots", can.snapshots},
                                              {"discards", can.discards},
                                              {"removes", can.removes},
                                              {"lists", can.lists},
                                              {"nests", can.nests},
                                              {"mappable", can.mappable},
                                              {"puts_if_absent", can.puts_if_absent},
                                              {"puts_if_match", can.puts_if_match},
                                              {"renames_atomically", can.renames_atomically},
                                              {"touches", can.touches},
                                              {"keeps_metadata", can.keeps_metadata},
                                              {"checksums", can.checksums},
                                              {"sets_aside", can.sets_aside},
                                              {"leases", can.leases},
                                              {"durable", can.durable}};
  std::vector<std::string> names;
  for (const auto& [name, is_true] : all)
    if (is_true) names.emplace_back(name);
  return names;
}

void bind_stat(py::module_& module) {
  py::class_<Stat>(module, "Stat", "What is known about a value without reading it.")
      .def_property_readonly(
          "size", [](const Stat& stat) { return stat.size == unknown_size ? std::nullopt : std::optional(stat.size); },
          "In bytes; None where only reading tells.")
      .def_property_readonly(
          "modified", [](const Stat& stat) { return seconds_of(stat.modified); }, "When it was put, as time.time().")
      .def_property_readonly(
          "accessed",
          [](const Stat& stat) { return stat.accessed ? std::optional(seconds_of(*stat.accessed)) : std::nullopt; },
          "Its last put, get or touch, as time.time(); None where the store does not keep that.")
      .def_readonly("etag", &Stat::etag, "Another one after each put, whatever the bytes.")
      .def_readonly("xxh3", &Stat::xxh3, "XXH3 (64 bits) of the bytes, where the store has it, else None.")
      .def_readonly("crc32", &Stat::crc32, "CRC-32 of the bytes, where the store has that instead, else None.")
      .def_readonly("cost", &Stat::cost, "Seconds that it took to compute, where it was put with that, else None.")
      .def_readonly("metadata", &Stat::metadata, "The texts that it was put with.")
      .def("__repr__", [](const Stat& stat) {
        return py::str("<larder.Stat size={} modified={}>").format(stat.size, seconds_of(stat.modified));
      });
}

}  // namespace

void bind_stores(py::module_& module) {
  bind_stat(module);
  py::class_<Listing>(module, "Listing").def("next", &next_page, Unlocked());
  py::class_<Store>(module, "Store")
      .def_property_readonly("capabilities", &capabilities_of)
      .def("name", py::overload_cast<>(&Store::name, py::const_))
      .def("name", py::overload_cast<std::string_view>(&Store::name, py::const_))
      .def("find", &find, Unlocked(), py::arg("key"), py::arg("offset"), py::arg("size"), py::arg("verify"))
      .def("put", &put, py::arg("key"), py::arg("value"), py::arg("metadata"), py::arg("cost"), py::arg("if_absent"),
           py::arg("if_match"))
      .def("create", &create, Unlocked(), py::keep_alive<0, 1>(), py::arg("key"), py::arg("metadata"), py::arg("cost"),
           py::arg("if_absent"), py::arg("if_match"))
      .def("stat", &Store::stat, Unlocked())
      .def("exists", &Store::exists, Unlocked())
      .def("remove", &Store::remove, Unlocked())
      .def("move", &Store::move, Unlocked())
      .def("touch", &Store::touch, Unlocked())
      .def("list", &list, Unlocked(), py::arg("prefix"), py::arg("details"))
      .def("evict", &evict_once, Unlocked(), py::arg("bytes"), py::arg("items"), py::arg("age"), py::arg("policy"));
  module.def("open_store", &open_store, Unlocked(), py::arg("url"), py::arg("settings"));
  module.def("item_name", &item_name);
  module.def("parse_size", &parse_size);
  module.def("parse_age", [](const std::string& text) { return parse_age(text).count(); });  // in nanoseconds
}

}  // namespace larder::python
