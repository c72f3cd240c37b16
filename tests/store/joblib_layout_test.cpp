// Names and files of joblib's Memory, without joblib: tests/persist/test_joblib_memory.py asks the real one.
#include <larder/joblib_memory.h>

#include <catch2/catch.hpp>

#include "tests/support/errors.h"

namespace larder {
namespace {

const std::string hash = "0123456789abcdef0123456789abcdef";

void put(Store& store, const std::string& key) { store.put(key, as_bytes("value")); }

}  // namespace

TEST_CASE("joblib: a function's directory is the parts of its module and its name") {
  CHECK(joblib_function("package.module", "f") == "package/module/f");
  CHECK(joblib_function("module", "f") == "module/f");
  CHECK(joblib_function("", "f") == "f");
  CHECK(joblib_function("__main__--home-me-a script", "f-alias") == "__main__--home-me-a script/f-alias");
  CHECK(joblib_function("m", "<lambda>") == "m/<lambda>");
  CHECK(joblib_function("m", "f.g") == "m/f.g");
}

TEST_CASE("joblib: names that leave the store, or are none, are refused") {
  for (const std::string module : {".", "..", "a..b", ".a", "a.", "a/b", "../a", "/a"}) {
    INFO(module);
    CHECK_ERROR(joblib_function(module, "f"), usage);
  }
  for (const std::string function : {"", ".", "..", "a/b", "../f", "/f"}) {
    INFO(function);
    CHECK_ERROR(joblib_function("m", function), usage);
  }
  CHECK_ERROR(joblib_function("m", std::string(256, 'f')), usage);
  CHECK(joblib_function("m", std::string(255, 'f')).size() == 257);
}

TEST_CASE("joblib: keys of calls, there and back") {
  const JoblibCall call{"m/f", hash};
  CHECK(joblib_key(call) == "m/f/" + hash + "/output.pkl");
  CHECK(joblib_call(joblib_key(call)) == call);
  for (const std::string arguments :
       {"", "0123", "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcde/"}) {
    INFO(arguments);
    CHECK_ERROR(joblib_key({"m/f", arguments}), usage);
  }
  CHECK_ERROR(joblib_key({"m/f", hash + "0"}), usage);
  CHECK_ERROR(joblib_key({"m/../f", hash}), usage);
  CHECK_ERROR(joblib_key({"", hash}), usage);
}

TEST_CASE("joblib: other keys are no calls") {
  for (const std::string& key :
       {"m/f/" + hash + "/metadata.json", "m/f/" + hash, hash + "/output.pkl", std::string("m/f/output.pkl"),
        std::string("output.pkl"), "m/f/" + hash + "0/output.pkl", std::string()}) {
    INFO(key);
    CHECK_FALSE(joblib_call(key));
  }
}

TEST_CASE("joblib: a function's code comes back, with its first line") {
  const auto store = memory_store();
  CHECK_FALSE(function_code(*store, "m/f"));
  put_function_code(*store, "m/f", {"def f(x):\n    return x\n", 17});
  CHECK(as_text(store->read("m/f/func_code.py").bytes()) == "# first line: 17\ndef f(x):\n    return x\n");
  const auto code = function_code(*store, "m/f");
  REQUIRE(code);
  CHECK(code->source == "def f(x):\n    return x\n");
  CHECK(code->first_line == 17);
  CHECK_ERROR(put_function_code(*store, "../f", {}), usage);
  CHECK_ERROR(function_code(*store, ""), usage);
}

TEST_CASE("joblib: a file of code that says no line") {
  const auto store = memory_store();
  const auto code_of = [&](std::string_view text) {
    store->put("m/f/func_code.py", as_bytes(text));
    return function_code(*store, "m/f").value();
  };
  CHECK(code_of("def f(): pass\n").source == "def f(): pass\n");
  CHECK(code_of("def f(): pass\n").first_line == -1);
  CHECK(code_of("").source.empty());
  CHECK(code_of("# first line: -1\nx").first_line == -1);
  CHECK(code_of("# first line: 12").first_line == 12);
  CHECK(code_of("# first line: 12").source.empty());
  CHECK(code_of("# first line: 99999999999999999999\nx").first_line == -1);
  CHECK(code_of("# first line:\nx").first_line == -1);
  CHECK(code_of("# first line:7\nx").first_line == 7);
  CHECK(code_of("# first line: 7 \nx").first_line == -1);
}

TEST_CASE("joblib: clearing a function takes its calls and its code, and nobody else's") {
  const auto store = memory_store();
  const std::string other = "ffffffffffffffffffffffffffffffff";
  for (const std::string& key : {"m/f/func_code.py" + std::string(), "m/f/" + hash + "/output.pkl",
                                 "m/f/" + hash + "/metadata.json", "m/f/" + other + "/output.pkl"})
    put(*store, key);
  const std::vector<std::string> kept = {"m/f/g/" + hash + "/output.pkl", "m/f/notes.txt", "m/fg/func_code.py",
                                         "m/func_code.py", "n/m/f/func_code.py"};
  for (const std::string& key : kept) put(*store, key);
  CHECK(clear_function(*store, "m/f") == 4);
  for (const std::string& key : kept) {
    INFO(key);
    CHECK(store->exists(key));
  }
  CHECK_FALSE(store->exists("m/f/func_code.py"));
  CHECK_FALSE(store->exists("m/f/" + other + "/output.pkl"));
  CHECK(clear_function(*store, "m/f") == 0);
  CHECK_ERROR(clear_function(*store, "m/f/"), usage);
}

TEST_CASE("joblib: thousands of calls are cleared page by page") {
  const auto store = memory_store();
  for (int i = 1000; i < 3500; ++i) put(*store, "m/f/" + std::string(28, 'a') + std::to_string(i) + "/output.pkl");
  CHECK(clear_function(*store, "m/f") == 2500);
  CHECK(store->list()->next().empty());
}

TEST_CASE("joblib: the directory of a location") { CHECK(joblib_directory("/var/cache") == Path("/var/cache/joblib")); }

}  // namespace larder
