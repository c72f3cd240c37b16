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
  std::string compress = "auto";  // as joblib's compress argument: Compress::parse
  std::string format;             // empty: by the name
  std::string format_otherwise;   // where the name tells nothing either; empty: joblib
  int protocol = 4;               // of pickle
  bool share_arrays = false;      // PickleWriting's, as is the next
  std::optional<std::size_t> array_alignment;
  int threads = 0;  // as in DumpOptions
};

// Writes objects one after another, each as the format writes it, all in one compressed stream.
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

 private:
  Writer& target_;
  bool quiet_;
  Compression compression_;
  std::unique_ptr<Writer> encoder_;
  DumpOptions dump_options_;
  bool metadata_written_ = false;
};

}  // namespace larder::tools
