#include <larder/compress.h>

#include <algorithm>
#include <charconv>

#include <larder/choice.h>

#include "base/text.h"

namespace larder {

using internal::fail;

namespace {

constexpr int lowest_plain_level = 0;
constexpr int highest_plain_level = 9;

std::optional<int> parse_level(std::string_view text) {
  int level = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), level);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return level;
}

[[noreturn]] void fail_text(std::string_view text) {
  fail(ErrorKind::usage, "there is no compression ", internal::quoted(text),
       "; possible are a level from 0 to 9, true, false, auto, none, a codec such as zstd, or codec:level such as "
       "zstd:19");
}

// joblib's words.
[[noreturn]] void fail_level(int level, int lowest, int highest) {
  std::string possible;
  constexpr int most_to_list = 16;
  if (highest - lowest < most_to_list) {
    for (int one = lowest; one <= highest; ++one) possible += (one == lowest ? "" : ", ") + std::to_string(one);
  } else {
    possible = internal::join(lowest, ", ..., ", highest);
  }
  fail(ErrorKind::usage, "Non valid compress level given: \"", level, "\". Possible values are [", possible, "].");
}

void require_level(int level, int lowest, int highest) {
  if (level < lowest || level > highest) fail_level(level, lowest, highest);
}

// A codec was named: the file name does not count.
Compression resolve_named(const Compress& compress, const Codec& codec) {
  const CodecInfo& info = codec.info();
  const bool does_nothing = !info.has_levels && info.name == "raw";
  if (compress.by_default()) return does_nothing ? Compression{} : Compression{&codec, info.default_level};
  const int level = compress.level().value_or(0);
  if (level == 0) return {};
  if (!info.has_levels) fail(ErrorKind::usage, info.name, " has no levels, but level ", level, " was given");
  require_level(level, std::min(info.min_level, 0), info.max_level);
  return {&codec, level};
}

constexpr std::string_view auto_word = "auto";

bool is_auto(std::string_view text) {
  return text.starts_with(auto_word) && (text.size() == auto_word.size() || text[auto_word.size()] == ':');
}

// "auto", or "auto:" with "joblib" and the parts of a budget in any order.
Auto parse_auto(std::string_view text) {
  Auto how;
  std::string budget;
  std::size_t end = auto_word.size();
  while (end < text.size()) {
    const std::size_t begin = end + 1;
    end = std::min(text.find(',', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    if (part.empty()) fail_text(text);
    if (part == "joblib")
      how.joblib = true;
    else
      budget.append(budget.empty() ? "" : ",").append(part);
  }
  how.budget = Budget::parse(budget);
  return how;
}

}  // namespace

Compress::Compress(bool on) : default_level_(on) {}
Compress::Compress(int level) : level_(level) {}
Compress::Compress(std::string_view codec) {
  if (is_auto(codec)) {
    automatic_ = parse_auto(codec);
  } else {
    codec_ = codec;
    default_level_ = true;
  }
}
Compress::Compress(const char* codec) : Compress(std::string_view(codec)) {}
Compress::Compress(std::string_view codec, int level) : codec_(codec), level_(level) {}
Compress::Compress(Auto how) : automatic_(how) {}
Compress::Compress(std::string_view codec, bool on) : Compress(codec, on ? 1 : 0) {}

Compress Compress::none() { return {"zlib", 0}; }

Compress Compress::parse(std::string_view text) {
  if (text == "true") return {true};
  if (text == "false") return {};
  if (text == "none") return none();
  if (const auto level = parse_level(text)) return {*level};
  if (is_auto(text)) return {text};
  const std::size_t colon = text.rfind(':');
  const std::string_view codec = text.substr(0, colon);
  if (codec.empty()) fail_text(text);
  if (colon == std::string_view::npos) return {codec};
  const auto level = parse_level(text.substr(colon + 1));
  if (!level) fail_text(text);
  return {codec, *level};
}

Compression resolve(const Compress& compress, std::string_view filename, const CodecRegistry& registry) {
  if (compress.automatic()) return choose(Bytes(), *compress.automatic(), filename, 0, registry).compression;
  if (compress.codec()) return resolve_named(compress, registry.get(*compress.codec()));

  const int level = compress.level().value_or(0);
  require_level(level, lowest_plain_level, highest_plain_level);
  const Codec* by_extension = registry.find_by_extension(filename);
  if (by_extension == nullptr && level == 0 && !compress.by_default()) return {};
  const Codec& codec = registry.get(by_extension == nullptr ? "zlib" : by_extension->info().name);
  if (level == 0) return {&codec, codec.info().default_level};
  require_level(level, codec.info().min_level, codec.info().max_level);
  return {&codec, level};
}

}  // namespace larder
