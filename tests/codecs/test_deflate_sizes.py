"""What larder writes as zlib is no larger than what zlib writes, level by level, and blocks cost next to nothing.

usage: test_deflate_sizes.py CODEC_TOOL DEFLATE_PROBE [--whole]. Arrays from fixed seeds, and the arrays and texts in the
folder LARDER_DATA; exit status 77 where there is none, or no numpy or joblib, after testing the rest. Of each the first
4 MiB, and 12 MiB for what blocks cost; all of it with --whole, which takes minutes.
"""
import glob
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib

SKIPPED = 77
MOST_OF_ANY_FILE = 1.07
MOST_LOST_BY_BLOCKS = {'1': 1.015, '3': 1.005, '6': 1.015, '9': 1.015}  # by level
codec_tool, deflate_probe = sys.argv[1:3]
whole = '--whole' in sys.argv
most = None if whole else 4 << 20
most_in_blocks = None if whole else 12 << 20
failures = []
missing = []

try:
    import joblib
    import numpy
except ImportError as error:
    print('not tested: %s' % error)
    sys.exit(SKIPPED)


def check(right, *what):
    if not right:
        failures.append(' '.join(str(one) for one in what))


def arrays_of_fixed_seed():
    size = (64 if whole else 12) << 20
    random = numpy.random.default_rng(7)
    yield 'walk', numpy.round(numpy.cumsum(random.standard_normal(size // 8)), 3).tobytes()
    yield 'stamps', (1_700_000_000_000 + numpy.cumsum(random.integers(0, 1000, size // 8))).astype('i8').tobytes()
    yield 'weights', (random.standard_normal(size // 4) * 0.02).astype('f4').tobytes()


def files(folder):
    for path in sorted(glob.glob(os.path.join(folder, '*.npy'))):
        yield os.path.basename(path), numpy.load(path).tobytes()
    for path in sorted(glob.glob(os.path.join(folder, '*.zip'))):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)


def compressed(data, codec, level):
    return subprocess.run([codec_tool, 'compress', '%s:%d' % (codec, level)], input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def losses(data):
    """By level: the size in blocks over that of one piece, by the same effort."""
    lines = subprocess.run([deflate_probe, *MOST_LOST_BY_BLOCKS], input=data, stdout=subprocess.PIPE, check=True).stdout.split(b'\n')[:-1]
    return {level.decode(): int(blocks) / int(whole) for level, blocks, whole in (line.split() for line in lines)}


def is_one_stream(stream, data):
    """Whether one decompressor reads all of it: joblib reads no second stream, and nothing behind the first."""
    reader = zlib.decompressobj()
    return reader.decompress(stream) == data and reader.eof and not reader.unused_data


def check_readers(name, data):
    member = compressed(data, 'gzip', 3)
    check(gzip.decompress(member) == data, name, 'gzip does not read it')
    for program in ('gzip', 'pigz', 'igzip'):
        if shutil.which(program):
            read = subprocess.run([program, '-dc'], input=member, stdout=subprocess.PIPE)
            check(read.returncode == 0 and read.stdout == data, name, program, 'does not read it')
    array = numpy.frombuffer(data, 'u1')
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'array')
        joblib.dump(array, path, compress=0)
        with open(path, 'rb') as file:
            dumped = file.read()
        with open(path, 'wb') as file:
            file.write(compressed(dumped, 'zlib', 3))
        check(numpy.array_equal(joblib.load(path), array), name, 'joblib does not read it')


def check_levels(samples, total_counts):
    """The total is a promise about arrays and texts together: without the texts it is shown, not judged."""
    for level in range(1, 10):
        ours = theirs = 0
        for name, data in samples:
            stream = compressed(data, 'zlib', level)
            check(is_one_stream(stream, data), name, 'level', level, 'is not one stream')
            by_zlib = len(zlib.compress(data, level))
            check(len(stream) <= MOST_OF_ANY_FILE * by_zlib, name, 'level', level, len(stream), 'zlib', by_zlib)
            ours += len(stream)
            theirs += by_zlib
        print('level %d: %d bytes, zlib %d: %+.2f %%' % (level, ours, theirs, 100 * ours / theirs - 100))
        check(ours <= theirs or not total_counts, 'level', level, 'total', ours, 'zlib', theirs)


samples = list(arrays_of_fixed_seed())
folder = os.environ.get('LARDER_DATA')
if folder and glob.glob(os.path.join(folder, '*.npy')):
    samples += files(folder)
else:
    missing.append('LARDER_DATA names no folder with arrays and texts')

for name, data in samples:
    for level, loss in losses(data[:most_in_blocks]).items():
        check(loss <= MOST_LOST_BY_BLOCKS[level], name, 'level', level, 'blocks cost', loss)
    check_readers(name, data[:most])
check_levels([(name, data[:most]) for name, data in samples], total_counts=not missing)

for failure in failures:
    print('FAILED:', failure)
for what in missing:
    print('not tested:', what)
sys.exit(1 if failures else SKIPPED if missing else 0)
