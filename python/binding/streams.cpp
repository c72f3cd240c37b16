#include "python/binding/streams.h"

#include <algorithm>
#include <cstring>

#include <pybind11/stl.h>

#include "base/text.h"
#include "python/binding/interrupt.h"
#include "python/binding/parts.h"

namespace py = pybind11;

namespace larder::python {

using internal::fail;

namespace {

constexpr std::size_t largest_look = std::size_t{8} << 10;

// How many bytes there were.
std::size_t fill(Reader& reader, MutableBytes target) {
  std::size_t filled = 0;
  while (filled < target.size()) {
    const std::size_t size = reader.read(target.subspan(filled));
    if (size == 0) break;
    filled += size;
  }
  return filled;
}

// As much as there is, but for `most`; memory is taken as it comes.
std::string gather(Reader& reader, std::size_t most) {
  std::string gathered;
  while (gathered.size() < most) {
    const Bytes ahead = reader.peek();
    if (ahead.empty()) break;
    const Bytes taken = ahead.first(std::min(ahead.size(), most - gathered.size()));
    gathered.append(as_text(taken));
    reader.consume(taken.size());
  }
  return gathered;
}

// A new bytes object, filled in place without the GIL.
py::bytes read_known(Reader& reader, std::size_t size) {
  PyObject* bytes = PyBytes_FromStringAndSize(nullptr, static_cast<py::ssize_t>(size));
  if (bytes == nullptr) throw py::error_already_set();
  py::object made = py::reinterpret_steal<py::object>(bytes);
  auto* const start = reinterpret_cast<std::byte*>(PyBytes_AS_STRING(bytes));
  std::size_t filled = 0;
  {
    const py::gil_scoped_release unlocked;
    filled = fill(reader, {start, size});
  }
  if (filled == size) return made;
  bytes = made.release().ptr();
  if (_PyBytes_Resize(&bytes, static_cast<py::ssize_t>(filled)) != 0) throw py::error_already_set();
  return py::reinterpret_steal<py::bytes>(bytes);
}

}  // namespace

Input::Input(std::unique_ptr<Reader> reader)
    : reader_(std::move(reader)), interruptible_(interruptible_reader(*reader_)), name_(reader_->name()) {}

Reader& Input::reader() {
  if (!interruptible_) fail(ErrorKind::usage, "I/O operation on closed file ", name_);
  return *interruptible_;
}

std::size_t Input::readinto(const py::buffer& target) {
  const py::buffer_info info = target.request(true);
  const auto size = static_cast<std::size_t>(info.size * info.itemsize);
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  return fill(reader(), {static_cast<std::byte*>(info.ptr), size});
}

py::bytes Input::read(py::ssize_t size) {
  std::unique_lock lock(mutex_, std::defer_lock);
  std::optional<std::uint64_t> left;
  {
    const py::gil_scoped_release unlocked;
    lock.lock();
    if (const auto whole = reader().size()) left = *whole - std::min(*whole, reader().position());
  }
  const std::uint64_t most = size < 0 ? UINT64_MAX : static_cast<std::uint64_t>(size);
  if (left) return read_known(reader(), static_cast<std::size_t>(std::min(most, *left)));
  std::string gathered;
  {
    const py::gil_scoped_release unlocked;
    gathered = gather(reader(), static_cast<std::size_t>(most));
  }
  return gathered;
}

py::bytes Input::peek() {
  std::string ahead;
  {
    const py::gil_scoped_release unlocked;
    const std::lock_guard lock(mutex_);
    ahead = as_text(reader().peek()).substr(0, largest_look);
  }
  return ahead;
}

void Input::seek(std::uint64_t position) {
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  reader().seek(position);
}

void Input::close() {
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  interruptible_.reset();
  reader_.reset();
}

bool Input::can_seek() {
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  return reader().can_seek();
}

std::uint64_t Input::position() {
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  return reader().position();
}

std::optional<std::uint64_t> Input::size() {
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  return reader().size();
}

Output::Output(std::unique_ptr<Writer> writer)
    : writer_(std::move(writer)), interruptible_(interruptible_writer(*writer_)), name_(writer_->name()) {}

Writer& Output::writer() {
  if (!writer_) fail(ErrorKind::usage, "I/O operation on closed file ", name_);
  return *interruptible_;
}

std::size_t Output::write(const py::buffer& bytes) {
  const py::buffer_info info = bytes.request();
  const auto size = static_cast<std::size_t>(info.size * info.itemsize);
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  writer().write({static_cast<const std::byte*>(info.ptr), size});
  return size;
}

void Output::flush() {
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  writer().flush();
}

void Output::finish() {
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  static_cast<void>(writer());
  interruptible_.reset();
  const std::unique_ptr<Writer> finished = std::move(writer_);
  finished->finish();
}

void Output::discard() {
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  interruptible_.reset();
  writer_.reset();
}

std::uint64_t Output::position() {
  const py::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  return writer().position();
}

Input* input_of(const py::object& file) {
  const py::object input = py::getattr(file, "_input", py::none());
  return py::isinstance<Input>(input) ? py::cast<Input*>(input) : nullptr;
}

Output* output_of(const py::object& file) {
  const py::object output = py::getattr(file, "_output", py::none());
  return py::isinstance<Output>(output) ? py::cast<Output*>(output) : nullptr;
}

void bind_streams(py::module_& module) {
  py::class_<Input>(module, "Input")
      .def("readinto", &Input::readinto)
      .def("read", &Input::read)
      .def("peek", &Input::peek)
      .def("seek", &Input::seek)
      .def("close", &Input::close)
      .def_property_readonly("can_seek", &Input::can_seek)
      .def_property_readonly("position", &Input::position)
      .def_property_readonly("size", &Input::size)
      .def_property_readonly("name", &Input::name);
  py::class_<Output>(module, "Output")
      .def("write", &Output::write)
      .def("flush", &Output::flush)
      .def("finish", &Output::finish)
      .def("discard", &Output::discard)
      .def_property_readonly("position", &Output::position)
      .def_property_readonly("name", &Output::name);
}

}  // namespace larder::python
