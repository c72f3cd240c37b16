// What every codec must do, tried on one: for authors of codecs, in C++ or as plugins. `larder codecs --plugin FILE
// --verify` runs it.
#pragma once

#include <string>
#include <vector>

#include <larder/codec.h>
#include <larder/export.h>

namespace larder {

// What the codec does wrong, one line each; empty where it does all that is asked: gives back what it gets, at each
// level that is tried, of every length and cut in any pieces; makes the same bytes of the same content; recognises what
// it wrote; takes streams one after another, and no byte behind them; finds cut and damaged streams; keeps to
// Limits::bytes; fails with Error alone. All data is made here, the same each time; takes a second or so. Thread-safe.
LARDER_API std::vector<std::string> conformance_problems(const Codec& codec);

}  // namespace larder
