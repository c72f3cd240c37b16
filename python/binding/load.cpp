// A file that is read: what it is, its opcodes for the C unpickler, the elements of its arrays.
#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pybind11/stl.h>

#include <larder/codec.h>
#include <larder/load.h>
#include <larder/plugin/format.h>
#include <larder/reader.h>

#include "base/text.h"
#include "formats/pickle/joblib_split.h"
#include "persist/detect.h"
#include "persist/footer.h"
#include "python/binding/arrays.h"
#include "python/binding/interrupt.h"
#include "python/binding/parts.h"
#include "python/binding/python_file.h"
#include "python/binding/streams.h"
#include "python/binding/values.h"

namespace py = pybind11;

namespace larder::python {

using internal::fail;
using internal::JoblibSplit;

namespace {

// A file, or a file object, and what decompresses it.
class Source {
 public:
  Source(const py::object& file, int threads) {
    if (py::isinstance<py::str>(file)) {
      const std::string path = py::cast<std::string>(py::module_::import("os").attr("fsencode")(file));
      name_ = path;
      const py::gil_scoped_release unlocked;
      owned_ = open_file(path);
      file_ = owned_.get();
      begin(threads);
    } else if (Input* const input = input_of(file)) {
      held_ = file;
      file_ = &input->reader();
      const py::gil_scoped_release unlocked;
      begin(threads);
    } else {
      auto reader = std::make_unique<PythonReader>(file);
      python_file_ = reader.get();
      owned_ = std::move(reader);
      file_ = owned_.get();
      const py::gil_scoped_release unlocked;
      begin(threads);
    }
  }

  std::string codec() const { return codec_ == nullptr ? "" : codec_->info().name; }
  std::string format() const {
    const py::gil_scoped_release unlocked;
    return internal::detect_format(*reader_, codec_ == nullptr ? name_ : "", codec_ == nullptr && !name_.empty())
        .info()
        .name;
  }
  std::uint64_t position() const { return reader_->position(); }
  Reader& reader() { return *reader_; }

  void read_exactly(const py::buffer& target) {
    const py::buffer_info info = target.request(true);
    const MutableBytes bytes(static_cast<std::byte*>(info.ptr), static_cast<std::size_t>(info.size * info.itemsize));
    const py::gil_scoped_release unlocked;
    reader_->read_exactly(bytes, "the array's data");
  }

  void skip_padding() {
    const py::gil_scoped_release unlocked;
    std::byte length{};
    reader_->read_exactly({&length, 1}, "the array's padding");
    reader_->skip(std::to_integer<std::uint64_t>(length), "the array's padding");
  }

  void skip(std::uint64_t size) {
    const py::gil_scoped_release unlocked;
    reader_->skip(size, "the array's data");
  }

  py::bytes read_all() {
    std::string content;
    {
      const py::gil_scoped_release unlocked;
      for (Bytes ahead = reader_->peek(); !ahead.empty(); ahead = reader_->peek()) {
        content.append(as_text(ahead));
        reader_->consume(ahead.size());
      }
    }
    return content;
  }

  // The object as plain data. path: of the file, for what lies beside it; empty where there is none.
  py::object load_plain(const std::string& mmap_mode, bool native, const std::string& format, int threads) {
    LoadOptions options;
    options.mmap_mode = parse_map_mode(mmap_mode);
    options.ensure_native_byte_order = native;
    options.format = format;
    options.threads = threads;
    options.companions_of = name_;
    options.warn = [](std::string_view line) {
      const py::gil_scoped_acquire locked;
      if (PyErr_WarnEx(PyExc_UserWarning, std::string(line).c_str(), 2) != 0) throw py::error_already_set();
    };
    const auto document = [&] {
      const py::gil_scoped_release unlocked;
      return load(*reader_, options);
    }();
    return to_python(document);
  }

  // Verifies what covers the object that was read, and leaves a file object right behind it.
  void finish() {
    {
      const py::gil_scoped_release unlocked;
      if (decoder_) static_cast<void>(reader_->finish());
    }
    if (python_file_ != nullptr) {
      interruptible_.reset();
      python_file_->settle();
    }
  }

 private:
  void begin(int threads) {
    internal::skip_footers(*file_);
    codec_ = internal::detect_codec(*file_, CodecRegistry::global());
    if (codec_ != nullptr) decoder_ = codec_->reader(*file_, {.level = {}, .limits = {}, .threads = threads});
    reader_ = decoder_ ? decoder_.get() : file_;
    if (python_file_ != nullptr || held_) return;  // which notice interruptions themselves
    interruptible_ = interruptible_reader(*reader_);
    reader_ = interruptible_.get();
  }

  std::string name_;
  py::object held_;  // whose Reader file_ is, where it is not owned_
  std::unique_ptr<Reader> owned_;
  Reader* file_ = nullptr;
  PythonReader* python_file_ = nullptr;
  const Codec* codec_ = nullptr;
  std::unique_ptr<Reader> decoder_;
  std::unique_ptr<Reader> interruptible_;
  Reader* reader_ = nullptr;
};

// One pickle of a source, as a file object that the C unpickler reads: it peeks at a piece, then reads what it used.
class PickleSource {
 public:
  explicit PickleSource(Source& source) : source_(source), split_(source.reader(), limits_) {}

  py::object peek(std::size_t) {
    if (at_ == piece_.size() && content_ == 0) next();
    return py::bytes(reinterpret_cast<const char*>(piece_.data()) + at_, piece_.size() - at_);
  }

  py::object read(std::size_t size) {
    const std::size_t left = piece_.size() - at_;
    if (size <= left) {
      at_ += size;
      return empty_;  // it has them from peek
    }
    if (left > 0 || size != content_) fail(ErrorKind::malformed, "the pickle's opcodes and their lengths disagree");
    content_ = 0;
    Region region;
    {
      const py::gil_scoped_release unlocked;
      region = source_.reader().read_region(size, "a text of the pickle");
    }
    return shared_bytes(std::move(region));
  }

  std::size_t readinto(const py::buffer& target) {
    const py::buffer_info info = target.request(true);
    const auto size = static_cast<std::size_t>(info.size * info.itemsize);
    if (at_ != piece_.size() || size != content_)
      fail(ErrorKind::malformed, "the pickle's opcodes and their lengths disagree");
    content_ = 0;
    const py::gil_scoped_release unlocked;
    source_.reader().read_exactly({static_cast<std::byte*>(info.ptr), size}, "bytes of the pickle");
    return size;
  }

  // All lines are in pieces.
  py::object readline() { fail(ErrorKind::malformed, "a line of the pickle does not end"); }

  // Throws again what ended the reading; nothing where nothing did. (The unpickler makes EOFErrors of
  // UnpicklingErrors.)
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

  // Of the wrapper whose state the unpickler sets at the moment: whether its elements lie at the source's position.
  bool at_wrapper() const { return at_wrapper_; }
  void array_was_read() {
    at_wrapper_ = false;
    split_.array_was_read();
  }

 private:
  void next() {
    const py::gil_scoped_release unlocked;
    at_wrapper_ = false;
    at_ = 0;
    if (ended_) fail(ErrorKind::malformed, "the pickle goes on behind its end");
    JoblibSplit::End end{};
    try {
      end = split_.next(piece_);
    } catch (...) {
      failure_ = std::current_exception();
      throw;
    }
    at_wrapper_ = end == JoblibSplit::End::wrapper;
    ended_ = end == JoblibSplit::End::stop;
    if (end == JoblibSplit::End::content) content_ = split_.content_size();
  }

  Source& source_;
  Limits limits_;
  JoblibSplit split_;
  std::vector<std::byte> piece_;
  std::size_t at_ = 0;
  std::uint64_t content_ = 0;  // bytes of the source that the last opcode of the piece asks for
  bool at_wrapper_ = false;
  bool ended_ = false;
  std::exception_ptr failure_;
  py::bytes empty_{""};
};

}  // namespace

void bind_load(py::module_& module) {
  py::class_<Source>(module, "Source")
      .def(py::init<const py::object&, int>(), py::arg("file"), py::arg("threads"))
      .def_property_readonly("codec", &Source::codec)
      .def_property_readonly("format", &Source::format)
      .def_property_readonly("position", &Source::position)
      .def("read_exactly", &Source::read_exactly)
      .def("skip_padding", &Source::skip_padding)
      .def("skip", &Source::skip)
      .def("read_all", &Source::read_all)
      .def("load_plain", &Source::load_plain, py::arg("mmap_mode"), py::arg("native"), py::arg("format"),
           py::arg("threads"))
      .def("finish", &Source::finish);
  py::class_<PickleSource>(module, "PickleSource")
      .def(py::init<Source&>(), py::keep_alive<1, 2>())
      .def("peek", &PickleSource::peek)
      .def("read", &PickleSource::read)
      .def("readinto", &PickleSource::readinto)
      .def("readline", &PickleSource::readline)
      .def("rethrow", &PickleSource::rethrow)
      .def_property_readonly("at_wrapper", &PickleSource::at_wrapper)
      .def("array_was_read", &PickleSource::array_was_read);
}

}  // namespace larder::python
