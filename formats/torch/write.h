// Values become an archive as torch.save writes it.
#pragma once

#include <string_view>

#include <larder/document.h>
#include <larder/writer.h>

namespace larder::internal {

// name: of the file, whose stem becomes the archive's folder; may be empty.
//
// Arrays that were torch's tensors are tensors again, with their storages, views and flags; arrays without a class are
// new tensors; numpy's own arrays stay numpy's, as in torch.save. Errors: `unsupported`, before anything is written,
// for dtypes that torch does not have and for references to what only another program knows.
void write_torch(Value value, Writer& writer, std::string_view name);

}  // namespace larder::internal
