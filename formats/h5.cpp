#include "formats/hdf5/encoding.h"
#include "formats/hdf5/file.h"
#include "formats/hdf5/tree.h"
#include "formats/hdf5/writer.h"
#include "formats/table.h"
#include "formats/whole.h"

namespace larder::internal {

namespace {

class H5Format final : public Format {
 public:
  H5Format()
      : Format({.name = "h5",
                .description = "HDF5: Keras models and weights before Keras 3, h5py",
                .extensions = {".h5", ".hdf5", ".weights.h5"},
                .reads = true,
                .writes = true,
                .maps = true,
                .extent = Extent::rest,
                .family = "h5",
                .holds = FormatInfo::Holds::tree,
                .has_dtype = hdf5_has_dtype}) {}

  bool recognises(Bytes head) const override { return hdf5_signature_at(head).has_value(); }

  const Format& read(const ReadSource& source, Document& document) const override {
    WholeSource whole(source);
    document.set_root(read_hdf5(whole, document));
    whole.tell_unchecked();  // neither names nor plain data have checksums
    whole.finish();
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions&) const override { Hdf5Writer(value).write(writer); }
};

}  // namespace

const Format& h5_format() {
  static const H5Format format;
  return format;
}

}  // namespace larder::internal
