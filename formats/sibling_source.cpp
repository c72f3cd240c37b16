#include "formats/sibling_source.h"

#include "base/text.h"

namespace larder::internal {

SiblingSource::SiblingSource(WholeSource& main, std::string_view name) {
  const ReadSource& source = main.source();
  if (!source.open_sibling) {
    fail(ErrorKind::unsupported, "a part of it lies in the file ", internal::quoted(name),
         " beside this one; load by path");
  }
  reader_ = source.open_sibling(name);
  if (source.mapped_file != nullptr) mapped_ = reader_->map(source.map_mode);
  source_.emplace(ReadSource{.reader = *reader_,
                             .limits = source.limits,
                             .native_byte_order = source.native_byte_order,
                             .mapped_file = mapped_ ? &*mapped_ : nullptr,
                             .warn = source.warn,
                             .map_mode = source.map_mode,
                             .verify = source.verify,
                             .choice = source.choice,
                             .threads = source.threads});
  whole_.emplace(*source_, main.budget());
}

}  // namespace larder::internal
