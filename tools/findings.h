// An audit in words and as JSON.
#pragma once

#include <string>

#include <larder/audit.h>

#include "tools/report.h"

namespace larder::tools {

// "data only", "known libraries only"...
std::string_view verdict_text(Verdict verdict) noexcept;

// "imports os.system at byte 12: starts programs": what is done, where, and why that is bad or not.
std::string finding_text(const Finding& finding);

// One line for each finding that was kept, and one for those that were not; each begins with two spaces.
std::string findings_text(const Audit& audit);

// Verdict, counts and findings as members of `entry`, an object of the report.
void describe_audit(Report& report, Value entry, const Audit& audit);

}  // namespace larder::tools
