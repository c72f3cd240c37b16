// Every kind of Reader in this room, as one table: a new kind gets the whole conformance suite with one row.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "content.h"

namespace larder::testing {

// A Reader and what must outlive it.
struct OpenSource {
  std::vector<std::shared_ptr<void>> kept;
  std::unique_ptr<Reader> reader;
};

struct Source {
  std::string name;
  bool seeks;       // can_seek(), and size() is known
  bool has_region;  // region() is offered
  std::function<OpenSource(const Content&)> open;
};

const std::vector<Source>& sources();

}  // namespace larder::testing
