// The compress argument, with joblib's meaning, and what it resolves to for a given file name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <larder/budget.h>
#include <larder/codec.h>
#include <larder/export.h>

namespace larder {

// compress="auto": the codec and the level are chosen for the content (<larder/choice.h>). A plain value.
struct Auto {
  Budget budget{};      // what the choice is to achieve
  bool joblib = false;  // only codecs that joblib reads without larder: not zstd
};

// What the caller asked for: joblib's `compress`. A plain value.
//
//   Compress()                 compress=0       none, but the file name's extension decides where it has one
//   Compress(true) / (false)   True / False     the default level of zlib or of the extension's codec / as Compress()
//   Compress(3)                3                level 3 of zlib or of the extension's codec; 0 as Compress()
//   Compress("zstd")           "zstd"           that codec at its default level, whatever the extension says
//   Compress("gzip", 6)        ("gzip", 6)      that codec and level; level 0 means no compression, as does
//   Compress("raw")
//   Compress("auto")                        chosen for the content: `Auto`. A codec's extension leaves it the level
//   alone
//
// Levels: 0 to 9 alone; beside a codec's name, that codec's whole range (joblib allows 0 to 9 there too).
class LARDER_API Compress {
 public:
  Compress() = default;
  Compress(bool on);                 // NOLINT(google-explicit-constructor): written as in Python
  Compress(int level);               // NOLINT(google-explicit-constructor)
  Compress(std::string_view codec);  // NOLINT(google-explicit-constructor): a codec, or "auto..." as for `parse`
  Compress(const char* codec);       // NOLINT(google-explicit-constructor)
  Compress(std::string_view codec, int level);
  Compress(Auto how);                         // NOLINT(google-explicit-constructor)
  Compress(std::string_view codec, bool on);  // (name, True) is level 1 and (name, False) is level 0, as in Python

  // From a text: "3", "true", "false", "none" (uncompressed whatever the extension), "zstd", "zstd:19", "zstd:-5",
  // "auto", and "auto:" with "joblib", what Budget::parse takes, or both: "auto:joblib,read-at=500MB/s". Error `usage`,
  // naming what is possible, for anything else; codec names are judged by `resolve`.
  static Compress parse(std::string_view text);

  // No compression whatever the extension says (joblib's way to say it is ("zlib", 0)).
  static Compress none();

  const std::optional<std::string>& codec() const noexcept { return codec_; }
  const std::optional<int>& level() const noexcept { return level_; }
  bool by_default() const noexcept { return default_level_; }
  const std::optional<Auto>& automatic() const noexcept { return automatic_; }

 private:
  std::optional<std::string> codec_;  // nothing: zlib, or what the extension says
  std::optional<int> level_;          // nothing: the default level, or none at all: default_level_ tells
  bool default_level_ = false;        // compress at the codec's default level
  std::optional<Auto> automatic_;     // then nothing of the above counts
};

// What will be done: a codec at a level, or nothing (codec is null).
struct Compression {
  const Codec* codec = nullptr;
  int level = 0;
};

// Applies joblib's rules for `compress` and the file name (empty for targets without a name; the end of the name
// counts, case-sensitive). What chooses automatically gets what it would for content that nothing is known about. Error
// `usage` for a level or a codec that does not exist, with what is possible; `not_built` for one that this build lacks.
LARDER_API Compression resolve(const Compress& compress, std::string_view filename,
                               const CodecRegistry& registry = CodecRegistry::global());

}  // namespace larder
