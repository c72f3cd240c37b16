#include "formats/npy.h"

#include "arrays/small_floats.h"
#include "base/text.h"
#include "document/records.h"
#include "formats/elements.h"
#include "formats/npy_header.h"
#include "formats/pickle/nested.h"
#include "formats/table.h"

namespace larder::internal {

namespace {

class NpyFormat final : public Format {
 public:
  NpyFormat()
      : Format({.name = "npy",
                .description = "numpy.save, versions 1.0 to 3.0",
                .extensions = {".npy"},
                .reads = true,
                .writes = true,
                .maps = true,
                .holds = FormatInfo::Holds::array,
                .library = "numpy",
                .has_dtype = is_of_numpy}) {}

  bool recognises(Bytes head) const override {
    return !head.empty() && npy_magic.starts_with(as_text(head).substr(0, npy_magic.size()));
  }

  const Format& read(const ReadSource& source, Document& document) const override {
    ArrayBudget budget(source.limits);
    document.set_root(read_npy(source, budget, document));
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions&) const override {
    if (!value.is(ValueKind::array))
      fail(ErrorKind::unsupported, ".npy files hold one array, not a ", name_of(value.kind()));
    const Array& array = value.as_array();
    const Order order = array.storage_order();
    writer.write(as_bytes(npy_header(array.dtype(), array.shape(), order)));
    write_elements(array, order, writer);
  }
};

}  // namespace

Value read_npy(const ReadSource& source, ArrayBudget& budget, Document& document, Value stand_in) {
  const NpyHeader header = read_npy_header(source.reader, source.limits);
  if (header.dtype.has_object()) return read_object_array(source, document);
  Array array = read_elements(source, budget, header.dtype, header.shape, header.order);
  return Access::make_array(document, std::move(array), stand_in);
}

Value read_object_array(const ReadSource& source, Document& document) {
  if (source.mapped_file != nullptr)
    source.warn("an array of Python objects cannot be mapped; it is loaded into memory");
  return read_nested_pickle(source, document);
}

const Format& npy_format() {
  static const NpyFormat format;
  return format;
}

}  // namespace larder::internal
