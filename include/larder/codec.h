// Codec: one compression format, as whole buffers and as streams. CodecRegistry: the codecs by name, extension and
// magic.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/bytes.h>
#include <larder/export.h>
#include <larder/limits.h>
#include <larder/reader.h>
#include <larder/writer.h>

namespace larder {

class Encoder;  // <larder/plugin/codec.h>
class Decoder;

// Who does the work at some levels of a codec.
struct LevelEngine {
  int from = 0;             // the first of the levels
  int to = 0;               // the last
  std::string engine = {};  // "ISA-L 2", "libdeflate 6"; several where the content decides
};

// What is known about a codec. A plain value.
struct CodecInfo {
  std::string name = {};                  // "zlib", as in the compress argument; lower case
  std::vector<std::string> aliases = {};  // other names that are understood
  std::vector<std::string> extensions =
      {};  // with the dot: ".gz"; matched as joblib does, case-sensitive, at the end of the file name
  std::vector<std::string> magics = {};  // first bytes of a compressed stream, any of which fits
  int min_level = 0;                     // the whole range of the library
  int max_level = 0;
  int default_level = 0;      // what compress=True and a bare name mean (joblib's choice where joblib has the codec)
  bool has_levels = true;     // false: the level is not used, and one that is given is refused
  bool has_checksum = false;  // streams written here carry a checksum of the content
  std::string library = {};   // what does the work, with its version: "zlib 1.2.13"; empty in a build without it
  bool built = true;          // false: known, but this build lacks the library (Error `not_built` on use)
  std::vector<LevelEngine> engines = {};  // by level, where that is more to tell than `library`; readers need not know
};

struct CodecOptions {
  std::optional<int> level{};  // nothing: the codec's default
  Limits limits{};             // for decoding
  // Threads that compress or decompress at once, the caller's among them; 0: one for each processor that the process
  // may use. What is written does not depend on it. Content of one block, and formats that have none, take one.
  int threads = 0;
};

// One compression format.
//
// Immutable and thread-safe; the readers and writers it makes are not. Decoding accepts what the format's own tool
// accepts: streams, members or frames one after another, padding and skippable frames (docs/codecs.md has each codec's
// rule for what follows the last one). Errors of decoding: `truncated`, `malformed`, `checksum`, `limit`,
// `unsupported`, each with the position in the compressed input.
class LARDER_API Codec {
 public:
  virtual ~Codec();
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  const CodecInfo& info() const noexcept { return info_; }

  // Whether these first bytes of a stream (as many as there are, 16 are enough) are of this codec. Stricter than the
  // magics alone where the format allows it.
  bool recognises(Bytes head) const;

  // Whether the stream that begins with these bytes (16 are enough) carries a checksum of its content, as far as its
  // head tells: lz4, xz and zstd streams may leave it out. False for what is no stream of this codec.
  bool is_checksummed(Bytes head) const;

  // A Writer that compresses into `below` (borrowed, must outlive it). finish() ends the stream and flushes `below`,
  // which stays open. Error `usage` for a level outside the range, `not_built`.
  std::unique_ptr<Writer> writer(Writer& below, const CodecOptions& options = {}) const;

  // A Reader of the decompressed bytes of `below` (borrowed, must outlive it), in memory bounded by the codec's window.
  // It takes no byte of `below` behind the streams that it was asked to read: see `Reader::finish`.
  std::unique_ptr<Reader> reader(Reader& below, const CodecOptions& options = {}) const;

  // Whole buffers, of any length. `decompress` requires that `bytes` holds streams of this codec and nothing else.
  Region compress(Bytes bytes, const CodecOptions& options = {}) const;
  Region decompress(Bytes bytes, const CodecOptions& options = {}) const;

 protected:
  explicit Codec(CodecInfo info);

  virtual std::unique_ptr<Encoder> do_encoder(int level) const = 0;
  virtual std::unique_ptr<Decoder> do_decoder(const Limits& limits) const = 0;
  // What drives them; arguments are checked, `level` and `threads` resolved. Codecs that work block by block on several
  // threads have drivers of their own. `size`: the whole length of the content, where it is known.
  virtual std::unique_ptr<Writer> do_writer(Writer& below, int level, std::size_t threads,
                                            std::optional<std::uint64_t> size) const;
  virtual std::unique_ptr<Reader> do_reader(Reader& below, const Limits& limits, std::size_t threads) const;
  // As a writer into memory does it; for small content there may be a shorter way.
  virtual Region do_compress(Bytes bytes, int level, std::size_t threads) const;
  // Default: one of the magics fits.
  virtual bool do_recognises(Bytes head) const;
  // Only called where the codec recognises the head. Default: CodecInfo::has_checksum.
  virtual bool do_is_checksummed(Bytes head) const;

 private:
  CodecInfo info_;
};

// Codecs by name, extension and magic.
//
// Thread-safe. A codec that was found stays valid for the life of the registry, also after it was replaced.
class LARDER_API CodecRegistry {
 public:
  // A registry that holds the built-in codecs.
  CodecRegistry();
  ~CodecRegistry();
  CodecRegistry(const CodecRegistry&) = delete;
  CodecRegistry& operator=(const CodecRegistry&) = delete;

  // The registry that load, dump and the command use.
  static CodecRegistry& global();

  // Adds a codec, which is then found by its names, extensions and magics; among equals the one added last wins.
  // Error `usage`: no name, extension or magic is empty, none of either is given, a name, extension or magic is taken
  // and `force` is false. With `force` the codecs that hold the name are replaced.
  void add(std::unique_ptr<Codec> codec, bool force = false);

  // Adds the codecs of a plugin (<larder/plugin/abi.h>, docs/plugins.md), all or none, and returns them. This is the
  // only way in which larder ever loads one, and it is code that runs with all your rights: load what you trust. It
  // stays loaded for ever. A plugin that is none, or lies, is refused with a reason: Errors `not_found`, `malformed`,
  // `unsupported` (another version of the ABI), `usage` (as for `add`).
  std::vector<const Codec*> load_plugin(const Path& path);
  // Likewise of all plugins in a directory, "*.so", by name; the first that is refused ends it.
  std::vector<const Codec*> load_plugins(const Path& directory);

  // By name or alias, case-sensitive; null where there is none.
  const Codec* find(std::string_view name) const;
  // As find, but Error `usage`, listing what is possible, where there is none, and `not_built` where this build lacks
  // it.
  const Codec& get(std::string_view name) const;
  // By the end of the file name; null where no extension fits.
  const Codec* find_by_extension(std::string_view filename) const;
  // By the first bytes (16 are enough); null where none recognises them. A codec that is not built is also returned:
  // using it says so.
  const Codec* detect(Bytes head) const;

  // All codecs, in the order in which they were added.
  std::vector<const Codec*> list() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace larder
