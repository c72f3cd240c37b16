// Python's file objects as Readers and Writers: anything with read, or with write.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <optional>
#include <string>

#include <larder/reader.h>
#include <larder/writer.h>

namespace larder::python {

// A Reader of a Python file object, from where it stands. Made and destroyed with the GIL, used without: each call
// takes it for itself. What the object raises passes through as it is.
class PythonReader final : public Reader {
 public:
  explicit PythonReader(pybind11::object file);
  ~PythonReader() override;

  // Leaves the object right behind what was taken from the Reader, where it can seek or peek; called with the GIL.
  void settle();

 private:
  std::size_t do_read(MutableBytes out) override;
  bool do_can_seek() const override { return size_.has_value(); }
  std::optional<std::uint64_t> do_size() const override { return size_; }
  void do_seek(std::uint64_t position) override;
  std::string do_name() const override { return name_; }

  pybind11::object file_;
  pybind11::object read_, readinto_, peek_;  // its methods; None where it has none
  std::string name_;
  bool seeks_ = false;
  std::optional<std::uint64_t> size_;  // where any place of it is at hand
  std::size_t shown_ = 0;              // bytes that `peek` showed, and that are still to be read
};

// Passes on to a Python file object, which is neither flushed nor closed. GIL as above.
std::unique_ptr<Writer> python_writer(pybind11::object file);

// What to call a file in messages: its name, or the type of the object.
std::string name_of_file(pybind11::handle file);

}  // namespace larder::python
