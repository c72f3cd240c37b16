// What was in use before PyTorch 1.6: read, and written as "torch" instead.
#pragma once

#include <string>
#include <utility>

#include <larder/plugin/format.h>

#include "base/text.h"

namespace larder::internal {

class OldTorchFormat : public Format {
 public:
  void write(Value, Writer&, const WriteOptions&) const final {
    fail(ErrorKind::unsupported, "the format ", info().name,
         " is only read: \"torch\" is what every PyTorch since 1.6 reads");
  }

 protected:
  OldTorchFormat(std::string name, std::string description, Extent extent, std::string family)
      : Format({.name = std::move(name),
                .description = std::move(description),
                .extensions = {},
                .reads = true,
                .writes = false,
                .maps = true,
                .signature = Signature::magic,
                .extent = extent,
                .family = std::move(family),
                .library = "torch"}) {}
};

}  // namespace larder::internal
