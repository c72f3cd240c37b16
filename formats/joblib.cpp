#include "formats/table.h"

#include <array>

#include "base/text.h"
#include "formats/pickle/joblib_array.h"
#include "formats/pickle/legacy_array.h"
#include "formats/pickle/machine.h"
#include "formats/pickle/writer.h"

namespace larder::internal {

namespace {

constexpr int lowest_written_protocol = 2;

// Pickles, and joblib's pickles with arrays between the opcodes: one machine reads both.
class JoblibFormat final : public Format {
 public:
  JoblibFormat()
      : Format({.name = "joblib",
                .description = "joblib >= 0.8 and pickle, protocols 0 to 5",
                .extensions = {".joblib", ".pkl", ".pickle"},
                .reads = true,
                .writes = true,
                .maps = true}) {}

  bool recognises(Bytes head) const override {
    if (head.empty()) return false;
    if (head[0] == std::byte{0x80}) return head.size() < 2 || std::to_integer<int>(head[1]) <= highest_protocol;
    // Protocols 0 and 1 have no header: one of the opcodes that a pickle can start with, all of which push something.
    static constexpr std::string_view first_opcodes = "(]})NIJKLMFGSTUVXc";
    return first_opcodes.find(static_cast<char>(head[0])) != std::string_view::npos;
  }

  void read(const ReadSource& source, Document& document) const override {
    PickleInput input(source.reader, source.limits);
    JoblibArrayReader arrays(source, input, document);
    LegacyArrayReader legacy_arrays(source, document);
    PickleMachine machine(input, document, source, [&](Value object) {
      const Value replaced = legacy_arrays.replace(object);
      return replaced.same_as(object) ? arrays.replace(object) : replaced;
    });
    const Value root = machine.run();
    input.release();
    document.set_root(root);
  }

  void write(Value value, Writer& writer, const WriteOptions& options) const override {
    const int protocol = options.protocol == -1 ? highest_protocol : options.protocol;
    if (protocol < lowest_written_protocol || protocol > highest_protocol) {
      fail(ErrorKind::usage, "pickle protocol must be 2 to ", highest_protocol, " or -1 for the highest, not ",
           options.protocol);
    }
    PickleWriter(writer, protocol).write(value);
  }
};

}  // namespace

const Format& joblib_format() {
  static const JoblibFormat format;
  return format;
}

}  // namespace larder::internal
