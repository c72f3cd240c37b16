// dump with compress="auto": what it looks at, who hears of the choice, and where it is kept.
#include "samples.h"

#include "persist/value_content.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

// dump's answer to `options`, whose choice goes to `choice`.
std::string dumped_hearing(Value value, DumpOptions options, Choice& choice) {
  options.chosen = [&choice](const Choice& made) { choice = made; };
  return dumped(value, options);
}

TEST_CASE("auto chooses, says what, and the file is that of the codec it chose") {
  const Document object = mixed();
  for (const char* how : {"auto", "auto:joblib", "auto:smallest", "auto:joblib,smallest"}) {
    CAPTURE(how);
    Choice choice;
    const std::string bytes = dumped_hearing(object.root(), quick(how), choice);
    CHECK(choice.tried == 0);
    CHECK(choice.content == 5000 + 5600);
    CHECK(bytes == dumped(object.root(), quick(Compress::parse(text_of(choice.compression)))));
    CHECK(equal(loads(as_bytes(bytes)).root(), object.root()));
  }
}

TEST_CASE("what is long enough is tried, and comes back") {
  // Numbers that compress well, as 40 MB.
  Document object;
  object.set_root(object.array(counting<std::int32_t>({10'000'000})));
  Choice choice;
  const std::string bytes = dumped_hearing(object.root(), quick("auto"), choice);
  CHECK(choice.content == 40'000'000);
  CHECK(choice.seconds < 0.6);
  const Document again = loads(as_bytes(bytes));
  CHECK(again.root().as_array().identical(object.root().as_array()));
}

TEST_CASE("an extension leaves auto the level") {
  const TemporaryDirectory folder;
  const Document object = mixed();
  Provenance provenance;
  for (const char* extension : {".gz", ".xz", ".bz2"}) {
    dump(object.root(), folder / (std::string("a.joblib") + extension), quick("auto"));
    load(folder / (std::string("a.joblib") + extension), {}, &provenance);
    CHECK(CodecRegistry::global().find_by_extension(extension)->info().name == provenance.codec);
  }
  CHECK_ERROR(dump(object.root(), folder / "a.zst", quick("auto:joblib")), usage);
  CHECK_FALSE(std::filesystem::exists(folder / "a.zst"));
}

TEST_CASE("metadata keeps what was chosen") {
  Document said;
  said.set_root(said.dict());
  DumpOptions options = quick("auto");
  options.metadata = said.root();
  const Document object = mixed();
  for (const char* how : {"auto", "zstd:1"}) {
    options.compress = Compress::parse(how);
    Choice choice;
    LoadOptions asking;
    asking.metadata = true;
    Provenance provenance;
    const std::string bytes = dumped_hearing(object.root(), options, choice);
    loads(as_bytes(bytes), asking, &provenance);
    REQUIRE(provenance.metadata);
    CHECK(provenance.metadata->chosen_compression ==
          (options.compress.automatic() ? text_of(choice.compression) : std::string()));
  }
}

TEST_CASE("the content of a value is what its arrays and long texts hold") {
  Document document;
  const Array fortran = counting<double>({30, 40}, Order::fortran);
  const Array strided = Array::from_strides(DType::of<double>(), {600}, {16}, 0, counting<double>({1200}).region());
  const std::string text(9000, 'x');
  const Value shared = document.array(fortran);
  document.set_root(document.list(std::vector{shared, document.str("short"), document.str(text), shared,
                                              document.array(strided), document.array(counting<float>({3}))}));
  const internal::Content content = internal::content_of(document.root());
  REQUIRE(content.size == 9600 + 9000 + 4800);
  std::vector<std::byte> all(content.size);
  content.read(0, all);
  std::vector<std::byte> pieces(content.size);
  for (std::size_t at = 0; at < pieces.size(); at += 13) {
    const std::size_t size = std::min<std::size_t>(13, pieces.size() - at);
    content.read(at, MutableBytes(pieces).subspan(at, size));
  }
  CHECK(pieces == all);
  const auto has = [&](Bytes part) { return as_text(all).find(as_text(part)) != std::string_view::npos; };
  CHECK(has(fortran.bytes()));
  CHECK(has(as_bytes(text)));
  CHECK(has(strided.copy().bytes()));
  CHECK(internal::content_of(Value::integer(3)).size == 0);
}

}  // namespace
}  // namespace larder::testing
