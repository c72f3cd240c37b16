// Readers and Writers in Python's hands: _core.Input and _core.Output, of which larder.streams makes file objects.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <larder/reader.h>
#include <larder/writer.h>

namespace larder::python {

// A Reader. Python's threads take turns; the GIL is released while bytes move, and an interruption is raised between
// them. Error `usage` once it is closed.
class Input {
 public:
  explicit Input(std::unique_ptr<Reader> reader);

  // Fills the buffer, but for what the source has not; how many bytes that were.
  std::size_t readinto(const pybind11::buffer& target);
  // Up to `size` bytes; all that is left where it is negative.
  pybind11::bytes read(pybind11::ssize_t size);
  // At least one byte of what comes next, without taking it; none at the end.
  pybind11::bytes peek();
  void seek(std::uint64_t position);
  void close();

  bool can_seek();
  std::uint64_t position();
  std::optional<std::uint64_t> size();
  const std::string& name() const noexcept { return name_; }

  // For C++ that reads on from here, while no Python code does.
  Reader& reader();

 private:
  std::mutex mutex_;
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<Reader> interruptible_;  // reads from reader_
  std::string name_;
};

// A Writer; likewise.
class Output {
 public:
  explicit Output(std::unique_ptr<Writer> writer);

  std::size_t write(const pybind11::buffer& bytes);
  void flush();
  // Commits what was written; afterwards it is closed.
  void finish();
  // Leaves things as they were, where the Writer can; afterwards it is closed.
  void discard();

  std::uint64_t position();
  const std::string& name() const noexcept { return name_; }

  // For C++ that writes on from here, while no Python code does; it flushes, and does not finish.
  Writer& writer();

 private:
  std::mutex mutex_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Writer> interruptible_;  // passes on to writer_
  std::string name_;
};

// The Input or Output of a file object of larder's own; null for any other object. Borrowed.
Input* input_of(const pybind11::object& file);
Output* output_of(const pybind11::object& file);

}  // namespace larder::python
