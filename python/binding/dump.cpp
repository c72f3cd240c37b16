// What the pickler wrote, and the arrays that it was made without, become a file.
#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pybind11/stl.h>

#include <larder/array.h>
#include <larder/codec.h>
#include <larder/writer.h>

#include "formats/pickle/joblib_merge.h"
#include "python/binding/arrays.h"
#include "python/binding/interrupt.h"
#include "python/binding/parts.h"
#include "python/binding/python_file.h"
#include "python/binding/streams.h"

namespace py = pybind11;

namespace larder::python {

using internal::JoblibMerge;

namespace {

// What a pickler writes to: keeps the pieces as they come, without copying them.
class PickleSink {
 public:
  std::size_t write(py::object piece) {
    const py::buffer_info info = py::buffer(piece).request();
    const auto size = static_cast<std::size_t>(info.size * info.itemsize);
    pieces_.push_back({std::move(piece), Bytes(static_cast<const std::byte*>(info.ptr), size)});
    return size;
  }

  // Reads all of it; borrows.
  std::unique_ptr<Reader> reader() const {
    return callback_reader(
        [this, piece = std::size_t{0}, at = std::size_t{0}](MutableBytes out) mutable {
          while (piece < pieces_.size() && at == pieces_[piece].bytes.size()) {
            ++piece;
            at = 0;
          }
          if (piece == pieces_.size()) return std::size_t{0};
          const Bytes rest = pieces_[piece].bytes.subspan(at);
          const std::size_t size = std::min(out.size(), rest.size());
          std::memcpy(out.data(), rest.data(), size);
          at += size;
          return size;
        },
        "the pickle");
  }

 private:
  struct Piece {
    py::object owner;
    Bytes bytes;
  };
  std::vector<Piece> pieces_;
};

void write(const PickleSink& sink, const std::vector<Array>& arrays, int protocol, Writer& target, const Codec* codec,
           int level, int threads) {
  const Limits limits;
  std::vector<bool> shared;
  if (!arrays.empty()) shared = JoblibMerge(*sink.reader(), protocol, limits).find_shared(arrays.size());
  const auto encoder =
      codec == nullptr ? nullptr : codec->writer(target, {.level = level, .limits = {}, .threads = threads});
  const auto top = interruptible_writer(encoder ? *encoder : target);
  const auto pickle = sink.reader();
  JoblibMerge(*pickle, protocol, limits).write(arrays, shared, *top);
  top->finish();
  if (encoder) encoder->finish();
}

void dump(const PickleSink& sink, const py::list& arrays, int protocol, const py::object& target,
          const std::optional<std::string>& codec_name, int level, int threads) {
  std::vector<Array> elements;
  elements.reserve(arrays.size());
  for (const py::handle array : arrays) elements.push_back(elements_of(array));
  const Codec* const codec = codec_name ? &CodecRegistry::global().get(*codec_name) : nullptr;
  const bool is_path = py::isinstance<py::str>(target);
  const std::string path = is_path ? py::cast<std::string>(py::module_::import("os").attr("fsencode")(target)) : "";
  Output* const output = is_path ? nullptr : output_of(target);
  if (output != nullptr) {
    const py::gil_scoped_release unlocked;
    write(sink, elements, protocol, output->writer(), codec, level, threads);
    return;
  }
  std::unique_ptr<Writer> writer = is_path ? nullptr : python_writer(target);
  const py::gil_scoped_release unlocked;
  if (is_path) writer = create_file(path, {.sync = Sync::none});
  write(sink, elements, protocol, *writer, codec, level, threads);
  writer->finish();
}

}  // namespace

void bind_dump(py::module_& module) {
  py::class_<PickleSink>(module, "PickleSink").def(py::init<>()).def("write", &PickleSink::write);
  module.def("dump", &dump, py::arg("sink"), py::arg("arrays"), py::arg("protocol"), py::arg("target"),
             py::arg("codec"), py::arg("level"), py::arg("threads"));
  module.def("codecs", [] {
    py::list found;
    for (const Codec* const codec : CodecRegistry::global().list()) {
      const CodecInfo& info = codec->info();
      found.append(py::make_tuple(info.name, info.aliases, info.extensions, info.min_level, info.max_level,
                                  info.default_level, info.has_levels, info.built));
    }
    return found;
  });
}

}  // namespace larder::python
