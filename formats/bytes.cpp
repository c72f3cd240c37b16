#include "base/text.h"
#include "document/records.h"
#include "formats/table.h"
#include "formats/whole.h"

namespace larder::internal {

namespace {

// Any artefact, as it is.
class BytesFormat final : public Format {
 public:
  BytesFormat()
      : Format({.name = "bytes",
                .description = "any file, as one value of bytes",
                .extensions = {".bytes"},
                .reads = true,
                .writes = true,
                .maps = true,
                .signature = Signature::none,
                .extent = Extent::rest,
                .holds = FormatInfo::Holds::bytes}) {}

  bool recognises(Bytes) const override { return true; }

  const Format& read(const ReadSource& source, Document& document) const override {
    WholeSource whole(source);
    Region content = whole.bytes(0, whole.size(), "the content");
    Arena& arena = Access::arena(document);
    const bool counted = whole.is_mapped() || whole.is_in_memory();
    const Bytes bytes = counted ? arena.hold(std::move(content)) : arena.keep(std::move(content));
    document.set_root(Access::text(document, ValueKind::bytes, bytes));
    whole.finish();
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions&) const override {
    if (value.is(ValueKind::str))
      writer.write(as_bytes(value.as_str()));
    else if (value.is(ValueKind::bytes) || value.is(ValueKind::bytearray))
      writer.write(value.as_bytes());
    else
      fail(ErrorKind::unsupported, "files of the format bytes hold bytes or a str, not a ", name_of(value.kind()));
  }
};

}  // namespace

const Format& bytes_format() {
  static const BytesFormat format;
  return format;
}

}  // namespace larder::internal
