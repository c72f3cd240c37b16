// The audit's rules: what a loader would do with one import, call or state, and how bad that is (docs/audit.md).
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <larder/audit.h>
#include <larder/document.h>

namespace larder::internal {

// How bad something is, and which rule says so. Rule and reason are static texts.
struct Judgement {
  Verdict verdict;
  std::string_view rule;
  std::string_view reason;
};

// `global` is one, or an object of the form `extension`. Thread-safe, as the next.
Judgement judge_import(Value global);

// As LoadObserver::on_call has it. What is imported for it was judged before.
Judgement judge_call(ObjectForm form, Value callable, Value arguments, Value keywords);

// The states of one Document's objects. Not thread-safe.
class StateRules {
 public:
  // As LoadObserver::on_state has it.
  Judgement judge(Value object, Value state, std::uint64_t at);

  // A dict that was harmless when it became a state, but not any more: objects may hold on to it.
  struct Turned {
    Value object;
    Value state;
    std::uint64_t at;
    Judgement judgement;
  };
  std::vector<Turned> turned();

 private:
  struct Watched {
    Value dict;
    Value object;
    std::uint64_t at;
    std::size_t looked_at = 0;  // entries
    bool told = false;
  };
  // Whether the dict has a key that loaders call by name. Looks at each entry once, however often the dict is used.
  bool has_hook(Value dict, Value object, std::uint64_t at);
  static bool adds_hook(Watched& watched);

  std::vector<Watched> watched_;
  std::unordered_map<const void*, std::size_t> places_;  // in watched_, by the dict's identity
};

}  // namespace larder::internal
