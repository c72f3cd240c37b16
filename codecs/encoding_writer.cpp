#include "codecs/encoding_writer.h"

#include <utility>

#include "base/text.h"
#include "codecs/slice.h"

namespace larder::internal {

EncodingWriter::EncodingWriter(Writer& below, std::unique_ptr<Encoder> encoder, std::string codec)
    : below_(below), encoder_(std::move(encoder)), codec_(std::move(codec)), out_(encoder_->room()) {}

void EncodingWriter::do_write(Bytes bytes) {
  bool was_idle = false;
  while (!bytes.empty()) {
    const Step done = step(first_slice(bytes), false);
    bytes = bytes.subspan(done.consumed);
    const bool idle = done.consumed == 0 && done.produced == 0;
    if (idle && was_idle) fail(ErrorKind::io, "the ", codec_, " encoder makes no progress");
    was_idle = idle;
  }
}

void EncodingWriter::do_finish() {
  bool was_idle = false;
  while (true) {
    const Step done = step({}, true);
    if (done.ended) break;
    const bool idle = done.produced == 0;
    if (idle && was_idle) fail(ErrorKind::io, "the ", codec_, " encoder makes no progress at the end of the stream");
    was_idle = idle;
  }
  below_.flush();
}

Step EncodingWriter::step(Bytes in, bool last) {
  Step done;
  try {
    done = encoder_->step(in, out_, last);
    if (done.consumed > in.size() || done.produced > out_.size() || (done.ended && !last))
      fail(ErrorKind::io, "the encoder claims more than it was given");
  } catch (Error& error) {
    error.at(join(codec_, ": byte ", consumed_, " before compression"));
    throw;
  }
  consumed_ += done.consumed;
  if (done.produced != 0) below_.write(Bytes(out_).first(done.produced));
  return done;
}

}  // namespace larder::internal
