#include <larder/metadata.h>

#include <unordered_set>

#include "base/text.h"
#include "document/walk.h"

namespace larder {

namespace {

// As its own package index calls a library that Python imports by another name.
std::string library_of(std::string_view package) {
  return package == "sklearn" ? "scikit-learn" : package == "imblearn" ? "imbalanced-learn" : std::string(package);
}

bool is_package(std::string_view module_name, std::string_view package) {
  return module_name.starts_with(package) &&
         (module_name.size() == package.size() || module_name[package.size()] == '.');
}

class VersionSearch {
 public:
  void look_at(Value value) {
    switch (value.kind()) {
      case ValueKind::object:
        look_at_object(value);
        break;
      case ValueKind::global:
        look_at_module(value.module_name());
        break;
      case ValueKind::array:
        look_at_stand_in(internal::Access::array(value).stand_in);
        break;
      default:
        break;
    }
  }

  std::vector<LibraryVersion> take() { return std::move(found_); }

 private:
  void add(std::string library, std::string version) {
    if (seen_.insert(internal::join(library, '\0', version)).second)
      found_.push_back({std::move(library), std::move(version)});
  }

  void look_at_object(Value object) {
    const Value state = object.state();
    if (!state.is(ValueKind::dict) || !seen_states_.insert(state.identity()).second) return;
    const Value callable = object.callable();
    const std::string_view module_name = callable.is(ValueKind::global) ? callable.module_name() : std::string_view();
    for (std::size_t i = 0; i < state.size(); ++i) {
      const Value key = state.key(i);
      if (key.is(ValueKind::str)) look_at_attribute(module_name, key.as_str(), state.value(i));
    }
    if (module_name.ends_with("joblib.numpy_pickle") && callable.qualified_name() == "NumpyArrayWrapper")
      add("joblib", state.find("numpy_array_alignment_bytes") ? ">= 1.2" : "< 1.2");
  }

  // What stood for an array in the file is no part of the value any more.
  void look_at_stand_in(Value stand_in) {
    if (!stand_in.is(ValueKind::object)) return;
    look_at(stand_in.callable());
    look_at_object(stand_in);
  }

  void look_at_attribute(std::string_view module_name, std::string_view name, Value value) {
    constexpr std::string_view suffix = "_version";
    if (name == "lifecycle_events") return look_at_events(value);
    if (!value.is(ValueKind::str)) return;
    if (name == "__version__" && !module_name.empty()) {
      add(library_of(module_name.substr(0, module_name.find('.'))), std::string(value.as_str()));
    } else if (name.size() > suffix.size() + 1 && name.front() == '_' && name.ends_with(suffix)) {
      add(library_of(name.substr(1, name.size() - 1 - suffix.size())), std::string(value.as_str()));
    }
  }

  // gensim notes who made and saved a model: [{'event': 'created', 'gensim': '4.2.0', 'python': '3.11.2 ...', ...}].
  void look_at_events(Value events) {
    if (!events.is(ValueKind::list)) return;
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (!events[i].is(ValueKind::dict)) continue;
      for (const std::string_view library : {"gensim", "python"}) {
        const auto version = events[i].find(library);
        if (!version || !version->is(ValueKind::str)) continue;
        const std::string_view text = version->as_str();
        add(std::string(library), std::string(text.substr(0, text.find(' '))));
      }
    }
  }

  // numpy 2 moved its inside.
  void look_at_module(std::string_view module_name) {
    if (is_package(module_name, "numpy._core")) add("numpy", ">= 2");
    if (is_package(module_name, "numpy.core")) add("numpy", "< 2");
  }

  std::unordered_set<const void*> seen_states_;  // one state may serve many objects
  std::unordered_set<std::string> seen_;
  std::vector<LibraryVersion> found_;
};

}  // namespace

std::vector<LibraryVersion> library_versions(Value root) {
  VersionSearch search;
  internal::walk(root, [&](Value value) { search.look_at(value); });
  return search.take();
}

}  // namespace larder
