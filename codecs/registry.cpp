#include <larder/codec.h>

#include <algorithm>
#include <mutex>
#include <shared_mutex>

#include "base/text.h"
#include "codecs/plugin_library.h"
#include "codecs/table.h"

namespace larder {

using internal::fail;

namespace {

bool has_name(const Codec& codec, std::string_view name) {
  const CodecInfo& info = codec.info();
  return info.name == name || std::ranges::find(info.aliases, name) != info.aliases.end();
}

void require_complete(const CodecInfo& info) {
  const auto is_empty = [](const std::string& text) { return text.empty(); };
  if (info.name.empty() || std::ranges::any_of(info.aliases, is_empty))
    fail(ErrorKind::usage, "a codec needs a name that is not empty");
  if (std::ranges::any_of(info.extensions, is_empty))
    fail(ErrorKind::usage, "codec ", internal::quoted(info.name), ": an empty extension would take every file name");
  if (std::ranges::any_of(info.magics, is_empty))
    fail(ErrorKind::usage, "codec ", internal::quoted(info.name), ": an empty magic would take every file");
  if (info.extensions.empty() && info.magics.empty())
    fail(ErrorKind::usage, "codec ", internal::quoted(info.name), " has neither an extension nor a magic");
}

// A codec may not take what `other` holds. Its magic may begin as another's does (the longer one is more certain), but
// not the other way round.
void require_no_clash(const CodecInfo& added, const Codec& other) {
  const CodecInfo& held = other.info();
  const auto clash = [&](std::string_view what, const std::string& text) {
    fail(ErrorKind::usage, "codec ", internal::quoted(added.name), ": the ", what, " ", internal::quoted(text),
         " is taken by ", held.name, "; force replaces it");
  };
  if (has_name(other, added.name)) clash("name", added.name);
  for (const std::string& alias : added.aliases)
    if (has_name(other, alias)) clash("name", alias);
  for (const std::string& extension : added.extensions)
    if (std::ranges::find(held.extensions, extension) != held.extensions.end()) clash("extension", extension);
  for (const std::string& magic : added.magics)
    if (std::ranges::any_of(held.magics, [&](const std::string& of) { return of.starts_with(magic); }))
      clash("magic", magic);
}

}  // namespace

struct CodecRegistry::Impl {
  mutable std::shared_mutex mutex;
  std::vector<std::unique_ptr<Codec>> owned;  // replaced ones too: somebody may hold them
  std::vector<const Codec*> current;          // in the order in which they were added

  // Of those for which `fits` holds, the one added last.
  template <class Fits>
  const Codec* last(Fits fits) const {
    const std::shared_lock lock(mutex);
    const auto found = std::find_if(current.rbegin(), current.rend(), [&](const Codec* codec) { return fits(*codec); });
    return found == current.rend() ? nullptr : *found;
  }

  void append(std::unique_ptr<Codec> codec) {
    current.reserve(current.size() + 1);
    owned.push_back(std::move(codec));
    current.push_back(owned.back().get());
  }
};

CodecRegistry::CodecRegistry() : impl_(std::make_unique<Impl>()) {
  for (auto& codec : internal::built_in_codecs()) impl_->append(std::move(codec));
}

CodecRegistry::~CodecRegistry() = default;

CodecRegistry& CodecRegistry::global() {
  static CodecRegistry registry;
  return registry;
}

void CodecRegistry::add(std::unique_ptr<Codec> codec, bool force) {
  if (!codec) fail(ErrorKind::usage, "there is no codec to add");
  const CodecInfo& info = codec->info();
  require_complete(info);
  const std::unique_lock lock(impl_->mutex);
  if (force) {
    std::erase_if(impl_->current, [&](const Codec* held) {
      return has_name(*held, info.name) ||
             std::ranges::any_of(info.aliases, [&](const std::string& alias) { return has_name(*held, alias); });
    });
  } else {
    for (const Codec* held : impl_->current) require_no_clash(info, *held);
  }
  impl_->append(std::move(codec));
}

std::vector<const Codec*> CodecRegistry::load_plugin(const Path& path) {
  try {
    auto codecs = internal::open_plugin(path);
    std::vector<const Codec*> added;
    const std::unique_lock lock(impl_->mutex);
    for (const auto& codec : codecs) {
      require_complete(codec->info());
      for (const Codec* held : impl_->current) require_no_clash(codec->info(), *held);
      for (const Codec* other : added) require_no_clash(codec->info(), *other);
      added.push_back(codec.get());
    }
    for (auto& codec : codecs) impl_->append(std::move(codec));
    return added;
  } catch (Error& error) {
    error.at(path.string());
    throw;
  }
}

std::vector<const Codec*> CodecRegistry::load_plugins(const Path& directory) {
  std::vector<const Codec*> added;
  for (const Path& path : internal::plugins_in(directory)) {
    const auto codecs = load_plugin(path);
    added.insert(added.end(), codecs.begin(), codecs.end());
  }
  return added;
}

const Codec* CodecRegistry::find(std::string_view name) const {
  return impl_->last([&](const Codec& codec) { return has_name(codec, name); });
}

const Codec& CodecRegistry::get(std::string_view name) const {
  const Codec* codec = find(name);
  if (codec == nullptr) {
    std::string names;
    for (const Codec* one : list()) names.append(names.empty() ? "'" : ", '").append(one->info().name).append("'");
    // joblib's words
    fail(ErrorKind::usage, "Non valid compression method given: \"", name, "\". Possible values are [", names, "].");
  }
  if (!codec->info().built)
    fail(ErrorKind::not_built, "this build of larder lacks the library for ", codec->info().name);
  return *codec;
}

const Codec* CodecRegistry::find_by_extension(std::string_view filename) const {
  return impl_->last([&](const Codec& codec) {
    return std::ranges::any_of(codec.info().extensions,
                               [&](const std::string& end) { return filename.ends_with(end); });
  });
}

const Codec* CodecRegistry::detect(Bytes head) const {
  return impl_->last([&](const Codec& codec) { return codec.recognises(head); });
}

std::vector<const Codec*> CodecRegistry::list() const {
  const std::shared_lock lock(impl_->mutex);
  return impl_->current;
}

}  // namespace larder
