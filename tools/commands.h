// The subcommands: what each is told, and what it does. Each returns the exit status; problems with one file are
// reported on the console and do not keep it from the next one. Throws OutputFailed and Interrupted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <larder/budget.h>
#include <larder/convert.h>
#include <larder/writer.h>

#include "tools/console.h"
#include "tools/meta_settings.h"
#include "tools/object_writer.h"
#include "tools/objects.h"

namespace larder::tools {

// ls: shows what is in the files.
struct ListOptions {
  std::vector<std::string> files;
  ReadOptions reading;
  std::size_t depth = 5;
  bool all = false;
  bool json = false;
};
Status list(const ListOptions& options, Console& console);

// get: one value out of the first object of a file.
struct GetOptions {
  std::string file;
  std::string path;
  std::string out;  // empty: standard output, as JSON
  ReadOptions reading;
};
Status get(const GetOptions& options, Console& console);

// convert: all objects of a file into another one.
struct ConvertOptions {
  std::string in;
  std::string out;
  StorageOptions storage;
  CarryOptions carrying;
  MetaSettings meta;
  Sync sync = Sync::full;
  bool verbose = false;
  ReadOptions reading;
};
Status convert(const ConvertOptions& options, Console& console);

// check: reads everything to the last byte, verifies what can be verified, and audits what a loader would do.
struct CheckOptions {
  std::vector<std::string> files;
  bool plain = false;    // a file that needs more than plain data fails the check
  bool verbose = false;  // each finding
  bool json = false;
  ReadOptions reading;
};
Status check(const CheckOptions& options, Console& console);

// bench: what each codec makes of the files' content, and which to take.
struct BenchOptions {
  enum class Form { table, json, csv };
  std::vector<std::string> files;
  std::vector<std::string> codecs;  // these three as in tools/bench_settings.h
  std::vector<int> levels;
  std::vector<int> threads;
  int repeat = 5;
  double seconds = 60;                             // about so long it may take
  std::uint64_t sample = std::uint64_t{64} << 20;  // no more bytes are measured
  std::string sort = "cost";
  Form form = Form::table;
  std::string html;  // empty: no page
  Budget budget;
  std::optional<double> disk;  // bytes a second; nothing: it is measured
  ReadOptions reading;
};
Status bench(const BenchOptions& options, Console& console);
// What BenchOptions::sort may be: "cost" (what the budget wants, best first), "codec", "ratio"...
const std::vector<std::string>& bench_columns();

// codecs, formats: what this build has.
struct CatalogOptions {
  bool names = false;
  bool verbose = false;
  bool json = false;
  bool verify = false;  // of codecs: try them instead of listing them
};
Status list_codecs(const CatalogOptions& options, Console& console);
Status list_formats(const CatalogOptions& options, Console& console);

}  // namespace larder::tools
