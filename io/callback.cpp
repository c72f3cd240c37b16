#include <larder/reader.h>
#include <larder/writer.h>

#include "base/text.h"

namespace larder {

namespace {

// What the function throws reaches the caller as it is. Reader checks that it does not claim more than was asked for.
class CallbackReader final : public Reader {
 public:
  CallbackReader(ReadFunction read, std::string name) : read_(std::move(read)), name_(std::move(name)) {
    if (!read_) internal::fail(ErrorKind::usage, name_, ": an empty function cannot be read");
  }

 private:
  std::size_t do_read(MutableBytes out) override { return read_(out); }
  std::string do_name() const override { return name_; }

  ReadFunction read_;
  std::string name_;
};

class CallbackWriter final : public Writer {
 public:
  CallbackWriter(WriteFunction write, std::string name) : write_(std::move(write)), name_(std::move(name)) {
    if (!write_) internal::fail(ErrorKind::usage, name_, ": an empty function cannot be written to");
  }

 private:
  void do_write(Bytes bytes) override { write_(bytes); }
  void do_finish() override {}
  std::string do_name() const override { return name_; }

  WriteFunction write_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Reader> callback_reader(ReadFunction read, std::string name) {
  return std::make_unique<CallbackReader>(std::move(read), std::move(name));
}

std::unique_ptr<Writer> callback_writer(WriteFunction write, std::string name) {
  return std::make_unique<CallbackWriter>(std::move(write), std::move(name));
}

}  // namespace larder
