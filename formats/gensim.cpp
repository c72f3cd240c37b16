#include "arrays/small_floats.h"
#include "base/text.h"
#include "formats/gensim/companions.h"
#include "formats/gensim/split.h"
#include "formats/pickle/head.h"
#include "formats/pickle/options.h"
#include "formats/table.h"
#include "formats/word2vec/words.h"

namespace larder::internal {

namespace {

// Objects that gensim saved: a pickle, and files beside it. The formats of pickles read both where they find such an
// object, whatever the file is called.
class GensimFormat final : public Format {
 public:
  GensimFormat()
      : Format({.name = "gensim",
                .description = "gensim's save: a pickle, and large arrays in files beside it",
                .extensions = {".gensim"},
                .reads = true,
                .writes = true,
                .maps = true,
                .signature = Signature::plausible,
                .family = "pickle",
                .library = "numpy",
                .has_dtype = is_of_numpy}) {}

  bool recognises(Bytes head) const override { return begins_as_pickle(head); }

  const Format& read(const ReadSource& source, Document& document) const override {
    return pickle_format().read(source, document);
  }

  void write(Value value, Writer& writer, const WriteOptions& options) const override {
    if (is_word_vectors_dict(value)) {
      Document made;
      return write(keyed_vectors(*word_vectors_in(value), made), writer, options);
    }
    if (!is_gensim(value)) {
      fail(ErrorKind::unsupported, "files of gensim hold an object of gensim, or words and vectors, not a ",
           name_of(value.kind()));
    }
    write_gensim(value, writer, checked_pickling(options, false));
  }
};

}  // namespace

const Format& gensim_format() {
  static const GensimFormat format;
  return format;
}

}  // namespace larder::internal
