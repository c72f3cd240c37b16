// Every kind of Writer in this room, as one table: a new kind gets the whole conformance suite with one row.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <larder/writer.h>

#include "content.h"

namespace larder::testing {

// A Writer, and how to see what arrived. `content` may be called once: after finish(), or, except for
// memory, after the Writer is gone.
struct OpenTarget {
  std::vector<std::shared_ptr<void>> kept;
  std::function<Content()> content;
  std::unique_ptr<Writer> writer;
};

struct Target {
  std::string name;
  bool publishes;  // nothing arrives before finish()
  std::function<OpenTarget()> open;
};

const std::vector<Target>& targets();

// Targets that take no byte.
const std::vector<Target>& failing_targets();

}  // namespace larder::testing
