// The groups of benchmarks. Names are GROUP/SUBJECT/WHO, where WHO is `larder` or a peer that does the same work
// without it.
#pragma once

namespace larder::bench {

// compress/CODEC/(larder|bare), decompress/CODEC/(larder|bare)
void register_codec_streams();
// dump/(joblib|npy)/(larder|larder_without_fsync), dump/file/write, load/(joblib|npy)/larder,
// load/file/(read|read_small_pages)
void register_files();
// map/(joblib|npy)/larder
void register_mappings();

}  // namespace larder::bench
