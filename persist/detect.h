// What a stream holds, judged by its first bytes. Looks ahead no further than it must, so that a short object on a
// socket is not waited on for bytes that never come; consumes nothing.
#pragma once

#include <larder/codec.h>
#include <larder/plugin/format.h>
#include <larder/reader.h>

namespace larder::internal {

// The codec that the reader's next bytes are compressed with, which may also be one that is only read (ZF files); null
// where they are not.
const Codec* detect_codec(Reader& reader, const CodecRegistry& registry);

// The format of the reader's next bytes. Error `truncated` where there are none, `unsupported` where no format
// recognises them.
const Format& detect_format(Reader& reader);

}  // namespace larder::internal
