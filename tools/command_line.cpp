#include "tools/command_line.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>

#include <CLI/CLI.hpp>

#include "base/checked.h"
#include "base/text.h"
#include "tools/arguments.h"
#include "tools/commands.h"
#include "tools/plugins.h"
#include "tools/store_command_line.h"

namespace larder::tools {

namespace {

using Action = std::function<Status(Console&)>;

constexpr const char* description =
    "Looks into, converts and checks files of arrays and models: .npy, .joblib, .pkl, compressed or not.\n"
    "Nothing that a file contains is ever run or imported.";

constexpr const char* main_footer = R"(Examples:
  larder ls model.joblib                          what is in it
  larder get model.joblib coef_ -o coef.npy       one array out of it
  larder convert model.pkl model.joblib -c zstd   store it compressed
  larder check *.joblib                           is everything intact?

A file named - is standard input or standard output.
Exit status: 0 fine, 1 a check failed, 2 wrong usage, 3 unreadable or corrupt input, 4 input/output error.
'larder COMMAND --help' explains a command; 'man larder' has it all.)";

constexpr const char* ls_footer =
    R"(For each object in a file: format, compression, sizes, and the tree of its values with the dtypes, shapes and
sizes of arrays. 'mappable' arrays can be used from the file without being read. Names that Python would import on
loading are listed: look at them before you load a file that you do not trust.

Examples:
  larder ls model.joblib
  larder ls --depth 2 *.joblib.gz
  curl -s https://example.org/model.joblib | larder ls -j -)";

constexpr const char* get_footer =
    R"(PATH is made of names (keys of dicts, attributes of objects), [numbers] and ["quoted keys"], as 'larder ls' shows them.
Without -o the value is printed as JSON. With -o its format is chosen by the extension of OUT; without one that is
known, an array is written as .npy and everything else as JSON.

Examples:
  larder get pipeline.joblib 'steps[1][1].coef_'
  larder get pipeline.joblib 'steps[1][1].coef_' -o coef.npy
  larder get data.pkl '["a key"][0]' -o -  | gzip > first.npy.gz)";

constexpr const char* convert_footer =
    R"(COMPRESSION is joblib's compress argument: a level (3), a codec (zstd), both (zstd:19), true or none. Without it the
extension of OUT decides: .gz, .xz, .zst... compress, others do not. 'larder codecs' lists codecs and levels.
auto tries codecs and levels on a sample, for 2 % of the time that writing takes, and takes what is written to the disk
and read back soonest; auto:joblib of those that joblib reads, auto:smallest the smallest, auto:read-at=500MB/s the
smallest that is read so fast, auto:write-within=5s, auto:link=80MB/s. An extension such as .gz leaves it the level.
The format is that of the extension: .joblib, .pkl, .npy, .npz, .pt, .safetensors... An OUT whose name tells nothing
keeps the format of IN. Arrays become those of the other library. What the format cannot hold is refused with a list.
--meta says where an object comes from or how good it is. It is kept behind the object, together with a checksum of
each array, where joblib and numpy do not look; 'larder ls' shows it. What IN has is kept, but for equal keys.
OUT appears only when it is complete. It may be IN itself: until then the old file stays as it is.

Examples:
  larder convert model.pkl model.joblib.xz
  larder convert -c zstd:19 array.npy array.joblib
  larder convert -c auto array.npy array.joblib
  larder convert array.joblib array.npy
  larder convert model.pt model.joblib             tensors become numpy arrays
  larder convert --arrays-only model.joblib weights.npz
  larder convert --protocol 0 model.joblib model.pkl
  larder convert --python2-strings latin1 old.pkl new.joblib
  larder convert --meta data=wine.csv --meta accuracy:=0.93 model.pkl model.joblib
  zstdcat old.joblib.zst | larder convert -c gzip - new.joblib)";

constexpr const char* check_footer =
    R"(Every object in a file is read to its last byte, all checksums are verified, and nothing may follow the last object.
Those of a file's own format are named: CRC-32 of ZIP archives, CRC-32C of checkpoints, fletcher32 and Adler-32 of HDF5.
Files that neither their compression nor their format gives a checksum are told: damage to their content cannot be seen.
All that a Python loader would import, call or restore is judged: data only, known libraries only, or dangerous, which
is status 1. What is not on the list of known names is dangerous.

Examples:
  larder check model.joblib
  larder check -v model.joblib      each import, call and state, with its place and the rule that judged it
  larder check --plain *.joblib     status 1 where Python would import more than plain data needs
  larder check -j model.joblib | jq '.[].verdict')";

constexpr const char* bench_footer =
    R"(Each codec of this build compresses and decompresses the files' content, at a few levels, with one thread and with all:
arrays are measured as arrays, other files as their bytes. Large content is sampled. The time for writing and reading
goes through the disk that the first FILE lies on, and the best comes first. The last line says what to take: by default
what is written and read back soonest; --link, --smallest, --read-at and --write-within ask for something else.

Examples:
  larder bench measurements.npy
  larder bench --html bench.html *.joblib         a chart to look at in a browser
  larder bench --link 100Mbit/s big.npy           what arrives soonest?
  larder bench --read-at 1GB/s --codec lz4,zstd --level 1,3,9 big.npy
  larder bench --json big.npy | jq .advice)";

constexpr const char* codecs_footer = R"(Examples:
  larder codecs           names, extensions, levels
  larder codecs -v        aliases and magic numbers too, and what serves which level
  larder codecs --names   one name a line, for scripts
  larder codecs --plugin ./brotli.so --verify    is this plugin a good codec?)";

constexpr const char* formats_footer = R"(Examples:
  larder formats
  larder formats -j | jq '.[] | select(.writes) | .name')";

constexpr const char* store_footer =
    R"(A store keeps values under keys, safe from crashes and full disks, for many processes at once. URL is a directory
(/var/cache/models, file:///var/cache/models) or a place on S3 (s3://bucket/prefix, see docs/s3.md). Each value of a
directory is one ordinary file, URL/KEY. A directory of joblib's Memory is a store.

Examples:
  larder store put /var/cache/models forest.joblib model.joblib
  larder store ls -l /var/cache/models
  larder store verify /var/cache/models
  larder store put s3://team/models forest.joblib model.joblib

Exit status: 0 fine, 1 no such key, a condition that does not hold, or damage; else as for larder.
'larder store COMMAND --help' explains a command.)";

// "500", "64K", "2G": bytes, with powers of 1024.
std::uint64_t parse_size(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const std::string_view suffix(stop, static_cast<std::size_t>(end - stop));
  const auto unit = suffix.size() == 1 ? std::string_view("KMGTP").find(suffix.front()) : std::string_view::npos;
  std::optional<std::uint64_t> size;
  if (error == std::errc() && suffix.empty()) size = number;
  if (error == std::errc() && unit != std::string_view::npos)
    size = internal::checked_mul(number, std::uint64_t{1024} << (10 * unit));
  if (!size) {
    internal::fail(ErrorKind::usage, internal::quoted(text),
                   " is no size: give a number of bytes, or one with K, M, G, T or P behind it");
  }
  return *size;
}

// The check without the description that CLI11 would put into the help.
CLI::Validator undescribed(CLI::Validator check) { return check.description(""); }

// An option whose text a function of the library understands.
template <class Target, class Parse>
CLI::Option* add_parsed(CLI::App& command, const std::string& name, Target& target, Parse parse, const char* what) {
  return command.add_option_function<std::string>(
      name,
      [&target, parse, name](const std::string& text) {
        try {
          target = parse(text);
        } catch (const Error& error) {
          throw CLI::ValidationError(name, error.what());
        }
      },
      what);
}

void add_source_options(CLI::App& command, ReadOptions& options) {
  command.add_flag("-q,--quiet", options.quiet, "Show no progress bar");
  static const std::map<std::string, Python2Strings> encodings = {
      {"ascii", Python2Strings::ascii}, {"latin1", Python2Strings::latin1}, {"bytes", Python2Strings::bytes}};
  command
      .add_option_function<std::string>(
          "--python2-strings", [&options](const std::string& text) { options.python2_strings = encodings.at(text); },
          "What the strings of Python 2 become: text in this encoding, or bytes")
      ->type_name("ascii|latin1|bytes")
      ->check(undescribed(CLI::IsMember(&encodings)));
  add_parsed(command, "--max-bytes", options.limits.bytes, parse_size,
             "Refuse files that need more memory than SIZE, such as 500M or 2G (default: all there is)")
      ->type_name("SIZE");
}

void add_format_option(CLI::App& command, ReadOptions& options) {
  command
      .add_option("--from", options.format,
                  "Read it as this format, whatever the content says; 'larder formats' lists them")
      ->type_name("NAME");
}

void add_plugin_option(CLI::App& command, std::vector<std::string>& plugins) {
  command
      .add_option(
          "--plugin", plugins,
          "Load codecs from this shared library, or all of a directory; it is code: only what you trust; repeatable")
      ->allow_extra_args(false)
      ->type_name("PATH");
}

void add_reading_options(CLI::App& command, ReadOptions& options) {
  add_source_options(command, options);
  command
      .add_option("--threads", options.threads,
                  "Compress and decompress on N threads (default 0: one for each processor)")
      ->type_name("N")
      ->check(undescribed(CLI::Range(0, 1024)));
}

CLI::App* add_command(CLI::App& app, const char* name, const char* what, const char* footer, Action& chosen,
                      Action action) {
  CLI::App* command = app.add_subcommand(name, what);
  command->footer(footer);
  command->callback([&chosen, action = std::move(action)] { chosen = action; });
  return command;
}

class ParsedArguments final : public Arguments {
 public:
  explicit ParsedArguments(CLI::App* command) : command_(command) {}

  void add_words(const char* name, Count count, const char* what, Take take) override {
    auto* words = count == Count::some
                      ? command_->add_option_function<Texts>(name, each(name, std::move(take)), what)
                      : command_->add_option_function<std::string>(name, one(name, std::move(take)), what);
    words->required(count != Count::at_most_one)->type_name("");
  }
  void add_flag(const char* names, const char* what, bool& flag) override { command_->add_flag(names, flag, what); }
  void add_option(const char* names, const char* type, const char* what, Take take) override {
    command_->add_option_function<std::string>(names, one(names, std::move(take)), what)->type_name(type);
  }
  void add_options(const char* names, const char* type, const char* what, Take take) override {
    command_->add_option_function<Texts>(names, each(names, std::move(take)), what)
        ->allow_extra_args(false)
        ->type_name(type);
  }
  void exclude(const char* one, const char* other) override {
    command_->get_option(one)->excludes(command_->get_option(other));
  }

 private:
  using Texts = std::vector<std::string>;

  static Take one(std::string name, Take take) {
    return [name = std::move(name), take = std::move(take)](const std::string& text) {
      try {
        take(text);
      } catch (const Error& error) {
        throw CLI::ValidationError(name, error.what());
      }
    };
  }
  static std::function<void(const Texts&)> each(std::string name, Take take) {
    return [take = one(std::move(name), std::move(take))](const Texts& texts) {
      for (const std::string& text : texts) take(text);
    };
  }

  CLI::App* command_;
};

// All options, and the action that they ended up choosing.
struct CommandLine {
  CLI::App app{description, "larder"};
  Action chosen;
  std::vector<std::string> plugins;
  ListOptions ls;
  GetOptions get_one;
  ConvertOptions conversion;
  CheckOptions checking;
  BenchOptions benching;
  CatalogOptions codec_catalog;
  CatalogOptions format_catalog;
  StoreCommandLine store;

  CommandLine() {
    app.set_version_flag("--version", "larder " LARDER_VERSION, "Print the version and exit");
    app.set_help_flag("-h,--help", "Print this help and exit");
    app.footer(main_footer);
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);
    app.get_formatter()->label("REQUIRED", "");
    app.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app.get_formatter()->label("Subcommands", "Commands");
    add_ls();
    add_get();
    add_convert();
    add_check();
    add_bench();
    add_catalogs();
    add_store();
  }

  void add_ls() {
    auto* command = add_command(app, "ls", "Show what is in files: format, compression, tree of values, imports",
                                ls_footer, chosen, [this](Console& console) { return list(ls, console); });
    command->add_option("FILE", ls.files, "Files to look into")->required()->type_name("");
    auto* depth = command->add_option("--depth", ls.depth, "Levels of the tree to show (default 5, at most 1000)")
                      ->type_name("N")
                      ->check(undescribed(CLI::Range(0, 1000)));
    command->add_flag_callback(
        "--all",
        [this, depth] {
          ls.all = true;
          if (depth->empty()) ls.depth = 1000;
        },
        "Show every member and every level");
    command->add_flag("-j,--json", ls.json, "Print JSON");
    add_format_option(*command, ls.reading);
    add_reading_options(*command, ls.reading);
    add_plugin_option(*command, plugins);
  }

  void add_get() {
    auto* command = add_command(app, "get", "Take one value out of a file", get_footer, chosen,
                                [this](Console& console) { return get(get_one, console); });
    command->add_option("FILE", get_one.file, "The file")->required()->type_name("");
    command->add_option("PATH", get_one.path, "Which value, such as steps[0].coef_; '' is the whole object")
        ->required()
        ->type_name("");
    command->add_option("-o,--output", get_one.out, "Write the value to OUT instead of printing it")->type_name("OUT");
    add_format_option(*command, get_one.reading);
    add_reading_options(*command, get_one.reading);
    add_plugin_option(*command, plugins);
  }

  void add_convert() {
    auto* command =
        add_command(app, "convert", "Store a file's objects in another format or compression", convert_footer, chosen,
                    [this](Console& console) { return convert(conversion, console); });
    command->add_option("IN", conversion.in, "The file to read; what it is, its content tells")
        ->required()
        ->type_name("");
    command->add_option("OUT", conversion.out, "The file to write; its extension says how")->required()->type_name("");
    command->add_option("-c,--compress", conversion.storage.compress, "Compress so, whatever the extension says")
        ->type_name("COMPRESSION");
    command
        ->add_option("--to,--format", conversion.storage.format,
                     "Write this format, whatever the extension says; 'larder formats' lists them")
        ->type_name("NAME");
    add_format_option(*command, conversion.reading);
    command
        ->add_option("--only", conversion.reading.only,
                     "Take only what IN has under this name, such as an array of a .npz file; repeatable")
        ->allow_extra_args(false)
        ->type_name("NAME");
    command->add_flag("--arrays-only", conversion.carrying.arrays_only,
                      "Take the arrays alone, each by its name, and leave out what is none");
    command->add_flag("--widen", conversion.carrying.widen,
                      "Store bfloat16 and float8 as float32 where the format has no such dtype");
    command
        ->add_option("--level", conversion.storage.deflate,
                     "npz files: deflate the arrays, 1 to 9; 0 (default) stores them")
        ->type_name("N")
        ->check(undescribed(CLI::Range(0, 9)));
    command
        ->add_option("--protocol", conversion.storage.protocol,
                     "Protocol of pickles: 0 to 5, -1 is the highest (default 4)")
        ->type_name("N");
    command->add_flag("--share-arrays", conversion.storage.share_arrays,
                      "joblib files: store an array that occurs twice once; it stays one array");
    command
        ->add_option("--align", conversion.storage.array_alignment,
                     "joblib files: begin arrays at multiples of N: a power of two, 16 (default) to 65536")
        ->type_name("N");
    command->add_option("--meta", conversion.meta, "Store KEY=TEXT, or KEY:=JSON, beside each object; repeatable")
        ->allow_extra_args(false)
        ->type_name("KEY=TEXT")
        ->check(problem_with, "");
    command
        ->add_option_function<std::string>(
            "--sync", [this](const std::string& text) { conversion.sync = text == "none" ? Sync::none : Sync::full; },
            "full: OUT survives a power cut (default); none: faster, only whole or absent if this process dies")
        ->type_name("none|full")
        ->check(undescribed(CLI::IsMember({"none", "full"})));
    command->add_flag("-v,--verbose", conversion.verbose, "Print sizes, ratio and time when done, on standard error");
    add_reading_options(*command, conversion.reading);
    add_plugin_option(*command, plugins);
  }

  void add_check() {
    auto* command =
        add_command(app, "check", "Read files to the last byte, verify checksums, judge what a loader would run",
                    check_footer, chosen, [this](Console& console) { return check(checking, console); });
    command->add_option("FILE", checking.files, "Files to check")->required()->type_name("");
    command->add_flag("--plain", checking.plain,
                      "Fail where Python would import more than numpy, joblib and builtins need for plain data");
    command->add_flag("-v,--verbose", checking.verbose, "List each import, call and state that a loader would make");
    command->add_flag("-j,--json", checking.json, "Print JSON");
    add_reading_options(*command, checking.reading);
    add_plugin_option(*command, plugins);
  }

  void add_bench() {
    auto* command = add_command(app, "bench", "Measure each codec on files of yours, and say which to take",
                                bench_footer, chosen, [this](Console& console) { return bench(benching, console); });
    add_plugin_option(*command, plugins);
    command->add_option("FILE", benching.files, "Files whose content is measured")->required()->type_name("");
    command->add_option("--codec", benching.codecs, "Only these: names, or zstd:19, or none (default: all there are)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("NAMES");
    command->add_option("--level", benching.levels, "Only these levels, of codecs that have them (default: a few)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("N,...");
    command->add_option("--threads", benching.threads, "Only so many threads; 0 is all (default 1,0)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("N,...");
    command->add_option("--repeat", benching.repeat, "Measure each N times after a first run (default 5)")
        ->type_name("N")
        ->check(undescribed(CLI::Range(0, 1000)));
    add_parsed(*command, "--time", benching.seconds, parse_duration, "Take about so long (default 60s)")
        ->type_name("TIME");
    add_parsed(*command, "--sample", benching.sample, parse_size,
               "Measure no more than SIZE of the content (default 64M)")
        ->type_name("SIZE");
    command->add_option("--sort", benching.sort, "Sort the rows by this column (default cost: the best first)")
        ->type_name("COLUMN")
        ->check(undescribed(CLI::IsMember(bench_columns())));
    add_budget();
    auto* json = command->add_flag_callback(
        "-j,--json", [this] { benching.form = BenchOptions::Form::json; }, "Print JSON");
    command
        ->add_flag_callback(
            "--csv", [this] { benching.form = BenchOptions::Form::csv; }, "Print CSV")
        ->excludes(json);
    command->add_option("--html", benching.html, "Write a page with an interactive chart, which needs no network")
        ->type_name("OUT");
    add_source_options(*command, benching.reading);
  }

  void add_budget() {
    CLI::App& command = *app.get_subcommand("bench");
    Budget& budget = benching.budget;
    auto* smallest = command.add_flag("--smallest", budget.smallest, "Advise the smallest file");
    add_parsed(command, "--read-at", budget.read_at, parse_speed, "...that can be read at SPEED, such as 500MB/s")
        ->type_name("SPEED");
    add_parsed(command, "--write-within", budget.write_within, parse_duration,
               "...that is written within TIME, such as 5s")
        ->type_name("TIME");
    add_parsed(command, "--link", budget.link, parse_speed, "Advise what arrives soonest over a link of SPEED")
        ->type_name("SPEED")
        ->excludes(smallest);
    add_parsed(command, "--disk", benching.disk, parse_speed, "Take the disk for one of SPEED instead of measuring it")
        ->type_name("SPEED");
  }

  void add_catalogs() {
    auto* codecs = add_command(app, "codecs", "List the codecs of this build", codecs_footer, chosen,
                               [this](Console& console) { return list_codecs(codec_catalog, console); });
    codecs->add_flag("-v,--verbose", codec_catalog.verbose,
                     "Show aliases, magic numbers, and what serves which level too");
    codecs->add_flag("-j,--json", codec_catalog.json, "Print JSON");
    auto* verify =
        codecs->add_flag("--verify", codec_catalog.verify,
                         "Try whether the codecs of plugins, or all, do what a codec must: status 1 where not");
    add_plugin_option(*codecs, plugins);
    verify->excludes(codecs->get_option("--json"));
    codecs->add_flag("--names", codec_catalog.names, "Print only the names of codecs that can be used");
    auto* formats = add_command(app, "formats", "List the file formats of this build", formats_footer, chosen,
                                [this](Console& console) { return list_formats(format_catalog, console); });
    formats->add_flag("-j,--json", format_catalog.json, "Print JSON");
    formats->add_flag("--names", format_catalog.names, "Print only the names");
  }

  void add_store() {
    CLI::App& command =
        *app.add_subcommand("store", "Keep values under keys, in a directory that many processes share");
    command.footer(store_footer);
    command.require_subcommand(1);
    std::optional<ParsedArguments> arguments;
    store.add_to([&](const char* name, const char* what, const char* footer, Action action) -> Arguments& {
      return arguments.emplace(add_command(command, name, what, footer, chosen, std::move(action)));
    });
  }
};

std::string names_of_commands(const CLI::App& app) {
  std::string names;
  for (const CLI::App* command : app.get_subcommands({}))
    names.append(names.empty() ? "" : ", ").append(command->get_name());
  return names;
}

// One line: what is wrong, and where help is.
std::string usage_message(const CLI::App& app, const CLI::ParseError& error, int argc, const char* const* argv) {
  const CLI::App* command = &app;
  std::string who = "larder";
  int depth = 1;
  for (; !command->get_subcommands().empty(); ++depth) {
    command = command->get_subcommands().front();
    who += " " + command->get_name();
  }
  std::string problem = error.what();
  std::replace(problem.begin(), problem.end(), '\n', ' ');
  if (const std::string names = names_of_commands(*command); !names.empty()) {
    problem = argc > depth ? internal::quoted(argv[depth]) + " is no command; there are " : "a command is required: ";
    problem += names;
  }
  return internal::join(who, ": ", problem, " ('", who, " --help' explains)");
}

}  // namespace

Status run(int argc, const char* const* argv, Console& console) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    console.print(line.app.help());
    return Status::fine;
  } catch (const CLI::CallForVersion& version) {
    console.print(internal::join(version.what(), "\n"));
    return Status::fine;
  } catch (const CLI::ParseError& error) {
    console.say(usage_message(line.app, error, argc, argv));
    return Status::usage;
  }
  const Status loaded = load_plugins(line.plugins, console);
  return loaded == Status::fine ? line.chosen(console) : loaded;
}

}  // namespace larder::tools
