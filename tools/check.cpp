#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "tools/commands.h"
#include "tools/plain.h"
#include "tools/report.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

// What was found out about one file. A plain value.
struct Finding {
  std::string file;
  std::vector<std::string> formats;  // each once
  std::vector<std::string> codecs;
  std::vector<std::string> imports;
  std::uint64_t objects = 0;
  std::uint64_t decoded_bytes = 0;
  bool checksummed = true;  // all that was read is covered by a checksum
  std::optional<Error> error;
  Status status = Status::fine;
};

void add_once(std::vector<std::string>& texts, const std::string& text) {
  if (!text.empty() && std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

std::string listed(const std::vector<std::string>& texts, std::size_t most) {
  std::string line;
  for (std::size_t i = 0; i < std::min(texts.size(), most); ++i)
    line.append(i > 0 ? ", " : "").append(printable(texts[i]));
  return texts.size() > most ? internal::join(line, " and ", texts.size() - most, " more") : line;
}

void read_all(Finding& finding, const CheckOptions& options, Console& console) {
  ObjectFile input(finding.file, options.reading, console);
  std::set<std::string> seen;
  while (const auto object = input.next()) {
    ++finding.objects;
    finding.decoded_bytes += object->provenance.decoded_bytes;
    finding.checksummed = finding.checksummed && object->checksummed;
    add_once(finding.formats, object->provenance.format);
    add_once(finding.codecs, object->codec);
    for (auto& name : globals_of(object->document.root())) {
      if (seen.insert(name).second) finding.imports.push_back(std::move(name));
    }
  }
}

Finding examine(const std::string& file, const CheckOptions& options, Console& console) {
  Finding finding;
  finding.file = file;
  try {
    read_all(finding, options, console);
    const auto strange = not_plain(finding.imports);
    if (options.plain && !strange.empty()) {
      finding.error.emplace(ErrorKind::unsafe_reference,
                            internal::join("not plain data: Python would import ", listed(strange, 5)));
      finding.status = Status::check_failed;
    }
  } catch (const Error& error) {
    finding.error = error;
    finding.status = status_of(error.kind());
  }
  return finding;
}

void print(const Finding& finding, Console& console) {
  if (finding.error) {
    // The status was decided where the error was seen.
    static_cast<void>(console.report(input_name(finding.file), *finding.error));
    return;
  }
  std::string line = internal::join(
      printable(input_name(finding.file)), ": ok, ", count_text(finding.objects, "object"), ", ",
      listed(finding.formats, 5), ", ", finding.codecs.empty() ? "not compressed" : listed(finding.codecs, 5),
      finding.checksummed ? " (checksummed)" : " (no checksum: damage to the content cannot be told)", ", ",
      size_text(finding.decoded_bytes));
  line += finding.imports.empty() ? ", imports nothing" : ", imports " + listed(finding.imports, 20);
  console.print(line + "\n");
}

Value describe(Report& report, const Finding& finding) {
  const Value entry = report.object();
  report.set(entry, "file", report.text(finding.file));
  report.set(entry, "ok", Value::boolean(finding.status == Status::fine));
  if (finding.error) {
    report.set(entry, "kind", report.text(name_of(finding.error->kind())));
    report.set(entry, "error", report.text(finding.error->what()));
  }
  report.set(entry, "objects", report.number(finding.objects));
  report.set(entry, "formats", report.texts(finding.formats));
  report.set(entry, "codecs", report.texts(finding.codecs));
  report.set(entry, "decoded_bytes", report.number(finding.decoded_bytes));
  report.set(entry, "checksummed", Value::boolean(finding.checksummed && finding.objects > 0));
  report.set(entry, "imports", report.texts(finding.imports));
  report.set(entry, "plain", Value::boolean(not_plain(finding.imports).empty()));
  return entry;
}

}  // namespace

Status check(const CheckOptions& options, Console& console) {
  Report report;
  const Value files = report.list();
  Status status = Status::fine;
  for (const auto& file : options.files) {
    const Finding finding = examine(file, options, console);
    if (options.json) {
      report.append(files, describe(report, finding));
    } else {
      print(finding, console);
    }
    status = worse(status, finding.status);
  }
  if (options.json) report.print(files, console);
  return status;
}

}  // namespace larder::tools
