// For authors of a file format: derive from Format and add a row to the format table (CONTRIBUTING.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <larder/bytes.h>
#include <larder/document.h>
#include <larder/limits.h>
#include <larder/pickle.h>
#include <larder/reader.h>
#include <larder/writer.h>

namespace larder {

// What `Format::recognises` is worth.
enum class Signature : std::uint8_t {
  magic,  // the first bytes are this format's (or its family's) and nobody else's: no codec's stream begins so either
  plausible,  // the first bytes look like it; among several such formats the file's name decides, then the table
  none,       // nothing to see: taken by name of format, or by extension where no content says otherwise
};

// Where an object of the format ends.
enum class Extent : std::uint8_t {
  delimited,  // its own bytes tell: another object, or metadata, can follow, and a pipe will do
  rest,       // at the end of the source; formats with a directory at their end seek (formats/whole.h)
};

// What is known about a file format. A plain value.
struct FormatInfo {
  std::string name;                     // "npy"
  std::string description;              // one line
  std::vector<std::string> extensions;  // with the dot; the first is the usual one
  bool reads = false;
  bool writes = false;
  bool maps = false;  // arrays can be mapped from uncompressed files
  Signature signature = Signature::magic;
  Extent extent = Extent::delimited;
  // Formats of one family share their first bytes and are told apart by `read`: "zip", "pickle"; else the name. A file
  // that two families recognise is refused.
  std::string family{};
  // What it holds: any Value; arrays, texts and numbers in nested dicts; arrays by name (a flat dict of str to array);
  // one array; one text or bytes.
  enum class Holds : std::uint8_t { values, tree, named_arrays, array, text, bytes } holds = Holds::values;
  // Whose arrays its values have: "numpy" (joblib, pickle), "torch"; empty: nobody's. `carry` (larder/convert.h) makes
  // arrays that library's own.
  std::string library{};
  // Whether arrays of that dtype can be written; null: all. Thread-safe.
  bool (*has_dtype)(const DType& dtype) = nullptr;
  // Of formats of named arrays that keep a dict of texts, too: its key among the arrays ("__metadata__"); else empty.
  std::string texts_key{};
  // False: this build lacks the library for it, and reading and writing are Error `not_built`.
  bool built = true;
};

// Is told of everything in a file that its own loader would act on, in the order of the file, whatever becomes of the
// result. `at` is the offset of the opcode in the (decompressed) source. The values live as long as the Document that
// is being read, and are not complete yet.
class LoadObserver {
 public:
  virtual ~LoadObserver() = default;
  // A class or function is imported: `global` is one, or an object of the form `extension`.
  virtual void on_import(Value global, std::uint64_t at) = 0;
  // Something is called. callable: a global, or anything that an earlier call returned. arguments: a tuple; keywords: a
  // dict or None. Calls that are only another spelling of plain data (`set(list)`...) are told, too.
  virtual void on_call(ObjectForm form, Value callable, Value arguments, Value keywords, std::uint64_t at) = 0;
  // `object`, which a call made, gets `state`: its __setstate__ would run.
  virtual void on_state(Value object, Value state, std::uint64_t at) = 0;
  // The application is asked for what it means by `id`.
  virtual void on_persistent_id(Value id, std::uint64_t at) = 0;
  // A stream with a memo of its own begins, or ends, inside the object.
  virtual void on_nested_stream(bool begins, std::uint64_t at) = 0;
};

// The elements of an array as they stand in a source.
struct StoredElements {
  const Reader& reader;    // that gives them; borrowed for the call
  std::uint64_t position;  // of the first one in it
  std::uint64_t size;      // bytes, never 0
  const DType* foreign;    // as which they are stored, where they are to be put into native byte order; else null
};

// Which arrays are read. Asked about each array whose elements stand in the source as they are, in the order in which
// the format comes to them: the same with each reading of the same bytes.
class LARDER_API ArrayChoice {
 public:
  virtual ~ArrayChoice();
  // Whether the elements are to be read.
  virtual bool wants(const StoredElements& elements) = 0;
  // They were passed over (by seeking, where the source can): memory of their size in their place. It counts for no
  // limit, and its owner may fill it later.
  virtual Region stand_in(const StoredElements& elements) = 0;
};

// Which checksums of its own a file has, told while it is read. A plain value.
struct OwnChecksums {
  std::vector<std::string> verified{};  // "CRC-32", "fletcher32"..., each once, in the order of the file
  bool some_unchecked = false;          // there is content that none of them covers

  bool cover_all() const noexcept { return !verified.empty() && !some_unchecked; }
};

// Where a format reads from. All of it is borrowed for the duration of the call.
struct ReadSource {
  Reader& reader;  // at the first byte of the object; afterwards right behind its last byte
  const Limits& limits;
  bool native_byte_order;  // convert arrays that are not mapped to this machine's byte order
  // The whole file that `reader` reads, mapped as the caller asked; null where arrays are to be read into memory.
  const Region* mapped_file;
  // Tells the user something that did not stop the load.
  std::function<void(std::string_view)> warn;
  // Opens a file that lies beside the one being read, by its bare name; never anything else: Error `unsafe_reference`
  // for another name, a link, or what is no regular file; `not_found`. Not set where the object comes from no file.
  std::function<std::unique_ptr<Reader>(std::string_view name)> open_sibling{};
  // What only pickles ask for.
  PickleReading pickle{};
  // Is told what the file would do in its own loader; may be null.
  LoadObserver* observer = nullptr;
  // How `mapped_file` was mapped: siblings are mapped alike.
  MapMode map_mode = MapMode::none;
  // The bare name of the file or key, without directory; empty where there is none. Gensim's companions derive from it.
  std::string_view name{};
  // Of a format that holds arrays by name: the only ones to read; empty: all. What is not read is not looked at
  // further than its place requires. Error `not_found` is the caller's matter.
  std::span<const std::string> only{};
  // Also verify the checksums of what is mapped (`larder check`); what is read into memory is verified in any case.
  bool verify = false;
  // Which arrays are read; null: all.
  ArrayChoice* choice = nullptr;
  // As LoadOptions::threads, for what is compressed inside.
  int threads = 0;
  // Is told which checksums were verified; may be null. Formats without any leave it alone.
  OwnChecksums* checksums = nullptr;
};

struct WriteOptions {
  // Of pickle: 0 to 5; -1 is the highest. Below 3 names are those of Python 2, as with Python's `fix_imports`.
  int protocol = 4;
  PickleWriting pickle{};
  // The bare name of the file or key that is written; empty where there is none.
  std::string_view name{};
  // A Writer for a file beside it, by its bare name; borrowed, and never finished by the format: all appear after the
  // format returned, this file last, or none of them. Not set where files have no siblings: Error `unsupported` is
  // then the format's, naming what would have needed one.
  std::function<Writer&(std::string_view name)> create_sibling{};
  // Of formats with compressed members (npz): the level of deflate, 0 to store. Stored arrays can be mapped.
  int deflate = 0;
  // As DumpOptions::threads, for what is compressed inside.
  int threads = 0;
};

// One file format. Immutable and thread-safe.
class LARDER_API Format {
 public:
  virtual ~Format();
  Format(const Format&) = delete;
  Format& operator=(const Format&) = delete;

  const FormatInfo& info() const noexcept { return info_; }

  // Whether a file of this format may start with `head` (4 KiB, less only where the file is shorter). The content
  // decides, never the name.
  virtual bool recognises(Bytes head) const = 0;

  // Reads one object into `document` and makes it the root. Returns the format that the object turned out to be of:
  // this one, or one whose files begin alike. Errors: `truncated`, `malformed`, `limit`, `unsupported`, with positions.
  virtual const Format& read(const ReadSource& source, Document& document) const = 0;

  // Writes `value` as one object at the Writer's position; does not finish the Writer. Error `unsupported`, before
  // anything is written where possible, for what the format cannot hold.
  virtual void write(Value value, Writer& writer, const WriteOptions& options) const = 0;

 protected:
  // An empty FormatInfo::family becomes the name.
  explicit Format(FormatInfo info);

 private:
  FormatInfo info_;
};

// The built-in formats, in the order in which they are asked whether they recognise a file. Thread-safe.
LARDER_API const std::vector<const Format*>& formats();
// By name; null where there is none.
LARDER_API const Format* find_format(std::string_view name);
// By the end of the file name (case-sensitive), the longest extension that fits (".weights.h5" before ".h5"); null
// where none does.
LARDER_API const Format* find_format_by_extension(std::string_view filename);

}  // namespace larder
