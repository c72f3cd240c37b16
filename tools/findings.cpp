#include "tools/findings.h"

#include "base/text.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

std::string deed_text(const Finding& finding) {
  switch (finding.kind) {
    case FindingKind::import:
      return "imports " + printable(finding.name);
    case FindingKind::call:
      return "calls " + (finding.name.empty() ? "what a call returned" : printable(finding.name));
    case FindingKind::state:
      return "sets the state of " + (finding.name.empty() ? "an object" : printable(finding.name));
    case FindingKind::persistent_id:
      return "asks the loading program for an id";
    case FindingKind::extension:
      break;
  }
  return "imports by an extension code";
}

Value describe(Report& report, const Finding& finding) {
  const Value entry = report.object();
  report.set(entry, "kind", report.text(name_of(finding.kind)));
  report.set(entry, "verdict", report.text(name_of(finding.verdict)));
  report.set(entry, "rule", report.text(finding.rule));
  report.set(entry, "reason", report.text(finding.reason));
  report.set(entry, "name", report.text(finding.name));
  report.set(entry, "detail", report.text(finding.detail));
  report.set(entry, "object", report.number(finding.object));
  report.set(entry, "stream", report.number(finding.stream));
  report.set(entry, "offset", report.number(finding.offset));
  return entry;
}

}  // namespace

std::string_view verdict_text(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::data_only:
      return "data only";
    case Verdict::known_libraries:
      return "known libraries only";
    case Verdict::dangerous:
      return "dangerous";
    case Verdict::malformed:
      break;
  }
  return "malformed";
}

std::string finding_text(const Finding& finding) {
  return internal::join(deed_text(finding), " at byte ", finding.offset, ": ", finding.reason, " (rule ", finding.rule,
                        ")");
}

std::string findings_text(const Audit& audit) {
  std::string text;
  for (const Finding& finding : audit.findings) {
    text += internal::join("  ", verdict_text(finding.verdict), ": ");
    if (audit.objects > 1) text += internal::join("object ", finding.object, " ");
    text += finding_text(finding);
    if (!finding.detail.empty()) text += " " + printable(finding.detail);
    text += "\n";
  }
  if (audit.omitted > 0) text += internal::join("  and ", audit.omitted, " more\n");
  return text;
}

void describe_audit(Report& report, Value entry, const Audit& audit) {
  report.set(entry, "verdict", report.text(name_of(audit.verdict)));
  const Value counts = report.object();
  report.set(counts, "imports", report.number(audit.imports));
  report.set(counts, "calls", report.number(audit.calls));
  report.set(counts, "states", report.number(audit.states));
  report.set(counts, "persistent_ids", report.number(audit.persistent_ids));
  report.set(counts, "dangerous", report.number(audit.dangerous));
  report.set(counts, "omitted", report.number(audit.omitted));
  report.set(entry, "counts", counts);
  const Value findings = report.list();
  for (const Finding& finding : audit.findings) report.append(findings, describe(report, finding));
  report.set(entry, "findings", findings);
}

}  // namespace larder::tools
