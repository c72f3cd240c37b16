// Readers and Writers that notice Ctrl-C during long work without the GIL.
#pragma once

#include <memory>

#include <larder/reader.h>
#include <larder/writer.h>

namespace larder::python {

// Runs Python's signal handlers when 50 ms have passed since it last did; what they raise is thrown. Called without
// the GIL.
class Interruption {
 public:
  void check();

 private:
  // Of the steady clock, in nanoseconds.
  std::int64_t next_ = 0;
};

// All of `below` (borrowed), in pieces small enough to notice an interruption between them.
std::unique_ptr<Reader> interruptible_reader(Reader& below);

// Passes on to `below` (borrowed), likewise; finish() flushes `below`, it does not finish it.
std::unique_ptr<Writer> interruptible_writer(Writer& below);

}  // namespace larder::python
