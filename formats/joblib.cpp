#include "arrays/small_floats.h"
#include "formats/gensim/companions.h"
#include "formats/pickle/head.h"
#include "formats/pickle/joblib_array.h"
#include "formats/pickle/legacy_array.h"
#include "formats/pickle/machine.h"
#include "formats/pickle/options.h"
#include "formats/pickle/writer.h"
#include "formats/table.h"

namespace larder::internal {

namespace {

// Pickles, and joblib's pickles with arrays between the opcodes: one machine reads both.
class PickleFormat final : public Format {
 public:
  PickleFormat(FormatInfo info, PickleStyle style) : Format(std::move(info)), style_(style) {}

  bool recognises(Bytes head) const override { return begins_as_pickle(head); }

  const Format& read(const ReadSource& source, Document& document) const override {
    PickleInput input(source.reader, source.limits);
    ArrayBudget budget(source.limits);
    JoblibArrayReader arrays(source, input, document, budget);
    LegacyArrayReader legacy_arrays(source, document, budget);
    PickleReadHooks hooks;
    hooks.on_build = [&](Value object) {
      const Value replaced = legacy_arrays.replace(object);
      return replaced.same_as(object) ? arrays.replace(object) : replaced;
    };
    PickleMachine machine(input, document, source, std::move(hooks));
    const Value root = machine.run();
    input.release();
    const bool of_gensim = !arrays.any() && !legacy_arrays.any() && is_gensim(root);
    if (of_gensim) read_companions(source, budget, root, document);
    document.set_root(root);
    if (of_gensim) return gensim_format();
    return arrays.any() || legacy_arrays.any() ? joblib_format() : pickle_format();
  }

  void write(Value value, Writer& writer, const WriteOptions& options) const override {
    const WriteOptions how = checked_pickling(options, style_ == PickleStyle::cpython);
    PickleWriter(writer, style_, how).write(value);
  }

 private:
  PickleStyle style_;
};

}  // namespace

const Format& joblib_format() {
  static const PickleFormat format({.name = "joblib",
                                    .description = "joblib >= 0.8: a pickle with arrays between the opcodes",
                                    .extensions = {".joblib"},
                                    .reads = true,
                                    .writes = true,
                                    .maps = true,
                                    .signature = Signature::plausible,
                                    .family = "pickle",
                                    .library = "numpy",
                                    .has_dtype = is_of_numpy},
                                   PickleStyle::joblib);
  return format;
}

const Format& pickle_format() {
  static const PickleFormat format({.name = "pickle",
                                    .description = "Python's pickle, protocols 0 to 5",
                                    .extensions = {".pkl", ".pickle"},
                                    .reads = true,
                                    .writes = true,
                                    .maps = true,
                                    .signature = Signature::plausible,
                                    .family = "pickle",
                                    .library = "numpy",
                                    .has_dtype = is_of_numpy},
                                   PickleStyle::cpython);
  return format;
}

}  // namespace larder::internal
