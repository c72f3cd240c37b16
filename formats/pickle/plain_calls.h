// Calls that are nothing but a spelling of plain data: older protocols have no opcode for bytes, sets and complex
// numbers.
#pragma once

#include <optional>

#include <larder/document.h>

#include "formats/pickle/known.h"

namespace larder::internal {

// The value that Python would get from callable(*arguments), where the callable is one of
//   _codecs.encode(str, "latin1")   builtins.bytes()   builtins.bytearray(), (bytes), (str, "latin-1")
//   builtins.set(list)   builtins.frozenset(list)   builtins.complex(float, float)
// Nothing for any other callable. Error `malformed` for these with other arguments: they are data, not calls.
std::optional<Value> evaluate_plain_call(Document& document, Known callable, Value arguments);

}  // namespace larder::internal
