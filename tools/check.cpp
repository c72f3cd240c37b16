#include <algorithm>

#include "base/text.h"
#include "persist/loading.h"
#include "tools/commands.h"
#include "tools/findings.h"
#include "tools/objects.h"
#include "tools/progress.h"
#include "tools/report.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

// What was found out about one file. A plain value.
struct Result {
  std::string file;
  Audit audit;
  std::optional<Error> error;  // why the check failed
  Status status = Status::fine;
};

std::string listed(const std::vector<std::string>& texts, std::size_t most) {
  std::string line;
  for (std::size_t i = 0; i < std::min(texts.size(), most); ++i)
    line.append(i > 0 ? ", " : "").append(printable(texts[i]));
  return texts.size() > most ? internal::join(line, " and ", texts.size() - most, " more") : line;
}

// What the verdict means for the check.
std::optional<Error> failure_of(const Audit& audit, bool only_plain) {
  if (audit.error) return audit.error;
  const Finding* const worst = audit.worst();
  if (audit.verdict == Verdict::dangerous) {
    std::string message = internal::join("dangerous: ", finding_text(*worst));
    if (audit.dangerous > 1) message += internal::join(", and ", audit.dangerous - 1, " more such findings");
    return Error(ErrorKind::unsafe_reference, message);
  }
  if (audit.verdict == Verdict::known_libraries && only_plain)
    return Error(ErrorKind::unsafe_reference,
                 internal::join("not plain data: Python would import ", listed(audit.names, 5)));
  return std::nullopt;
}

Result examine(const std::string& file, const CheckOptions& options) {
  Result result;
  result.file = file;
  try {
    ProgressReader reader(open_input(file), options.reading.quiet);
    AuditOptions audit_options;
    audit_options.limits = options.reading.limits;
    audit_options.threads = options.reading.threads;
    if (options.reading.python2_strings) audit_options.pickle.python2_strings = *options.reading.python2_strings;
    if (file != "-") audit_options.companions_of = internal::file_of(file);
    result.audit = audit(reader, audit_options);
    result.error = failure_of(result.audit, options.plain);
  } catch (const Error& error) {
    result.error = error;
    result.audit.verdict = Verdict::malformed;
  }
  if (result.error) {
    const bool unsafe = result.audit.verdict != Verdict::malformed;
    result.status = unsafe ? Status::check_failed : status_of(result.error->kind());
  }
  return result;
}

std::string checksum_text(const Audit& audit) {
  const std::string own = audit.own_checksums.empty() ? "" : ": " + listed(audit.own_checksums, 5);
  if (audit.checksummed) return internal::join(" (checksummed", own, ")");
  if (!own.empty()) return internal::join(" (checksummed in part", own, ")");
  return " (no checksum: damage to the content cannot be told)";
}

std::string summary(const Result& result) {
  const Audit& audit = result.audit;
  std::string line = internal::join(printable(input_name(result.file)), ": ok, ", verdict_text(audit.verdict), ", ",
                                    count_text(audit.objects, "object"), ", ", listed(audit.formats, 5), ", ",
                                    audit.codecs.empty() ? "not compressed" : listed(audit.codecs, 5),
                                    checksum_text(audit), ", ", size_text(audit.decoded_bytes));
  if (audit.checked_arrays > 0) line += ", " + count_text(audit.checked_arrays, "array") + " verified";
  if (audit.verdict != Verdict::data_only) line += ", imports " + listed(audit.names, 20);
  return line + "\n";
}

void print(const Result& result, bool verbose, Console& console) {
  if (result.error) {
    // The status was decided where the error was seen.
    static_cast<void>(console.report(input_name(result.file), *result.error));
  } else {
    console.print(summary(result));
  }
  if (verbose) console.print(findings_text(result.audit));
}

Value describe(Report& report, const Result& result) {
  const Audit& audit = result.audit;
  const Value entry = report.object();
  report.set(entry, "file", report.text(result.file));
  report.set(entry, "ok", Value::boolean(result.status == Status::fine));
  if (result.error) {
    report.set(entry, "kind", report.text(name_of(result.error->kind())));
    report.set(entry, "error", report.text(result.error->what()));
  }
  report.set(entry, "objects", report.number(audit.objects));
  report.set(entry, "formats", report.texts(audit.formats));
  report.set(entry, "codecs", report.texts(audit.codecs));
  report.set(entry, "decoded_bytes", report.number(audit.decoded_bytes));
  report.set(entry, "checksummed", Value::boolean(audit.checksummed && audit.objects > 0));
  report.set(entry, "own_checksums", report.texts(audit.own_checksums));
  report.set(entry, "checked_arrays", report.number(audit.checked_arrays));
  report.set(entry, "imports", report.texts(audit.names));
  report.set(entry, "plain", Value::boolean(audit.verdict == Verdict::data_only));
  describe_audit(report, entry, audit);
  return entry;
}

}  // namespace

Status check(const CheckOptions& options, Console& console) {
  Report report;
  const Value files = report.list();
  Status status = Status::fine;
  for (const auto& file : options.files) {
    const Result result = examine(file, options);
    if (options.json) {
      report.append(files, describe(report, result));
    } else {
      print(result, options.verbose, console);
    }
    status = worse(status, result.status);
  }
  if (options.json) report.print(files, console);
  return status;
}

}  // namespace larder::tools
