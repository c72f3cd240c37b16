#include "codecs/filename.h"

#include <string>

#include <larder/codec.h>

namespace larder::internal {

std::string_view without_codec(std::string_view filename) {
  const Codec* const codec = CodecRegistry::global().find_by_extension(filename);
  if (codec == nullptr) return filename;
  for (const std::string& extension : codec->info().extensions) {
    if (filename.ends_with(extension)) return filename.substr(0, filename.size() - extension.size());
  }
  return filename;
}

}  // namespace larder::internal
