#include "hostile_pickles.h"

#include <larder/codec.h>

namespace larder::testing {

std::string global(std::string_view module_name, std::string_view name) {
  return "c" + std::string(module_name) + "\n" + std::string(name) + "\n";
}

std::string text(std::string_view content) {
  return raw("\x8c") + static_cast<char>(content.size()) + std::string(content);
}

// ------ forms: pickles that import a name, and most of which call it

const std::vector<Form>& forms() {
  static const std::vector<Form> all = {
      {"called", [](const HostileName& n) { return global(n.module_name, n.qualified_name) + "(S'x'\ntR."; }},
      {"called by protocol 4",
       [](const HostileName& n) {
         return raw("\x80\x04") + text(n.module_name) + text(n.qualified_name) + "\x93" + text("x") + raw("\x85R.");
       }},
      {"INST",
       [](const HostileName& n) {
         return "(S'x'\ni" + std::string(n.module_name) + "\n" + std::string(n.qualified_name) + "\n.";
       }},
      {"OBJ", [](const HostileName& n) { return "(" + global(n.module_name, n.qualified_name) + "S'x'\no."; }},
      {"made new",
       [](const HostileName& n) { return raw("\x80\x03") + global(n.module_name, n.qualified_name) + raw(")\x81."); }},
      {"made new with keywords",
       [](const HostileName& n) { return raw("\x80\x04") + global(n.module_name, n.qualified_name) + raw(")}\x92."); }},
      {"imported and dropped", [](const HostileName& n) { return global(n.module_name, n.qualified_name) + "0N."; }},
      {"dropped with its mark",
       [](const HostileName& n) { return "(" + global(n.module_name, n.qualified_name) + "1N."; }},
      {"left under STOP", [](const HostileName& n) { return global(n.module_name, n.qualified_name) + "N."; }},
      {"duplicated", [](const HostileName& n) { return global(n.module_name, n.qualified_name) + "2(S'x'\ntR0."; }},
      {"called out of the memo",
       [](const HostileName& n) {
         return raw("\x80\x04") + global(n.module_name, n.qualified_name) +
                raw("q\x07"
                    "0Nh\x07(S'x'\ntR.");
       }},
      // MEMOIZE and BINPUT count differently: a scanner that does not know sees math and sqrt.
      {"named out of a memo in disorder",
       [](const HostileName& n) {
         return raw("\x80\x04") + text(n.module_name) +
                raw("q\x00"
                    "0") +
                text(n.qualified_name) +
                raw("q\x01"
                    "0") +
                text("math") +
                raw("\x94"
                    "0") +
                text("sqrt") +
                raw("\x94"
                    "0h\x00h\x01\x93N\x85R.");
       }},
      {"behind a name that PUT gave",
       [](const HostileName& n) {
         return raw("\x80\x04") + text("math") + text(n.module_name) +
                raw("q\x00"
                    "00") +
                raw("h\x00") + text(n.qualified_name) + raw("\x93N\x85R.");
       }},
      {"reconstructed",
       [](const HostileName& n) {
         return global("copyreg", "_reconstructor") + "(" + global(n.module_name, n.qualified_name) +
                global("builtins", "object") + "NtR.";
       }},
      {"bound",
       [](const HostileName& n) {
         return global("functools", "partial") + "(" + global(n.module_name, n.qualified_name) + "tR.";
       }},
      {"a default factory",
       [](const HostileName& n) {
         return global("collections", "defaultdict") + "(" + global(n.module_name, n.qualified_name) + "tR.";
       }},
      {"numpy's constructor",
       [](const HostileName& n) {
         return global("numpy.random._pickle", "__generator_ctor") + "(S'x'\n" +
                global(n.module_name, n.qualified_name) + "tR.";
       }},
      {"a hook", [](const HostileName& n) {
         return raw("\x80\x04") + global("types", "SimpleNamespace") + raw(")\x81}") + text("__setstate__") +
                global(n.module_name, n.qualified_name) + raw("sb") + text("x") + "b.";
       }}};
  return all;
}

// ------ transports: where the pickle lies

std::string packed(const char* codec, const std::string& bytes) {
  const Region region = CodecRegistry::global().get(codec).compress(as_bytes(bytes));
  return std::string(as_text(region.bytes()));
}

static std::string in_npy(const std::string& pickle) {
  std::string header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }";
  header.append(118 - header.size() - 1, ' ').append("\n");
  return raw("\x93NUMPY\x01\x00") + static_cast<char>(header.size()) + raw("\x00") + header + pickle;
}

std::string wrapper(const std::string& dtype, const std::string& making) {
  const std::string state = "}" + text("subclass") + global("numpy", "ndarray") + "s" + text("shape") +
                            raw("K\x01\x85s") + text("order") + text("C") + "s" + text("dtype") +
                            global("numpy", "dtype") + "(" + text(dtype) + raw("K\x00K\x01tRs") + text("allow_mmap") +
                            raw("\x89s");
  return global("joblib.numpy_pickle", "NumpyArrayWrapper") + making + state + "b";
}

std::string in_joblib_array(const std::string& pickle) { return raw("\x80\x04") + wrapper("O8") + pickle + "."; }
static std::string behind_raw_array(const std::string& pickle) {
  return raw("\x80\x04") + wrapper("u1") + "x0" + (pickle.starts_with('\x80') ? pickle.substr(2) : pickle);
}

const std::vector<Transport>& transports() {
  static const std::vector<Transport> all = {
      {"a file", [](const std::string& pickle) { return pickle; }},
      {"gzip", [](const std::string& pickle) { return packed("gzip", pickle); }},
      {"zlib", [](const std::string& pickle) { return packed("zlib", pickle); }},
      {"bz2", [](const std::string& pickle) { return packed("bz2", pickle); }},
      {"xz", [](const std::string& pickle) { return packed("xz", pickle); }},
      {"lzma", [](const std::string& pickle) { return packed("lzma", pickle); }},
      {"lz4", [](const std::string& pickle) { return packed("lz4", pickle); }},
      {"zstd", [](const std::string& pickle) { return packed("zstd", pickle); }},
      {"gzip in zstd", [](const std::string& pickle) { return packed("zstd", packed("gzip", pickle)); }},
      {"behind another pickle", [](const std::string& pickle) { return "N." + pickle; }},
      {"the second member of gzip",
       [](const std::string& pickle) { return packed("gzip", "N.") + packed("gzip", pickle); }},
      {"the second frame of zstd",
       [](const std::string& pickle) { return packed("zstd", "N.") + packed("zstd", pickle); }},
      {"the second frame of lz4",
       [](const std::string& pickle) { return packed("lz4", "N.") + packed("lz4", pickle); }},
      {"the second stream of xz", [](const std::string& pickle) { return packed("xz", "N.") + packed("xz", pickle); }},
      {"the second stream of bz2",
       [](const std::string& pickle) { return packed("bz2", "N.") + packed("bz2", pickle); }},
      {"gzip behind a pickle", [](const std::string& pickle) { return "N." + packed("gzip", pickle); }},
      {"zstd behind gzip", [](const std::string& pickle) { return packed("gzip", "N.") + packed("zstd", pickle); }},
      {"an array of objects in .npy", in_npy},
      {"behind .npy", [](const std::string& pickle) { return in_npy("]N\x61.") + pickle; }},
      {"an array of objects in joblib", in_joblib_array},
      {"behind the bytes of an array", behind_raw_array}};
  return all;
}

}  // namespace larder::testing
