#include <algorithm>

#include <larder/reader.h>
#include <larder/writer.h>

#include "base/text.h"

namespace larder {

namespace {

[[noreturn]] void fail_limit(const std::string& name, std::uint64_t most, std::uint64_t position) {
  throw Error(ErrorKind::limit, internal::join(name, ": more than the ", most, " bytes that are allowed"))
      .at(internal::join("byte ", position, " of ", name));
}

// Positions are those of the Reader below.
class LimitReader final : public Reader {
 public:
  LimitReader(Reader& below, std::uint64_t most) : below_(below), most_(most), left_(most) {
    set_position(below_.position());
  }

 private:
  std::size_t do_read(MutableBytes out) override {
    if (left_ == 0) {
      if (!below_.peek(1).empty()) fail_limit(name(), most_, below_.position());
      return 0;
    }
    const std::size_t size =
        below_.read(out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_))));
    left_ -= size;
    return size;
  }
  std::optional<std::uint64_t> do_size() const override { return below_.size(); }
  std::string do_name() const override { return below_.name(); }

  Reader& below_;
  std::uint64_t most_;
  std::uint64_t left_;
};

// Positions are those of the Writer below, which does the gathering.
class LimitWriter final : public Writer {
 public:
  LimitWriter(Writer& below, std::uint64_t most)
      : Writer(below.position(), 0), below_(below), most_(most), left_(most) {}

 private:
  void do_write(Bytes bytes) override {
    if (bytes.size() > left_) fail_limit(name(), most_, below_.position() + left_);
    below_.write(bytes);
    left_ -= bytes.size();
  }
  void do_flush() override { below_.flush(); }
  void do_finish() override { below_.flush(); }
  std::string do_name() const override { return below_.name(); }

  Writer& below_;
  std::uint64_t most_;
  std::uint64_t left_;
};

}  // namespace

std::unique_ptr<Reader> limit_reader(Reader& below, std::uint64_t most) {
  return std::make_unique<LimitReader>(below, most);
}

std::unique_ptr<Writer> limit_writer(Writer& below, std::uint64_t most) {
  return std::make_unique<LimitWriter>(below, most);
}

}  // namespace larder
