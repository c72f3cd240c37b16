#include "codecs/plugin_library.h"

#include <dlfcn.h>

#include <algorithm>

#include <larder/plugin/abi.h>

#include "base/text.h"
#include "codecs/plugin_codec.h"

namespace larder::internal {

namespace {

constexpr std::uint32_t most_codecs = 64;
constexpr const char* entry_name = "larder_plugin_codec";
using Entry = const larder_plugin_codec_v1* (*)(std::uint32_t);

std::string last_problem() {
  const char* const text = ::dlerror();
  return text == nullptr ? "no reason is known" : text;
}

// An absolute path: a bare name would be looked for where the system keeps its libraries.
Entry entry_of(const Path& path) {
  const std::string absolute = std::filesystem::absolute(path).string();
  void* const library = ::dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) fail(ErrorKind::malformed, "this is no plugin: ", last_problem());
  void* const entry = ::dlsym(library, entry_name);
  if (entry == nullptr) fail(ErrorKind::malformed, "this is no plugin of larder: it has no function ", entry_name);
  return reinterpret_cast<Entry>(entry);
}

}  // namespace

std::vector<std::unique_ptr<Codec>> open_plugin(const Path& path) {
  if (!std::filesystem::is_regular_file(path)) fail(ErrorKind::not_found, "there is no such file");
  const Entry entry = entry_of(path);
  std::vector<std::unique_ptr<Codec>> codecs;
  for (std::uint32_t index = 0; const larder_plugin_codec_v1* const described = entry(index); ++index) {
    if (index == most_codecs) fail(ErrorKind::malformed, "the plugin has more than ", most_codecs, " codecs");
    codecs.push_back(plugin_codec(described));
  }
  if (codecs.empty()) fail(ErrorKind::malformed, "the plugin has no codec");
  return codecs;
}

std::vector<Path> plugins_in(const Path& directory) {
  std::error_code error;
  std::vector<Path> found;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".so") found.push_back(entry->path());
  }
  if (error) fail_os(error.value(), "read", directory.string());
  std::ranges::sort(found);
  return found;
}

}  // namespace larder::internal
