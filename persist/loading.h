// Loading with a choice of arrays.
#pragma once

#include <larder/load.h>
#include <larder/plugin/format.h>

namespace larder::internal {

// As `load` of a Reader, but only the arrays that `choice` wants (null: all) are read. companions_of: as in
// LoadOptions.
Document load_chosen(Reader& reader, const LoadOptions& options, const Path& companions_of, ArrayChoice* choice,
                     Provenance* provenance = nullptr);

}  // namespace larder::internal
