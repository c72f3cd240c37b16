#include "base/text.h"
#include "formats/table.h"
#include "formats/tensorflow/bundle.h"
#include "formats/whole.h"

namespace larder::internal {

namespace {

// How the first block of an index begins that is not compressed: an entry without a name, of a few bytes, whose value
// is the header: how many shards there are, then the version 1 of who wrote it.
bool begins_as_index(std::string_view head) noexcept {
  const auto at = [&](std::size_t place, auto fits) {
    return place >= head.size() || fits(static_cast<unsigned char>(head[place]));
  };
  const auto is = [&](std::size_t place, unsigned char byte) {
    return at(place, [byte](unsigned char found) { return found == byte; });
  };
  return !head.empty() && is(0, 0) && is(1, 0) && at(2, [](unsigned char size) { return size >= 6 && size < 40; }) &&
         is(3, 0x08) && at(4, [](unsigned char shards) { return shards != 0 && shards < 0x80; }) && is(5, 0x1a) &&
         is(6, 2) && is(7, 0x08);
}

class TfCheckpointFormat final : public Format {
 public:
  TfCheckpointFormat()
      : Format({.name = "tf-checkpoint",
                .description = "variables of TensorFlow: the index of a checkpoint or SavedModel",
                .extensions = {".index"},
                .reads = true,
                .maps = true,
                .signature = Signature::plausible,
                .extent = Extent::rest,
                .holds = FormatInfo::Holds::named_arrays}) {}

  bool recognises(Bytes head) const override { return begins_as_index(as_text(head)); }

  const Format& read(const ReadSource& source, Document& document) const override {
    WholeSource whole(source);
    document.set_root(read_bundle(whole, document));
    whole.finish();
    return *this;
  }

  void write(Value, Writer&, const WriteOptions&) const override {
    fail(ErrorKind::unsupported, "checkpoints of TensorFlow are only read; TensorFlow itself writes them");
  }
};

}  // namespace

const Format& tf_checkpoint_format() {
  static const TfCheckpointFormat format;
  return format;
}

}  // namespace larder::internal
