#include "tools/plugins.h"

#include <filesystem>

#include <larder/codec.h>
#include <larder/plugin/conformance.h>

#include "base/text.h"
#include "tools/interrupt.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

std::vector<const Codec*> codecs_to_verify() {
  const CodecRegistry built_in;
  std::vector<const Codec*> all;
  std::vector<const Codec*> added;
  for (const Codec* const codec : CodecRegistry::global().list()) {
    if (codec->info().built) all.push_back(codec);
    if (built_in.find(codec->info().name) == nullptr) added.push_back(codec);
  }
  return added.empty() ? all : added;
}

}  // namespace

Status load_plugins(const std::vector<std::string>& paths, Console& console) {
  for (const std::string& path : paths) {
    try {
      std::error_code ignored;  // what cannot be looked at is told when it is loaded
      if (std::filesystem::is_directory(path, ignored))
        CodecRegistry::global().load_plugins(path);
      else
        CodecRegistry::global().load_plugin(path);
    } catch (const Error& error) {
      return console.report(path, error);
    }
  }
  return Status::fine;
}

Status verify_codecs(Console& console) {
  Status status = Status::fine;
  for (const Codec* const codec : codecs_to_verify()) {
    throw_if_interrupted();
    const auto problems = conformance_problems(*codec);
    if (problems.empty()) console.print(internal::join(codec->info().name, ": does what a codec must\n"));
    for (const std::string& problem : problems)
      console.print(internal::join(codec->info().name, ": ", printable(problem), "\n"));
    if (!problems.empty()) status = Status::check_failed;
  }
  return status;
}

}  // namespace larder::tools
