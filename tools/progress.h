// Readers and Writers that pass everything through, show how far the work is, and stop it on Ctrl-C.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <larder/reader.h>
#include <larder/writer.h>

namespace larder::tools {

// A line on standard error that is rewritten as the work goes on: only on a terminal, and only for work of more than
// half a second. The destructor clears it.
class Progress {
 public:
  // title: what is worked on; total: how many bytes there will be, where that is known; quiet: show nothing.
  Progress(std::string title, std::optional<std::uint64_t> total, bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Counts `bytes` more. Throws Interrupted after Ctrl-C.
  void advance(std::uint64_t bytes);
  // Takes the line away, for a message to stand there; it comes back as the work goes on.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(Clock::time_point now);

  std::string title_;
  std::optional<std::uint64_t> total_;
  std::uint64_t done_ = 0;
  bool visible_;
  std::size_t drawn_ = 0;  // characters on the line
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_ = start_ + std::chrono::milliseconds(500);
};

// Reads from `below`.
class ProgressReader final : public Reader {
 public:
  ProgressReader(std::unique_ptr<Reader> below, bool quiet);
  ~ProgressReader() override;

 private:
  std::size_t do_read(MutableBytes out) override;
  bool do_can_seek() const override;
  void do_seek(std::uint64_t position) override;
  std::optional<std::uint64_t> do_size() const override;
  std::string do_name() const override;

  std::unique_ptr<Reader> below_;
  Progress progress_;
};

// Writes to `below`, which is borrowed; finish() flushes it and does not finish it.
class ProgressWriter final : public Writer {
 public:
  ProgressWriter(Writer& below, std::optional<std::uint64_t> total, bool quiet);
  ~ProgressWriter() override;

 private:
  void do_write(Bytes bytes) override;
  void do_flush() override;
  void do_finish() override;
  std::string do_name() const override;

  Writer& below_;
  Progress progress_;
};

// Writes what is left of `from` to `to`, which is not finished.
void copy(Reader& from, Writer& to);

}  // namespace larder::tools
