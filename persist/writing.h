// What a value becomes under a name, decided before anything is opened; and the bytes of it.
#pragma once

#include <string_view>

#include <larder/codec.h>
#include <larder/dump.h>
#include <larder/plugin/format.h>

#include "persist/siblings.h"

namespace larder::internal {

struct Writing {
  const Format& format;
  Compression compression;
};

// For a file (or key) called `filename`, empty where there is no name. format: as DumpOptions::format. Asks
// compress="auto", and tells DumpOptions::chosen. Error `usage`.
Writing choose_writing(Value value, std::string_view filename, std::string_view format, const DumpOptions& options);

// Where it is written.
struct WritePlace {
  std::string_view name{};       // the bare name of the file or key; empty where there is none
  Siblings* siblings = nullptr;  // null where it can have none
};

// Whether metadata follows the object; else it lies beside.
inline bool has_footer(const Format& format) { return format.info().extent == Extent::delimited; }

// Writes `value`, and DumpOptions::metadata behind it; `writer` is neither flushed nor finished. Nothing is written
// where the metadata cannot be: Error `usage` for a format without footer.
void write(Value value, Writer& writer, const Writing& how, const DumpOptions& options, const WritePlace& place = {});

}  // namespace larder::internal
