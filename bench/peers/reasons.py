"""Why goals are not met: (the goal's group, how its name begins, the reason). Only shown where they are not."""

SMALL = "half of the data sets are below 6 MB: with so few blocks a second thread starts late or not at all"
SAME_LIBRARY = "both sides run the same library, so that two cores give twice at most, less on small data sets"
START = "small data sets: starting the process takes as long as the work"

REASONS = (
    ("zlib: times joblib's speed", "zlib:3 dump", "texts and images need libdeflate's dearer levels to become as small as zlib makes them; " + SMALL),
    ("gzip: times joblib's speed", "gzip:3 dump", "as zlib:3"),
    ("zlib: times joblib's speed", "zlib:", "ISA-L and libdeflate are two to four times as fast as zlib in one thread (below); " + SMALL),
    ("gzip: times joblib's speed", "gzip:", "as zlib"),
    ("lz4: times joblib's speed", "lz4:", SAME_LIBRARY),
    ("xz: times joblib's speed", "xz:", SAME_LIBRARY),
    ("bz2: times joblib's speed", "bz2:", SMALL),
    ("gzip: times the speed of other programs", "gzip:", "igzip and larder run the same ISA-L, and larder's files are to be smaller than igzip's; " + START),
    ("zstd: times the speed of other programs", "zstd:", SAME_LIBRARY),
    ("xz: times the speed of other programs", "xz:", SAME_LIBRARY),
    ("bz2: times the speed of other programs", "bz2:", START),
    ("Stores", "put of 1 KB: times joblib's", "the kernel takes most of it: the bare calls are no faster beside joblib than the table says"),
    ("Stores", "get of 1 KB: times joblib's", "as put: the bare open, fstat and read are the most that a store of files can reach"),
    ("One thread: times the bare library's speed", "xz:3 compress", "larder tries filters on samples first; its streams are smaller"),
    ("One thread: times the bare library's speed", "", "the work is the library's own: what is left is what one measurement differs from the next"),
)
