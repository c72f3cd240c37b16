// What a value becomes under a name, decided before anything is opened; and the bytes of it.
#pragma once

#include <string_view>

#include <larder/codec.h>
#include <larder/dump.h>
#include <larder/plugin/format.h>

namespace larder::internal {

struct Writing {
  const Format& format;
  Compression compression;
};

// For a file (or key) called `filename`, empty where there is no name. format: as DumpOptions::format. Asks
// compress="auto", and tells DumpOptions::chosen. Error `usage`.
Writing choose_writing(Value value, std::string_view filename, std::string_view format, const DumpOptions& options);

// Writes `value`, and DumpOptions::metadata behind it; `writer` is neither flushed nor finished. Nothing is written
// where the metadata cannot be.
void write(Value value, Writer& writer, const Writing& how, const DumpOptions& options);

}  // namespace larder::internal
