// What formats made of pickles do with what a pickle leaves to its application.
#pragma once

#include <functional>
#include <optional>

#include <larder/document.h>

namespace larder::internal {

// While a pickle is read. Each gets an object that was just made and returns what takes its place on the stack (never
// in the memo), or the object itself. Errors pass through. Any may be empty. The observer was told before.
struct PickleReadHooks {
  std::function<Value(Value object)> on_build{};          // a state was set
  std::function<Value(Value object)> on_call{};           // a REDUCE that is no known one: torch's _rebuild_tensor_v2
  std::function<Value(Value object)> on_persistent_id{};  // torch's storages
};

// While a pickle is written: the value that is written in the place of `value`, always the same one for the same
// `value`, so that a second use becomes a reference to the first; nothing: `value` itself. Asked for arrays and
// objects, and for what it returned.
struct PickleWriteHooks {
  std::function<std::optional<Value>(Value value)> stands_for{};
};

}  // namespace larder::internal
