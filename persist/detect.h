// What a stream holds, judged by its first bytes, then by its name. Looks ahead no further than it must, so that a
// short object on a socket is not waited on for bytes that never come; consumes nothing.
#pragma once

#include <string_view>

#include <larder/codec.h>
#include <larder/plugin/format.h>
#include <larder/reader.h>

namespace larder::internal {

// The codec that the reader's next bytes are compressed with, which may also be one that is only read (ZF files); null
// where they are not, and where they are the magic of a format: some safetensors files begin as zlib streams do.
const Codec* detect_codec(Reader& reader, const CodecRegistry& registry);

// The format of the reader's next bytes: the one whose magic they begin with; else one that they look like, among
// several that which the extension of `name` says, or the first of the table; else the format without any signature
// whose extension `name` has. name: of the file or key, empty where there is none; a codec's extension does not count.
// is_near: whether looking at the end of the source, where it can seek, costs no more than reading a file.
//
// Errors: `truncated` where there are no bytes; `unsupported` where none of this fits, and for a source with two faces,
// naming both: magics of two families, a magic that is also the beginning of a pickle, or anything that ends as a ZIP
// archive does (where the source is near or in memory, and is read from its first byte).
const Format& detect_format(Reader& reader, std::string_view name, bool is_near);

// The format called `name`. Error `usage`, naming what is possible, for one that is not read.
const Format& find_read_format(std::string_view name);

}  // namespace larder::internal
