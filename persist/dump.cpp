#include <larder/dump.h>

#include <filesystem>

#include "base/text.h"
#include "io/region_of.h"
#include "persist/metadata.h"
#include "persist/metadata_beside.h"
#include "persist/siblings.h"
#include "persist/writing.h"

namespace larder {

using internal::choose_writing;
using internal::write;

std::vector<std::string> dump(Value value, const Path& path, const DumpOptions& options) {
  const std::string filename = path.string();
  const internal::Writing how = choose_writing(value, filename, options.format, options);
  const bool has_footer = internal::has_footer(how.format);
  DumpOptions to_file = options;
  if (!has_footer) to_file.metadata = {};
  const std::string beside = has_footer || options.metadata.is_none() ? "" : internal::plain_json(options.metadata);

  const auto file = create_file(path, options.file);
  const std::string name = path.filename().string();
  internal::Siblings siblings = internal::siblings_beside(path, options.file);
  write(value, *file, how, to_file, {.name = name, .siblings = &siblings});

  std::vector<std::string> written{filename};
  for (const std::string& sibling : siblings.finish()) written.push_back((path.parent_path() / sibling).string());
  if (!has_footer) {
    if (const Path metadata = internal::settle_metadata_beside(path, beside, options.file); !metadata.empty())
      written.push_back(metadata.string());
  }
  file->finish();
  return written;
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
