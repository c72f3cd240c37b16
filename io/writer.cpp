#include <larder/writer.h>

#include "base/text.h"

namespace larder {

Writer::~Writer() = default;

void Writer::write(Bytes bytes) {
  require_open("write");
  state_ = State::failed;  // unless the end of this function is reached
  if (bytes.size() >= buffer_size_) {
    drain();
    if (!bytes.empty()) do_write(bytes);
  } else {
    if (bytes.size() > buffer_size_ - buffer_.size()) drain();
    buffer_.reserve(buffer_size_);
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  position_ += bytes.size();
  state_ = State::open;
}

void Writer::flush() {
  require_open("flush");
  state_ = State::failed;
  drain();
  do_flush();
  state_ = State::open;
}

void Writer::finish() {
  require_open("finish");
  state_ = State::failed;
  drain();
  do_finish();
  state_ = State::finished;
}

std::string Writer::name() const { return do_name(); }

void Writer::require_open(const char* what) const {
  if (state_ == State::finished)
    internal::fail(ErrorKind::usage, name(), ": cannot ", what, ": the writer is finished");
  if (state_ == State::failed) internal::fail(ErrorKind::usage, name(), ": cannot ", what, ": an earlier call failed");
}

void Writer::drain() {
  if (buffer_.empty()) return;
  do_write(buffer_);
  buffer_.clear();
}

}  // namespace larder
