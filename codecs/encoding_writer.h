// The one driver of all encoders: a Writer that passes what an Encoder makes on to the Writer below.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <larder/plugin/codec.h>
#include <larder/writer.h>

namespace larder::internal {

// Compresses one stream, in slices, large pieces straight from the caller's memory. finish() ends the stream and
// flushes `below`; dropped, it writes no end.
class EncodingWriter final : public Writer {
 public:
  // `below` is borrowed; `codec` is the name for messages.
  EncodingWriter(Writer& below, std::unique_ptr<Encoder> encoder, std::string codec);

 private:
  void do_write(Bytes bytes) override;
  void do_flush() override { below_.flush(); }
  void do_finish() override;
  std::string do_name() const override { return below_.name(); }

  // One step, checked, its output written.
  Step step(Bytes in, bool last);

  Writer& below_;
  std::unique_ptr<Encoder> encoder_;
  std::string codec_;
  std::vector<std::byte> out_;
  std::uint64_t consumed_ = 0;
};

}  // namespace larder::internal
