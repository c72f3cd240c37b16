#include "tools/progress.h"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

#include "base/text.h"
#include "tools/interrupt.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

constexpr std::size_t piece = std::size_t{4} << 20;  // bytes between two looks at the clock

void write_terminal(const std::string& text) {
  // A progress line that cannot be shown is no reason to stop.
  static_cast<void>(std::fputs(text.c_str(), stderr));
  static_cast<void>(std::fflush(stderr));
}

}  // namespace

Progress::Progress(std::string title, std::optional<std::uint64_t> total, bool quiet)
    : title_(printable(title)), total_(total), visible_(!quiet && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (drawn_ > 0) write_terminal("\r" + std::string(drawn_, ' ') + "\r");
  drawn_ = 0;
}

void Progress::advance(std::uint64_t bytes) {
  throw_if_interrupted();
  done_ += bytes;
  if (!visible_) return;
  const auto now = Clock::now();
  if (now >= next_) draw(now);
}

void Progress::draw(Clock::time_point now) {
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double speed = static_cast<double>(done_) / seconds;
  std::string line = internal::join(title_, ": ", size_text(done_));
  if (total_ && *total_ >= done_ && *total_ > 0) {
    const double share = static_cast<double>(done_) / static_cast<double>(*total_);
    const auto filled = static_cast<std::size_t>(share * 20);
    line += internal::join(" of ", size_text(*total_), " [", std::string(filled, '#'), std::string(20 - filled, '.'),
                           "] ", decimal(100 * share, 0), " %");
  }
  line += internal::join(", ", size_text(static_cast<std::uint64_t>(speed)), "/s");
  const std::size_t length = line.size();
  if (length < drawn_) line.append(drawn_ - length, ' ');
  write_terminal("\r" + line);
  drawn_ = length;
  next_ = now + std::chrono::milliseconds(100);
}

ProgressReader::ProgressReader(std::unique_ptr<Reader> below, bool quiet)
    : below_(std::move(below)), progress_("reading " + below_->name(), below_->size(), quiet) {}

ProgressReader::~ProgressReader() = default;

std::size_t ProgressReader::do_read(MutableBytes out) {
  const std::size_t count = below_->read(out.first(std::min(out.size(), piece)));
  progress_.advance(count);
  return count;
}

bool ProgressReader::do_can_seek() const { return below_->can_seek(); }

void ProgressReader::do_seek(std::uint64_t position) { below_->seek(position); }

std::optional<std::uint64_t> ProgressReader::do_size() const { return below_->size(); }

std::string ProgressReader::do_name() const { return below_->name(); }

ProgressWriter::ProgressWriter(Writer& below, std::optional<std::uint64_t> total, bool quiet)
    : Writer(below.position()), below_(below), progress_("writing " + below.name(), total, quiet) {}

ProgressWriter::~ProgressWriter() = default;

void ProgressWriter::do_write(Bytes bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), piece);
    below_.write(bytes.first(count));
    bytes = bytes.subspan(count);
    progress_.advance(count);
  }
}

void ProgressWriter::do_flush() { below_.flush(); }

void ProgressWriter::do_finish() { below_.flush(); }

std::string ProgressWriter::do_name() const { return below_.name(); }

void copy(Reader& from, Writer& to) {
  for (Bytes bytes = from.peek(); !bytes.empty(); bytes = from.peek()) {
    to.write(bytes);
    from.consume(bytes.size());
  }
}

}  // namespace larder::tools
