// The bytes that a value will be stored as, without storing it: what compress="auto" looks at.
#pragma once

#include <larder/document.h>

#include "codecs/choice.h"

namespace larder::internal {

// The elements of the arrays below `root`, and its long texts and bytes, one after another. What is small is left out,
// and of an object of very many parts all but the first hundred thousand. `root` is borrowed. Reading is Error `io`
// where a mapped file was cut short.
Content content_of(Value root);

}  // namespace larder::internal
