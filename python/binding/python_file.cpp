#include "python/binding/python_file.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace py = pybind11;

namespace larder::python {

using internal::fail;

namespace {

constexpr std::size_t read_ahead = std::size_t{256} << 10;
constexpr std::size_t largest_write = std::size_t{16} << 20;

py::object method(const py::object& file, const char* name) { return py::getattr(file, name, py::none()); }

bool answers_yes(const py::object& file, const char* question) {
  const py::object asked = method(file, question);
  return !asked.is_none() && py::cast<bool>(asked());
}

// Where the object stands; nothing where it does not tell.
std::optional<std::uint64_t> position_of(const py::object& file) {
  const py::object tell = method(file, "tell");
  if (tell.is_none()) return std::nullopt;
  try {
    return py::cast<std::uint64_t>(tell());
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_OSError)) throw;  // pipes and sockets
    return std::nullopt;
  }
}

// How long the object is, where going to any place of it costs little: not so where it decompresses.
std::optional<std::uint64_t> size_at_hand(const py::object& file) {
  const py::module_ io = py::module_::import("io");
  const py::object inner = py::isinstance(file, io.attr("BufferedReader")) ? file.attr("raw") : file;
  if (py::isinstance(inner, py::make_tuple(io.attr("FileIO"), io.attr("BytesIO")))) {
    const py::object position = file.attr("tell")();
    const py::object size = file.attr("seek")(0, 2);
    file.attr("seek")(position);
    return py::cast<std::uint64_t>(size);
  }
  const py::object size = method(file, "size");  // of fsspec's files
  return py::isinstance<py::int_>(size) ? std::optional(py::cast<std::uint64_t>(size)) : std::nullopt;
}

// A view that nobody can use when it is gone.
class View {
 public:
  explicit View(MutableBytes bytes)
      : view_(py::memoryview::from_memory(bytes.data(), static_cast<py::ssize_t>(bytes.size()), false)) {}
  explicit View(Bytes bytes)
      : view_(py::memoryview::from_memory(bytes.data(), static_cast<py::ssize_t>(bytes.size()))) {}
  const py::memoryview& get() const { return view_; }
  void release() { view_.attr("release")(); }

 private:
  py::memoryview view_;
};

class PythonWriter final : public Writer {
 public:
  explicit PythonWriter(py::object file)
      : Writer(position_of(file).value_or(0), read_ahead),
        write_(file.attr("write")),
        name_(name_of_file(file)),
        takes_views_(is_of_io(file)) {}

  ~PythonWriter() override {
    const py::gil_scoped_acquire locked;
    write_ = py::object();
  }

 private:
  // Objects of Python's own keep no reference to what they are given; others get bytes, as from joblib.
  static bool is_of_io(const py::object& file) {
    const py::module_ io = py::module_::import("io");
    return py::isinstance(file, py::make_tuple(io.attr("BufferedWriter"), io.attr("BytesIO"), io.attr("FileIO")));
  }

  void do_write(Bytes bytes) override {
    const py::gil_scoped_acquire locked;
    while (!bytes.empty()) {
      const Bytes piece = bytes.first(std::min(bytes.size(), largest_write));
      bytes = bytes.subspan(std::min(piece.size(), passed_on(piece)));
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
  }

  // How many bytes the object took. What tells nothing takes all.
  std::size_t passed_on(Bytes piece) {
    py::object taken;
    if (takes_views_) {
      View view(piece);
      taken = write_(view.get());
      view.release();
    } else {
      taken = write_(py::bytes(reinterpret_cast<const char*>(piece.data()), piece.size()));
    }
    return py::isinstance<py::int_>(taken) ? py::cast<std::size_t>(taken) : piece.size();
  }

  void do_finish() override {}
  std::string do_name() const override { return name_; }

  py::object write_;
  std::string name_;
  bool takes_views_;
};

}  // namespace

std::string name_of_file(py::handle file) {
  const py::object name = py::getattr(file, "name", py::none());
  if (py::isinstance<py::str>(name)) return py::cast<std::string>(name);
  return internal::join("<", py::cast<std::string>(py::str(py::type::of(file).attr("__name__"))), ">");
}

PythonReader::PythonReader(py::object file)
    : Reader(read_ahead),
      file_(std::move(file)),
      read_(method(file_, "read")),
      readinto_(method(file_, "readinto")),
      peek_(method(file_, "peek")),
      name_(name_of_file(file_)),
      seeks_(answers_yes(file_, "seekable")) {
  if (seeks_) {
    peek_ = py::none();
    size_ = size_at_hand(file_);
  }
  if (const auto position = position_of(file_)) set_position(*position);
}

PythonReader::~PythonReader() {
  const py::gil_scoped_acquire locked;
  for (py::object* member : {&file_, &read_, &readinto_, &peek_}) *member = py::object();
}

std::size_t PythonReader::do_read(MutableBytes out) {
  const py::gil_scoped_acquire locked;
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  if (!peek_.is_none()) {
    // Nothing is taken from the object that may have to be given back.
    if (shown_ > 0) static_cast<void>(read_(shown_));
    shown_ = 0;
    const py::bytes ahead = py::bytes(peek_(1));
    const std::string_view bytes = ahead;
    shown_ = std::min(out.size(), bytes.size());
    if (shown_ > 0) std::memcpy(out.data(), bytes.data(), shown_);
    return shown_;
  }
  if (!readinto_.is_none()) {
    View view(out);
    const py::object filled = readinto_(view.get());
    view.release();
    if (filled.is_none()) fail(ErrorKind::io, name_, " has no bytes at the moment: it does not block");
    return std::min(out.size(), py::cast<std::size_t>(filled));
  }
  const py::buffer_info bytes = py::buffer(read_(out.size())).request();
  const auto size = static_cast<std::size_t>(bytes.size * bytes.itemsize);
  if (size > out.size()) fail(ErrorKind::io, name_, " gave ", size, " bytes where ", out.size(), " were asked for");
  if (size > 0) std::memcpy(out.data(), bytes.ptr, size);
  return size;
}

void PythonReader::do_seek(std::uint64_t position) {
  const py::gil_scoped_acquire locked;
  file_.attr("seek")(position);
}

void PythonReader::settle() {
  if (seeks_) {
    file_.attr("seek")(position());
  } else if (shown_ > 0) {
    const auto left = peek(0).size();
    static_cast<void>(read_(shown_ - std::min(shown_, left)));
    shown_ = 0;
  }
}

std::unique_ptr<Writer> python_writer(py::object file) { return std::make_unique<PythonWriter>(std::move(file)); }

}  // namespace larder::python
