// The groups of benchmarks. Names are GROUP/SUBJECT/WHO, where WHO is `larder` or a peer that does the same work
// without it.
#pragma once

namespace larder::bench {

// detect/(CODEC|none)/larder
void register_detection();
// tiny/CODEC/(larder|bare)
void register_tiny_values();
// compress/CODEC/(larder|bare), decompress/CODEC/(larder|bare)
void register_codec_streams();
// dump_compressed/CODEC/larder, load_compressed/CODEC/larder
void register_compressed_files();
// dump/(joblib|npy)/(larder|larder_without_fsync), dump/file/write, load/(joblib|npy)/larder,
// load/file/(read|read_small_pages)
void register_files();
// map/(joblib|npy)/larder
void register_mappings();
// On the files that pickles.py makes in LARDER_PICKLES:
// object_load/FILE/(larder|larder_mapped), object_first_find/FILE/larder, object_dump/FILE/larder,
// object_free/FILE/larder; object_keys/(random|multiples of ...)/larder
void register_pickles();

}  // namespace larder::bench
