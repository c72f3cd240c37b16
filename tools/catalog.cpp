#include <algorithm>

#include <larder/codec.h>
#include <larder/plugin/format.h>

#include "base/text.h"
#include "tools/columns.h"
#include "tools/commands.h"
#include "tools/plugins.h"
#include "tools/report.h"

namespace larder::tools {

namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string line;
  for (const auto& text : texts) line.append(line.empty() ? "" : " ").append(text);
  return line.empty() ? "-" : line;
}

std::vector<std::string> in_hex(const std::vector<std::string>& magics) {
  std::vector<std::string> texts;
  for (const auto& magic : magics) {
    std::string digits;
    for (const char letter : magic) digits += internal::hex(static_cast<unsigned char>(letter)).substr(2);
    texts.push_back(std::move(digits));
  }
  return texts;
}

Row codec_row(const CodecInfo& codec, bool verbose) {
  const bool levels = codec.has_levels;
  Row row = {codec.name, joined(codec.extensions),
             levels ? internal::join(codec.min_level, " to ", codec.max_level) : "-",
             levels ? std::to_string(codec.default_level) : "-", codec.has_checksum ? "yes" : "no"};
  if (verbose) row.insert(row.end(), {joined(codec.aliases), joined(in_hex(codec.magics))});
  row.push_back(!codec.built ? "not in this build" : codec.library.empty() ? "-" : codec.library);
  return row;
}

std::string levels_of(const LevelEngine& engine) {
  return engine.from == engine.to ? std::to_string(engine.from) : internal::join(engine.from, " to ", engine.to);
}

// Who does the work at which level: a table of its own, as there may be several rows a codec.
void print_engines(const std::vector<const Codec*>& codecs, Console& console) {
  std::vector<Row> rows = {{"NAME", "LEVELS", "ENGINE"}};
  for (const Codec* codec : codecs)
    for (const LevelEngine& engine : codec->info().engines)
      rows.push_back({codec->info().name, levels_of(engine), engine.engine});
  if (rows.size() == 1) return;
  console.print("\n");
  print_table(rows, console);
}

Value describe_engines(Report& report, const CodecInfo& codec) {
  const Value list = report.list();
  for (const LevelEngine& engine : codec.engines) {
    const Value entry = report.object();
    report.set(entry, "from", Value::integer(engine.from));
    report.set(entry, "to", Value::integer(engine.to));
    report.set(entry, "engine", report.text(engine.engine));
    report.append(list, entry);
  }
  return list;
}

Value describe(Report& report, const CodecInfo& codec) {
  const Value entry = report.object();
  report.set(entry, "name", report.text(codec.name));
  report.set(entry, "aliases", report.texts(codec.aliases));
  report.set(entry, "extensions", report.texts(codec.extensions));
  report.set(entry, "magics", report.texts(in_hex(codec.magics)));
  report.set(entry, "min_level", codec.has_levels ? Value::integer(codec.min_level) : Value::none());
  report.set(entry, "max_level", codec.has_levels ? Value::integer(codec.max_level) : Value::none());
  report.set(entry, "default_level", codec.has_levels ? Value::integer(codec.default_level) : Value::none());
  report.set(entry, "checksum", Value::boolean(codec.has_checksum));
  report.set(entry, "library", report.text(codec.library));
  report.set(entry, "built", Value::boolean(codec.built));
  report.set(entry, "engines", describe_engines(report, codec));
  return entry;
}

std::string yes_or_no(bool value) { return value ? "yes" : "no"; }

Row format_row(const FormatInfo& format) {
  return {format.name,
          joined(format.extensions),
          yes_or_no(format.reads && format.built),
          yes_or_no(format.writes && format.built),
          yes_or_no(format.maps && format.built),
          format.built ? format.description : "not in this build: " + format.description};
}

Value describe(Report& report, const FormatInfo& format) {
  const Value entry = report.object();
  report.set(entry, "name", report.text(format.name));
  report.set(entry, "description", report.text(format.description));
  report.set(entry, "extensions", report.texts(format.extensions));
  report.set(entry, "reads", Value::boolean(format.reads));
  report.set(entry, "writes", Value::boolean(format.writes));
  report.set(entry, "maps", Value::boolean(format.maps));
  report.set(entry, "built", Value::boolean(format.built));
  return entry;
}

// The catalog of things that have an info(): their names, a JSON list, or a table.
template <class Thing, class MakeRow>
void print_catalog(const std::vector<const Thing*>& things, const CatalogOptions& options, Row headings,
                   MakeRow&& make_row, Console& console) {
  if (options.json) {
    Report report;
    const Value entries = report.list();
    for (const Thing* thing : things) report.append(entries, describe(report, thing->info()));
    report.print(entries, console);
  } else if (options.names) {
    for (const Thing* thing : things) console.print(thing->info().name + "\n");
  } else {
    std::vector<Row> rows = {std::move(headings)};
    for (const Thing* thing : things) rows.push_back(make_row(thing->info()));
    print_table(rows, console);
  }
}

}  // namespace

Status list_codecs(const CatalogOptions& options, Console& console) {
  if (options.verify) return verify_codecs(console);
  Row headings = {"NAME", "EXTENSIONS", "LEVELS", "DEFAULT", "CHECKSUM", "LIBRARY"};
  if (options.verbose) headings.insert(headings.end() - 1, {"ALIASES", "MAGICS"});
  std::vector<const Codec*> codecs = CodecRegistry::global().list();
  // Names are for use: a codec that this build lacks is not one of them.
  if (options.names) std::erase_if(codecs, [](const Codec* codec) { return !codec->info().built; });
  print_catalog(
      codecs, options, std::move(headings), [&](const CodecInfo& codec) { return codec_row(codec, options.verbose); },
      console);
  if (options.verbose && !options.json && !options.names) print_engines(codecs, console);
  return Status::fine;
}

Status list_formats(const CatalogOptions& options, Console& console) {
  print_catalog(formats(), options, {"NAME", "EXTENSIONS", "READS", "WRITES", "MAPS", "WHAT"}, format_row, console);
  return Status::fine;
}

}  // namespace larder::tools
