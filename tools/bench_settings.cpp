#include "tools/bench_settings.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "codecs/ordered_work.h"

namespace larder::tools {

namespace {

// Levels that people use, as far as a codec has them.
constexpr std::array common_levels = {1, 3, 6, 9, 12, 19};

// In the compress argument a level of 0 is no compression, so one can be had only as a codec's default.
bool has_level(const CodecInfo& info, int level) {
  return info.min_level <= level && level <= info.max_level && (level != 0 || info.default_level == 0);
}

std::vector<int> levels_of(const CodecInfo& info, const std::vector<int>& wanted) {
  if (!info.has_levels) return {info.default_level};
  std::vector<int> levels;
  if (wanted.empty()) {
    std::ranges::copy_if(common_levels, std::back_inserter(levels), [&](int level) { return has_level(info, level); });
    levels.push_back(info.default_level);
  } else {
    std::ranges::copy_if(wanted, std::back_inserter(levels), [&](int level) { return has_level(info, level); });
  }
  std::ranges::sort(levels);
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  return levels;
}

// Of codecs that are the same library in another wrapping, the one whose streams have a checksum stands for all levels.
bool stands_for_its_library(const Codec& codec, const std::vector<const Codec*>& all) {
  const auto same = [&](const Codec* other) { return other->info().library == codec.info().library; };
  const auto checksummed = [&](const Codec* other) { return same(other) && other->info().has_checksum; };
  const auto first = std::ranges::find_if(all, checksummed);
  return first == all.end() ? *std::ranges::find_if(all, same) == &codec : *first == &codec;
}

std::vector<Compression> all_codecs(const std::vector<int>& levels) {
  std::vector<const Codec*> codecs = CodecRegistry::global().list();
  // "raw" is no compression under another name.
  std::erase_if(codecs, [](const Codec* codec) { return !codec->info().built || codec->info().name == "raw"; });
  std::vector<Compression> found = {{}};
  for (const Codec* codec : codecs) {
    const CodecInfo& info = codec->info();
    const bool few = levels.empty() && !stands_for_its_library(*codec, codecs);
    for (const int level : few ? std::vector{info.default_level} : levels_of(info, levels))
      found.push_back({codec, level});
  }
  return found;
}

std::vector<Compression> named_codec(const std::string& name, const std::vector<int>& levels) {
  if (name == "none") return {{}};
  const Compress wanted = Compress::parse(name);
  if (!wanted.codec()) internal::fail(ErrorKind::usage, internal::quoted(name), " names no codec");
  const Codec& codec = CodecRegistry::global().get(*wanted.codec());
  if (name.find(':') != std::string::npos) return {resolve(wanted, "")};
  std::vector<Compression> found;
  for (const int level : levels_of(codec.info(), levels)) found.push_back({&codec, level});
  return found;
}

std::vector<int> thread_counts(const std::vector<int>& wanted) {
  std::vector<int> counts;
  for (const int count : wanted.empty() ? std::vector{1, 0} : wanted)
    counts.push_back(static_cast<int>(internal::thread_count(count)));
  std::ranges::sort(counts);
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  return counts;
}

bool same(const Setting& a, const Setting& b) {
  return a.compression.codec == b.compression.codec && a.compression.level == b.compression.level &&
         a.threads == b.threads;
}

}  // namespace

std::vector<Setting> settings_of(const std::vector<std::string>& codecs, const std::vector<int>& levels,
                                 const std::vector<int>& threads) {
  std::vector<Compression> compressions;
  if (codecs.empty()) compressions = all_codecs(levels);
  for (const std::string& name : codecs) {
    for (const Compression& each : named_codec(name, levels)) compressions.push_back(each);
  }
  std::vector<Setting> settings;
  const auto add = [&](const Setting& setting) {
    if (std::ranges::none_of(settings, [&](const Setting& there) { return same(there, setting); }))
      settings.push_back(setting);
  };
  for (const Compression& compression : compressions) {
    if (compression.codec == nullptr) {
      add({});
      continue;
    }
    for (const int count : thread_counts(threads)) add({.compression = compression, .threads = count});
  }
  if (settings.empty())
    internal::fail(ErrorKind::usage, "none of the codecs has such a level; 'larder codecs' lists them");
  return settings;
}

}  // namespace larder::tools
