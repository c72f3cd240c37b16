#include <larder/dump.h>

#include "io/region_of.h"
#include "persist/writing.h"

namespace larder {

using internal::choose_writing;
using internal::write;

std::vector<std::string> dump(Value value, const Path& path, const DumpOptions& options) {
  const std::string filename = path.string();
  const internal::Writing how = choose_writing(value, filename, options.format, options);
  const auto file = create_file(path, options.file);
  write(value, *file, how, options);
  file->finish();
  return {filename};
}

std::vector<std::string> dump(const Array& array, const Path& path, const DumpOptions& options) {
  Document document;
  return dump(document.array(array), path, options);
}

void dump(Value value, Writer& writer, const DumpOptions& options) {
  write(value, writer, choose_writing(value, "", options.format, options), options);
  writer.flush();
}

void dump(const Array& array, Writer& writer, const DumpOptions& options) {
  Document document;
  dump(document.array(array), writer, options);
}

Region dumps(Value value, const DumpOptions& options) {
  MemoryWriter writer;
  const std::string_view format = options.format.empty() ? "pickle" : std::string_view(options.format);
  write(value, writer, choose_writing(value, "", format, options), options);
  writer.finish();
  return internal::region_of(writer.take());
}

}  // namespace larder
