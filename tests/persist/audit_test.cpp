// The audit: nothing that a loader would do is missed, whatever form it takes, wherever it lies, whatever compresses
// it.
#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

#include <larder/audit.h>
#include <larder/codec.h>
#include <larder/dump.h>

#include "hostile_pickles.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

Audit audited(const std::string& bytes, const AuditOptions& options = {}) {
  return audit(*memory_reader(as_bytes(bytes)), options);
}

std::string verdict(const std::string& bytes) { return std::string(name_of(audited(bytes).verdict)); }

// The rule of the finding that decides.
std::string rule(const std::string& bytes) {
  const Audit found = audited(bytes);
  const Finding* const worst = found.worst();
  return worst == nullptr ? "" : std::string(worst->rule);
}

// Every form of every name as a plain file; then every name in every transport, the forms taking turns, and every form
// in every transport.
TEST_CASE("no form of a hostile name passes, whatever carries it") {
  std::size_t tried = 0;
  std::string passed;
  const auto attempt = [&](const HostileName& name, const Form& form, const Transport& transport) {
    ++tried;
    if (audited(transport.file(form.pickle(name))).verdict >= Verdict::dangerous) return;
    passed += std::string(name.module_name) + "." + std::string(name.qualified_name) + ", " + form.name + ", in " +
              transport.name + "\n";
  };
  std::size_t turn = 0;
  for (const HostileName& name : hostile_names) {
    for (const Form& form : forms()) attempt(name, form, transports().front());
    for (const Transport& transport : transports()) attempt(name, forms()[turn++ % forms().size()], transport);
  }
  for (const Form& form : forms()) {
    for (const Transport& transport : transports()) attempt({"os", "system"}, form, transport);
  }
  CHECK(passed == "");
  CHECK(tried > 7000);
}

TEST_CASE("the forms are seen to import and to call, not just refused") {
  for (const Form& form : forms()) {
    INFO(form.name);
    const Audit found = audited(form.pickle({"os", "system"}));
    const auto is_import = [](const Finding& finding) {
      return finding.kind == FindingKind::import && finding.name == "os.system" && finding.rule == "harmful";
    };
    CHECK(std::any_of(found.findings.begin(), found.findings.end(), is_import));
  }
}

TEST_CASE("the transports themselves are harmless") {
  for (const Transport& transport : transports()) {
    INFO(transport.name);
    const Audit found = audited(transport.file(raw("\x80\x04]K\x05\x61.")));
    INFO((found.error ? found.error->what() : ""));
    const bool mixes_codecs = std::string_view(transport.name) == "zstd behind gzip";
    CHECK(name_of(found.verdict) == (mixes_codecs ? "malformed" : "data_only"));
  }
}

TEST_CASE("what decides is found among many harmless things") {
  std::string bytes;
  for (int i = 0; i < 5000; ++i) bytes += global("collections", "OrderedDict") + ")R0";
  const std::string call = global("os", "system") + "(S'id'\ntR0";
  AuditOptions options;
  options.most_findings = 10;
  const Audit found = audited(bytes + call + bytes + "N.", options);
  CHECK(found.verdict == Verdict::dangerous);
  CHECK(found.imports == 10'001);
  CHECK(found.calls == 10'001);
  CHECK(found.dangerous == 2);
  CHECK(found.findings.size() == 12);
  CHECK(found.omitted == 20'002 - 12);
  CHECK(found.names == std::vector<std::string>{"collections.OrderedDict", "os.system"});
  REQUIRE(found.worst() != nullptr);
  CHECK(found.worst()->name == "os.system");
  CHECK(found.worst()->offset == bytes.size());
}

TEST_CASE("findings tell arguments, objects, streams and offsets") {
  const std::string pickle = global("os", "system") + "(S'id'\nI5\nK\x01\x4e]}tR.";
  const Audit found = audited("N." + pickle);
  REQUIRE(found.findings.size() == 2);
  CHECK(found.objects == 2);
  CHECK(found.formats == std::vector<std::string>{"pickle"});
  const Finding& call = found.findings[1];
  CHECK(call.kind == FindingKind::call);
  CHECK(call.name == "os.system");
  CHECK(call.detail == R"({"$tuple": ["id", 5, 1, null, [], {"$dict": []}]})");
  CHECK(call.object == 2);
  CHECK(call.stream == 2);
  CHECK(call.offset == 2 + pickle.size() - 2);

  const std::string nested = in_joblib_array(pickle);
  const Audit inside = audited(nested);
  const Finding& last = inside.findings.back();
  CHECK(last.stream == nested.size() - 1 - pickle.size());
  CHECK(last.offset == nested.size() - 3);
  CHECK(last.object == 1);
}

TEST_CASE("details are short, whatever is in them") {
  const auto detail = [](const std::string& arguments) {
    return audited(global("os", "system") + "(" + arguments + "tR.").findings.at(1).detail;
  };
  CHECK(detail("X" + raw("\x10\x27\x00\x00") + std::string(10'000, 'a')).size() < 300);
  CHECK(detail("B" + raw("\x10\x27\x00\x00") + std::string(10'000, 'a')).size() < 300);
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "K\x07";
  CHECK(detail(many).size() < 300);
  const std::string deep = std::string(10'000, ']') + std::string(9'999, 'a');
  CHECK(detail(deep) == R"({"$tuple": [[[[["..."]]]]]})");
  // A list in itself, and 10 levels of ten times the same list.
  CHECK(detail("]q\x01h\x01\x61").size() < 300);
  std::string bomb = "]";
  for (int level = 0; level < 10; ++level)
    bomb += "q" + std::string(1, static_cast<char>(level + 1)) + "]" + "(" + [&] {
      std::string gets;
      for (int i = 0; i < 10; ++i) gets += "h" + std::string(1, static_cast<char>(level + 1));
      return gets;
    }() + "e";
  CHECK(detail(bomb).size() < 400);
}

TEST_CASE("known names are dangerous in uses that their libraries do not make") {
  const auto called = [](std::string_view module_name, std::string_view name, const std::string& arguments) {
    return rule(raw("\x80\x04") + global(module_name, name) + "(" + arguments + "tR.");
  };
  CHECK(called("numpy", "memmap", text("/etc/passwd")) == "wrong-use");
  CHECK(called("numpy", "memmap", "") == "wrong-use");
  CHECK(called("_codecs", "encode", text("x") + text("zlib")) == "wrong-use");
  CHECK(called("builtins", "type", text("T") + "(t}") == "wrong-use");
  CHECK(called("builtins", "type", "N") == "listed");
  CHECK(called("builtins", "getattr", global("re", "RegexFlag") + text("__class__")) == "wrong-use");
  CHECK(called("builtins", "getattr", global("re", "RegexFlag") + text("IGNORECASE")) == "listed");
  CHECK(called("builtins", "getattr", global("pathlib", "PosixPath") + text("write_text")) == "wrong-use");
  CHECK(called("pandas.core.indexes.base", "_new_Index", global("numpy", "memmap") + "}") == "wrong-use");
  CHECK(called("pandas.core.indexes.base", "_new_Index", global("pandas.core.indexes.base", "Index") + "}") ==
        "listed");
  CHECK(called("numpy.core.multiarray", "_reconstruct", global("sklearn.svm._classes", "SVC") + "(tN") == "wrong-use");
  CHECK(called("numpy.random._pickle", "__randomstate_ctor", text("MT19937") + global("numpy", "memmap")) ==
        "wrong-use");
  CHECK(called("numpy.random._pickle", "__randomstate_ctor",
               text("MT19937") + global("numpy.random._pickle", "__bit_generator_ctor")) == "listed");
  CHECK(called("functools", "partial", global("numpy", "memmap")) == "wrong-use");
  CHECK(called("functools", "partial", global("numpy", "mean")) == "listed");
  CHECK(called("copyreg", "_reconstructor", global("numpy", "memmap") + global("builtins", "object") + "N") ==
        "wrong-use");
  CHECK(called("sklearn.svm._classes", "SVC", "") == "wrong-use");
  CHECK(called("sklearn.metrics._classification", "accuracy_score", "NN") == "wrong-use");
  CHECK(rule(raw("\x80\x04") + global("sklearn.svm._classes", "SVC") + raw(")\x81.")) == "library-class");
  CHECK(rule(raw("\x80\x04") + global("sklearn.svm._classes", "SVC") + raw("K\x01\x85\x81.")) == "wrong-use");
}

TEST_CASE("what cannot be judged by name is dangerous") {
  CHECK(rule("N0Pid\n.") == "persistent-id");
  CHECK(rule(raw("\x80\x02K\x05Q.")) == "persistent-id");
  CHECK(rule(raw("\x80\x02\x82\x01.")) == "extension-code");
  CHECK(rule(raw("\x80\x02\x83\x01\x01.")) == "extension-code");
  CHECK(rule(raw("\x80\x02\x84\x01\x00\x00\x00)R.")) == "extension-code");
  CHECK(rule(global("functools", "partial") + "(" + global("numpy", "mean") + "tR(S'x'\ntR.") == "calls-a-result");
  const Audit found = audited(raw("\x80\x02K\x05Q."));
  CHECK(found.persistent_ids == 1);
  CHECK(found.findings.at(0).detail == "5");
}

TEST_CASE("states cannot bring hooks in, nor come twice") {
  const std::string namespaced = raw("\x80\x04") + global("types", "SimpleNamespace") + raw(")\x81");
  const std::string function = global("numpy", "mean");
  const auto with_key = [&](std::string_view key) { return "}" + text(key) + function + "s"; };
  CHECK(rule(namespaced + with_key("harmless") + "b.") == "listed");
  for (const std::string_view key : {"__setstate__", "__reduce__", "__class__", "append", "extend", "add"}) {
    INFO(key);
    CHECK(rule(namespaced + with_key(key) + "b.") == "hook-in-state");
    CHECK(rule(namespaced + "N" + with_key(key) +
               raw("\x86"
                   "b.")) == "hook-in-state");
    CHECK(rule(namespaced + with_key(key) +
               raw("N\x86"
                   "b.")) == "hook-in-state");
    // The object may hold on to the dict, which gets its entry later; also in a pickle that is cut.
    CHECK(rule(namespaced +
               raw("}q\x01"
                   "bh\x01") +
               text(key) + function + "s0.") == "hook-in-state");
    const Audit cut = audited(namespaced +
                              raw("}q\x01"
                                  "bh\x01") +
                              text(key) + function + "s");
    CHECK(cut.verdict == Verdict::malformed);
    CHECK(cut.dangerous == 1);
  }
  CHECK(rule(namespaced + "}b}b.") == "second-state");
  CHECK(rule(raw("\x80\x04") + global("functools", "partial") + "(" + function + "tR(" + global("numpy", "memmap") +
             "(t}}tb.") == "wrong-use");
}

TEST_CASE("joblib's array wrappers are made in the way that larder's reader knows, and only once") {
  const std::string element = "x";
  CHECK(verdict(raw("\x80\x04") + wrapper("u1") + element + ".") == "data_only");
  // In Python these are wrappers too, behind whose state the elements begin; larder reads opcodes there.
  for (const std::string& making : {raw(")R"), raw(")}\x92"), "(" + raw("tR")}) {
    CHECK(audited(raw("\x80\x04") + wrapper("u1", making) + "N.").verdict >= Verdict::dangerous);
  }
  const std::string by_newobj =
      global("copyreg", "__newobj__") + "(" + global("joblib.numpy_pickle", "NumpyArrayWrapper") + "tR}b";
  CHECK(rule(raw("\x80\x04") + by_newobj + ".") == "wrong-use");
  // A second state with another dtype: joblib would load a nested pickle.
  const std::string again = raw("\x80\x04") + wrapper("u1", raw(")\x81q\x09")) + element + raw("0h\x09}") +
                            text("dtype") + global("numpy", "dtype") + "(" + text("O8") + raw("K\x00K\x01tRsb") +
                            element + ".";
  CHECK(rule(again) == "second-state");
}

TEST_CASE("what pickle.load makes of the bytes of joblib's arrays counts as well") {
  // joblib reads one element, a byte string of 30 letters; to pickle the letters are opcodes.
  const std::string letters = global("os", "system") + "(S'id'\ntR0";
  REQUIRE(letters.size() == 21);
  const std::string bytes = raw("\x80\x04") + wrapper("S21") + letters + ".";
  for (const std::string& file : {bytes, packed("gzip", bytes), "N." + bytes}) {
    const Audit found = audited(file);
    CHECK(found.verdict == Verdict::dangerous);
    CHECK(found.worst()->rule == "other-reading");
    CHECK(found.worst()->name == "os.system");
  }
  CHECK(verdict(raw("\x80\x04") + wrapper("S21") + std::string(21, 'x') + ".") == "data_only");
}

TEST_CASE("what was seen before a file breaks is told") {
  const std::string pickle = global("os", "system") + "(S'id'\ntR";
  for (const std::string& file :
       {pickle, pickle + "\xff", packed("gzip", pickle).substr(0, 20) + pickle, "N." + pickle, pickle + ".rubbish"}) {
    const Audit found = audited(file);
    CHECK(found.verdict == Verdict::malformed);
    CHECK(found.error);
  }
  const Audit found = audited("N." + pickle);
  CHECK(found.objects == 1);
  CHECK(found.dangerous == 2);
  CHECK(found.error->kind() == ErrorKind::truncated);
  CHECK(std::string(found.error->what()).find("object 2, which begins at byte 2") != std::string::npos);
  CHECK(name_of(audited("").error->kind()) == "truncated");
  CHECK(name_of(audited("no format").error->kind()) == "unsupported");
}

TEST_CASE("checksums, companions and limits") {
  const Audit found = audited(packed("gzip", "N."));
  CHECK(found.checksummed);
  CHECK(found.codecs == std::vector<std::string>{"gzip"});
  CHECK(found.decoded_bytes == 2);
  CHECK_FALSE(audited("N.").checksummed);
  CHECK_FALSE(audited("N." + packed("gzip", "N.")).checksummed);

  AuditOptions options;
  options.limits.bytes = 1000;
  const Audit limited =
      audited(packed("gzip", "T" + raw("\x10\x27\x00\x00") + std::string(10'000, 'a') + "."), options);
  CHECK(limited.error->kind() == ErrorKind::limit);

  const TemporaryDirectory folder;
  CHECK_ERROR(audit(folder / "missing"), not_found);
  Document document;
  dump(document.str("text"), folder / "a.joblib", {.compress = Compress("xz")});
  const Audit from_path = audit(folder / "a.joblib");
  CHECK(from_path.verdict == Verdict::data_only);
  CHECK(from_path.codecs == std::vector<std::string>{"xz"});
}

TEST_CASE("the checksums in metadata are verified") {
  const TemporaryDirectory folder;
  Document document;
  const std::vector<std::uint64_t> numbers = {1, 2, 3};
  document.set_root(document.array(Array::copy_of(std::span(numbers), {3})));
  const Value about = document.dict();
  dump(document.root(), folder / "a.joblib", {.metadata = about});
  CHECK(audit(folder / "a.joblib").checked_arrays == 1);
  CHECK(audit(folder / "a.joblib").verdict == Verdict::data_only);
}

}  // namespace
}  // namespace larder::testing
