// Objects on their way into an output.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <larder/compress.h>
#include <larder/dump.h>
#include <larder/writer.h>

namespace larder::tools {

// How objects are to be stored.
struct StorageOptions {
  std::string compress = "false";  // as joblib's compress argument: Compress::parse; so that the name decides
  std::string format;              // empty: by the name
  std::string format_otherwise;    // where the name tells nothing either; empty: joblib
  int protocol = 4;                // of pickle
  bool share_arrays = false;       // PickleWriting's, as is the next
  std::optional<std::size_t> array_alignment;
  int threads = 0;  // as in DumpOptions
};

// Writes objects one after another, each as the format writes it, all in one compressed stream. Where the compression
// is to be chosen, the first object decides.
class ObjectWriter {
 public:
  // name: of the output, which decides what the options leave open; "-" decides nothing. target: borrowed. Errors
  // `usage`, also for what the format does not have, `not_built`.
  ObjectWriter(const std::string& name, const StorageOptions& options, Writer& target, bool quiet);

  // expected: how many bytes the object may take before compression, for the progress bar. metadata: a dict to be
  // stored behind the object, or None. Error `usage` for a value that the format cannot hold.
  void write(Value value, std::optional<std::uint64_t> expected, Value metadata = {});

  // Ends the compressed stream; the target is not finished.
  void finish();

  // "joblib, zstd:19".
  std::string description() const;
  // What compress="auto" chose, once the first object is written; nothing where it was not asked.
  const std::optional<Choice>& choice() const noexcept { return choice_; }

 private:
  void start(Value first);

  Writer& target_;
  std::string name_;
  Compress compress_;
  bool quiet_;
  bool started_ = false;
  Compression compression_;
  std::optional<Choice> choice_;
  std::unique_ptr<Writer> encoder_;
  DumpOptions dump_options_;
  bool metadata_written_ = false;
};

}  // namespace larder::tools
