#include <algorithm>

#include "arrays/small_floats.h"
#include "base/text.h"
#include "document/named_arrays.h"
#include "formats/npy.h"
#include "formats/npy_header.h"
#include "formats/table.h"
#include "formats/zip/format.h"
#include "formats/zip/member.h"
#include "formats/zip/writer.h"

namespace larder::internal {

namespace {

constexpr std::string_view extension = ".npy";

std::string_view array_name(const ZipEntry& entry) {
  return std::string_view(entry.name).substr(0, entry.name.size() - extension.size());
}

// Refuses what can be no name of a member.
void require_name(const std::string& name) {
  constexpr std::size_t longest = 65'535 - extension.size();
  if (name.size() > longest || name.find('\0') != name.npos)
    fail(ErrorKind::unsupported, "an array in an .npz archive cannot be called ", internal::quoted(name));
}

// Reads the arrays of one archive.
class ArrayReader {
 public:
  ArrayReader(WholeSource& whole, Document& document) : whole_(whole), document_(document) {}

  Value read(const ZipEntry& entry) {
    try {
      return read_member(entry);
    } catch (Error& error) {
      if (!error.has_place()) error.at(join("the member ", internal::quoted(entry.name)));
      throw;
    }
  }

  // Tells what a user who asked for mapped arrays did not get.
  void warn() const {
    const std::string name = whole_.source().reader.name();
    if (compressed_ != 0) {
      whole_.source().warn(join(compressed_, " of the arrays in ", name,
                                " are compressed, which cannot be mapped; they are loaded into memory"));
    }
    if (unaligned_ != 0) {
      whole_.source().warn(join(unaligned_, " of the arrays in ", name,
                                " are not aligned in the file, which slows some libraries down and may crash others; "
                                "write it again to align them"));
    }
  }

 private:
  Value read_member(const ZipEntry& entry) {
    ZipMember member = open_member(whole_, entry);
    const NpyHeader header = read_npy_header(*member.reader, member.source.limits);
    if (!header.dtype.has_object()) return document_.array(elements(entry, member, header));
    const Value array = read_object_array(member.source, document_);
    if (!member.reader->peek(1).empty()) fail(ErrorKind::malformed, "something follows the array of Python objects");
    return array;
  }

  Array elements(const ZipEntry& entry, const ZipMember& member, const NpyHeader& header) {
    const std::uint64_t begin = member.reader->position();
    const std::uint64_t there = entry.size - begin;
    const std::uint64_t size = checked_nbytes(header.shape, header.dtype.itemsize());
    if (there != size) {
      fail(there < size ? ErrorKind::truncated : ErrorKind::malformed, "the array's data needs ", size, " bytes, ",
           there, " are there");
    }
    const bool in_place = whole_.is_mapped() || whole_.is_in_memory() || whole_.source().choice != nullptr;
    if (entry.deflated || !in_place) {
      if (whole_.is_mapped()) ++compressed_;
      return read_elements(member.source, whole_.budget(), header.dtype, header.shape, header.order);
    }
    Array array = whole_.elements(entry.data + begin, header.dtype, header.shape, header.order);
    if (!is_aligned(array)) ++unaligned_;
    return array;
  }

  WholeSource& whole_;
  Document& document_;
  std::size_t compressed_ = 0;
  std::size_t unaligned_ = 0;
};

class NpzFormat final : public ZipFormat {
 public:
  NpzFormat()
      : ZipFormat({.name = "npz",
                   .description = "numpy.savez and savez_compressed: a ZIP archive of .npy files",
                   .extensions = {".npz"},
                   .reads = true,
                   .writes = true,
                   .maps = true,
                   .holds = FormatInfo::Holds::named_arrays,
                   .library = "numpy",
                   .has_dtype = is_of_numpy}) {}

  // An archive without members is one as well.
  bool owns(const ZipDirectory& directory) const override {
    return std::ranges::all_of(directory.entries(),
                               [](const ZipEntry& entry) { return entry.name.ends_with(extension); });
  }

  bool needs(const ZipEntry& entry, const WholeSource& whole) const override { return whole.wants(array_name(entry)); }

  void read_archive(WholeSource& whole, const ZipDirectory& directory, Document& document) const override {
    ArrayReader arrays(whole, document);
    const Value root = document.dict();
    for (const ZipEntry& entry : directory.entries())
      if (needs(entry, whole)) document.insert(root, document.str(array_name(entry)), arrays.read(entry));
    arrays.warn();
    document.set_root(root);
  }

  void write(Value value, Writer& writer, const WriteOptions& options) const override {
    const std::vector<NamedArray> arrays = require_named_arrays(value, info().name);
    for (const NamedArray& named : arrays) require_name(named.name);
    ZipWriter archive(writer, {.threads = options.threads});
    for (const NamedArray& named : arrays) {
      const Array& array = named.array.as_array();
      const std::string header = npy_header(array.dtype(), array.shape(), array.storage_order());
      archive.add(named.name + std::string(extension), header.size() + array.nbytes(), options.deflate,
                  [&](Writer& member) { npy_format().write(named.array, member, options); });
    }
    archive.finish();
  }
};

}  // namespace

const Format& npz_format() {
  static const NpzFormat format;
  return format;
}

}  // namespace larder::internal
