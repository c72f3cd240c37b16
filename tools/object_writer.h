// Objects on their way into an output.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <larder/compress.h>
#include <larder/dump.h>
#include <larder/plugin/format.h>
#include <larder/writer.h>

#include "persist/siblings.h"

namespace larder::tools {

// How objects are to be stored.
struct StorageOptions {
  std::string compress = "false";  // as joblib's compress argument: Compress::parse; so that the name decides
  std::string format;              // empty: by the name
  std::string format_otherwise;    // where the name tells nothing either; empty: joblib
  int protocol = 4;                // of pickle
  bool share_arrays = false;       // PickleWriting's, as is the next
  std::optional<std::size_t> array_alignment;
  std::optional<int> deflate;  // of npz
  int threads = 0;             // as in DumpOptions
  FileOptions file;            // of what lies beside a file
};

// Writes objects one after another, each as the format writes it, all in one compressed stream; one object where
// nothing can follow it. Where the compression is to be chosen, the first object decides.
class ObjectWriter {
 public:
  // name: of the output, which decides what the options leave open; "-" decides nothing. target: borrowed. Errors
  // `usage`, also for what the format does not have, `not_built`.
  ObjectWriter(const std::string& name, const StorageOptions& options, Writer& target, bool quiet);

  // expected: how many bytes the object may take before compression, for the progress bar. metadata: a dict to be
  // stored behind the object or beside the file, or None. Error `usage` for a value that the format cannot hold.
  void write(Value value, std::optional<std::uint64_t> expected, Value metadata = {});

  // Ends the compressed stream, and publishes what lies beside the file; the target is not finished.
  void finish();

  const Format& format() const noexcept { return format_; }

  // "joblib, zstd:19".
  std::string description() const;
  // What compress="auto" chose, once the first object is written; nothing where it was not asked.
  const std::optional<Choice>& choice() const noexcept { return choice_; }

 private:
  void start(Value first);
  // What follows the object in the file.
  std::string footer_of(Value value, Value metadata);

  Writer& target_;
  const Format& format_;
  std::string name_;
  Compress compress_;
  bool quiet_;
  bool started_ = false;
  Compression compression_;
  std::optional<Choice> choice_;
  std::unique_ptr<Writer> encoder_;
  DumpOptions dump_options_;
  bool metadata_written_ = false;
  std::optional<internal::Siblings> siblings_;  // of a file
  std::string metadata_beside_;
};

}  // namespace larder::tools
