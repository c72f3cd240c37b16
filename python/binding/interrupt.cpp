#include "python/binding/interrupt.h"

#include <pybind11/pybind11.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace py = pybind11;

namespace larder::python {

namespace {

constexpr std::size_t largest_piece = std::size_t{4} << 20;
constexpr std::int64_t interval = 50'000'000;

class InterruptibleReader final : public Reader {
 public:
  explicit InterruptibleReader(Reader& below) : below_(below) { set_position(below.position()); }

 private:
  std::size_t do_read(MutableBytes out) override {
    interruption_.check();
    return below_.read(out.first(std::min(out.size(), largest_piece)));
  }
  bool do_can_seek() const override { return below_.can_seek(); }
  void do_seek(std::uint64_t position) override { below_.seek(position); }
  std::optional<std::uint64_t> do_size() const override { return below_.size(); }
  std::optional<Region> do_map(MapMode mode) const override { return below_.map(mode); }
  std::string do_name() const override { return below_.name(); }
  std::uint64_t do_finish() override { return below_.finish(); }

  Reader& below_;
  Interruption interruption_;
};

class InterruptibleWriter final : public Writer {
 public:
  explicit InterruptibleWriter(Writer& below) : Writer(below.position(), 0), below_(below) {}

 private:
  void do_write(Bytes bytes) override {
    while (!bytes.empty()) {
      interruption_.check();
      const Bytes piece = bytes.first(std::min(bytes.size(), largest_piece));
      below_.write(piece);
      bytes = bytes.subspan(piece.size());
    }
  }
  void do_flush() override { below_.flush(); }
  void do_finish() override { below_.flush(); }
  std::string do_name() const override { return below_.name(); }

  Writer& below_;
  Interruption interruption_;
};

}  // namespace

void Interruption::check() {
  const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  if (now < next_) return;
  const bool is_first = next_ == 0;
  next_ = now + interval;
  if (is_first) return;
  const py::gil_scoped_acquire locked;
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

std::unique_ptr<Reader> interruptible_reader(Reader& below) { return std::make_unique<InterruptibleReader>(below); }

std::unique_ptr<Writer> interruptible_writer(Writer& below) { return std::make_unique<InterruptibleWriter>(below); }

}  // namespace larder::python
