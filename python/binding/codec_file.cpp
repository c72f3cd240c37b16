// What a codec makes of a file or a file object, as an Input or Output: larder.files makes file objects of them.
#include <memory>
#include <optional>
#include <string>

#include <pybind11/stl.h>

#include <larder/codec.h>

#include "base/text.h"
#include "persist/detect.h"
#include "python/binding/parts.h"
#include "python/binding/python_file.h"
#include "python/binding/streams.h"

namespace py = pybind11;

namespace larder::python {

namespace {

// The content of a compressed file, which it owns.
class DecodedFile final : public Reader {
 public:
  DecodedFile(std::unique_ptr<Reader> file, const Codec& codec, int threads)
      : Reader(0),
        file_(std::move(file)),
        decoder_(codec.reader(*file_, {.level = {}, .limits = {}, .threads = threads})) {}

 private:
  std::size_t do_read(MutableBytes out) override { return decoder_->read(out); }
  std::uint64_t do_finish() override { return decoder_->finish(); }
  std::string do_name() const override { return file_->name(); }

  std::unique_ptr<Reader> file_;
  std::unique_ptr<Reader> decoder_;
};

// Compresses into a file, which it owns and finishes.
class EncodedFile final : public Writer {
 public:
  EncodedFile(std::unique_ptr<Writer> file, const Codec& codec, std::optional<int> level, int threads)
      : Writer(0, 0),
        file_(std::move(file)),
        encoder_(codec.writer(*file_, {.level = level, .limits = {}, .threads = threads})) {}

 private:
  void do_write(Bytes bytes) override { encoder_->write(bytes); }
  void do_flush() override { encoder_->flush(); }
  void do_finish() override {
    encoder_->finish();
    file_->finish();
  }
  std::string do_name() const override { return file_->name(); }

  std::unique_ptr<Writer> file_;
  std::unique_ptr<Writer> encoder_;
};

std::string path_of(const py::object& file) {
  return py::cast<std::string>(py::module_::import("os").attr("fsencode")(file));
}

// codec: found by the first bytes where none is named; what no codec wrote is read as it is.
std::unique_ptr<Input> codec_input(const py::object& file, const std::optional<std::string>& name, int threads) {
  const bool is_path = py::isinstance<py::str>(file);
  const std::string path = is_path ? path_of(file) : "";
  std::unique_ptr<Reader> reader = is_path ? nullptr : std::make_unique<PythonReader>(file);
  const py::gil_scoped_release unlocked;
  if (is_path) reader = open_file(path);
  const CodecRegistry& registry = CodecRegistry::global();
  const Codec* const codec = name ? &registry.get(*name) : internal::detect_codec(*reader, registry);
  if (codec != nullptr) reader = std::make_unique<DecodedFile>(std::move(reader), *codec, threads);
  return std::make_unique<Input>(std::move(reader));
}

std::unique_ptr<Output> codec_output(const py::object& file, const std::string& name, std::optional<int> level,
                                     int threads) {
  const bool is_path = py::isinstance<py::str>(file);
  const std::string path = is_path ? path_of(file) : "";
  std::unique_ptr<Writer> writer = is_path ? nullptr : python_writer(file);
  const py::gil_scoped_release unlocked;
  if (is_path) writer = create_file(path, {.sync = Sync::none});
  return std::make_unique<Output>(
      std::make_unique<EncodedFile>(std::move(writer), CodecRegistry::global().get(name), level, threads));
}

}  // namespace

void bind_codec_file(py::module_& module) {
  module.def("codec_input", &codec_input, py::arg("file"), py::arg("codec"), py::arg("threads"));
  module.def("codec_output", &codec_output, py::arg("file"), py::arg("codec"), py::arg("level"), py::arg("threads"));
}

}  // namespace larder::python
