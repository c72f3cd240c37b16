"""What larder compresses opens in the real tools, and what they compress opens in larder.

usage: test_real_tools.py CODEC_TOOL. Exit status 77 where a tool is missing, after testing the others.
"""
import array
import bz2
import gzip
import io
import lzma
import random
import shutil
import subprocess
import sys
import tempfile
import zlib

SKIPPED = 77
codec_tool = sys.argv[1]
missing = set()
failures = []
checks = 0


def run(command, data=None, source=None):
    done = subprocess.run(command, input=data, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    if done.returncode != 0:
        raise RuntimeError('%s: exit status %d: %s' % (' '.join(command), done.returncode, done.stderr.decode('replace')))
    return done.stdout


def decompress_file(codec, compressed):
    """From a file, not a pipe: long streams are then read block by block."""
    with tempfile.TemporaryFile() as file:
        file.write(compressed)
        file.seek(0)
        return run([codec_tool, 'decompress', codec], source=file)


def program(package, *command):
    """A function that pipes bytes through a program of a Debian package; None, noted, where it is not installed."""
    if shutil.which(command[0]) is None:
        missing.add('%s (Debian package %s)' % (command[0], package))
        return None
    return lambda data: run(list(command), data)


def python_lz4():
    try:
        import lz4.frame
    except ImportError:
        missing.add('lz4.frame (Debian package python3-lz4)')
        return None, None
    return lz4.frame.decompress, lambda data: lz4.frame.compress(data, store_size=False, content_checksum=True)


def python_zstandard():
    """A reader as pandas uses it: all that it takes for the content is one frame."""
    try:
        import zstandard
    except ImportError:
        missing.add('zstandard (Debian package python3-zstandard)')
        return None
    return lambda data: zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=False).read()


def lz4_file(data):
    """As joblib writes lz4: pieces, linked blocks, no checksum."""
    import lz4.frame
    target = io.BytesIO()
    with lz4.frame.LZ4FrameFile(target, 'wb') as out:
        for start in range(0, len(data), 1000):
            out.write(data[start:start + 1000])
    return target.getvalue()


def alone(data):
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


lz4_read, lz4_write = python_lz4()
lz4_file_write = lz4_file if lz4_read else None

# codec -> {tool: (reads ours, writes for us)}
TOOLS = {
    'zlib': {'python zlib': (zlib.decompress, zlib.compress),
             'pigz -z': (program('pigz', 'pigz', '-dzc'), program('pigz', 'pigz', '-zc')),
             'pigz -z -i': (None, program('pigz', 'pigz', '-zic'))},
    'gzip': {'gzip': (program('gzip', 'gzip', '-dc'), program('gzip', 'gzip', '-c')),
             'pigz': (program('pigz', 'pigz', '-dc'), program('pigz', 'pigz', '-c', '-b', '128')),
             'pigz -i': (None, program('pigz', 'pigz', '-ic')),
             'pigz -i -b 32 -p 1': (None, program('pigz', 'pigz', '-ic', '-b', '32', '-p', '1')),
             'igzip': (program('isal', 'igzip', '-dc'), program('isal', 'igzip', '-c')),
             'python gzip': (gzip.decompress, gzip.compress)},
    'bz2': {'bzip2': (program('bzip2', 'bzip2', '-dc'), program('bzip2', 'bzip2', '-c')),
            'lbzip2': (program('lbzip2', 'lbzip2', '-dc'), program('lbzip2', 'lbzip2', '-c', '-n2')),
            'pbzip2, many streams': (program('pbzip2', 'pbzip2', '-dc'), program('pbzip2', 'pbzip2', '-c', '-p2', '-b1', '-1')),
            'python bz2': (bz2.decompress, bz2.compress)},
    'lzma': {'xz --format=lzma': (program('xz-utils', 'xz', '--format=lzma', '-dc'),
                                  program('xz-utils', 'xz', '--format=lzma', '-c')),
             'python lzma': (lzma.decompress, alone)},
    'xz': {'xz': (program('xz-utils', 'xz', '-dc'), program('xz-utils', 'xz', '-c')),
           'xz -T2, small blocks': (None, program('xz-utils', 'xz', '-T2', '--block-size=10000', '-c')),
           'xz, SHA-256': (None, program('xz-utils', 'xz', '--check=sha256', '-c')),
           'xz, no check': (None, program('xz-utils', 'xz', '--check=none', '-c')),
           'python lzma': (lzma.decompress, lzma.compress)},
    'lz4': {'lz4': (program('lz4', 'lz4', '-dc'), program('lz4', 'lz4', '-c')),
            'lz4 -9 linked, checksums of blocks': (None, program('lz4', 'lz4', '-9', '-BD', '-BX', '-B4', '-c')),
            'lz4, small blocks with checksums': (None, program('lz4', 'lz4', '-1', '-B4', '-BI', '-BX', '-c')),
            'lz4, large blocks': (None, program('lz4', 'lz4', '-3', '-B7', '-BI', '--no-frame-crc', '-c')),
            'python lz4': (lz4_read, lz4_write),
            'joblib\'s lz4': (None, lz4_file_write)},
    'zstd': {'zstd': (program('zstd', 'zstd', '-dc'), program('zstd', 'zstd', '-c')),
             'zstd -19 --long': (None, program('zstd', 'zstd', '-19', '--long=27', '-c')),
             'zstd, no checksum': (None, program('zstd', 'zstd', '--no-check', '-c')),
             'zstd -T2, small jobs': (None, program('zstd', 'zstd', '-T2', '-B1M', '-c')),
             'python zstandard, the first frame': (python_zstandard(), None),
             'pzstd, with skippable frames': (program('zstd', 'pzstd', '-q', '-d', '-c', '-p', '2'), program('zstd', 'pzstd', '-q', '-c', '-p', '2', '-1'))},
}
LEVELS = {'zlib': [1, 9], 'gzip': [1, 9], 'bz2': [1, 9], 'lzma': [0, 9], 'xz': [0, 9], 'lz4': [-5, 3, 12], 'zstd': [-5, 1, 19]}


def samples():
    source = random.Random(20240607)
    words = [bytes(source.randrange(97, 123) for _ in range(source.randrange(2, 9))) for _ in range(300)]
    text = b' '.join(source.choice(words) for _ in range(60_000))
    stamps, now = array.array('q'), 1_700_000_000_000
    for _ in range(100_000):
        now += source.randrange(900, 1100)
        stamps.append(now)
    return {'time stamps': stamps.tobytes(), 'empty': b'', 'one byte': b'x', 'zeros': bytes(5_000_000), 'text': text,
            'long text': text * 3,
            'random': bytes(source.getrandbits(8) for _ in range(200_000))}


def check(what, work, expected):
    global checks
    checks += 1
    try:
        if work() != expected:
            failures.append(what + ': other bytes')
    except Exception as error:  # of whatever tool: it is one failed check
        failures.append('%s: %s: %s' % (what, type(error).__name__, error))


def check_codec(codec, data_name, data):
    ours = {codec: run([codec_tool, 'compress', codec], data)}
    for level in LEVELS[codec]:
        name = '%s:%d' % (codec, level)
        ours[name] = run([codec_tool, 'compress', name], data)
    for name, compressed in ours.items():
        check('we read our %s of %s from a file' % (name, data_name), lambda: decompress_file(codec, compressed), data)
    for tool, (reads, writes) in TOOLS[codec].items():
        if reads:
            for name, compressed in ours.items():
                check('%s reads our %s of %s' % (tool, name, data_name), lambda: reads(compressed), data)
        if writes:
            check('we read %s of %s' % (tool, data_name),
                  lambda: run([codec_tool, 'decompress', codec], writes(data)), data)
            check('we read %s of %s from a file' % (tool, data_name), lambda: decompress_file(codec, writes(data)), data)
            check('we read two of %s of %s in a row' % (tool, data_name),
                  lambda: run([codec_tool, 'decompress', codec], writes(data) + writes(b'tail')), data + b'tail')
            check('we read two of %s of %s in a row from a file' % (tool, data_name),
                  lambda: decompress_file(codec, writes(data) * 2), data * 2)


def check_many_blocks(codec, level):
    """More than is compressed as one block, and unlike from block to block."""
    parts = samples()
    part = parts['text'] + parts['random'] + bytes(1_000_000)
    data = part * 8 + parts['text'] * 5
    ours = run([codec_tool, 'compress', '%s:%d' % (codec, level)], data)
    check('we read our long %s from a file' % codec, lambda: decompress_file(codec, ours), data)
    for tool, (reads, writes) in TOOLS[codec].items():
        if reads:
            check('%s reads our long %s' % (tool, codec), lambda: reads(ours), data)
        if writes and '-19' not in tool:
            check('we read long %s from a file' % tool, lambda: decompress_file(codec, writes(data)), data)


for name, content in samples().items():
    for codec in TOOLS:
        check_codec(codec, name, content)
for codec in ['lz4', 'zstd']:
    check_many_blocks(codec, 1)

print('%d checks, %d failed' % (checks, len(failures)))
for failure in failures:
    print('FAILED:', failure)
for tool in sorted(missing):
    print('MISSING, not tested:', tool)
sys.exit(1 if failures else SKIPPED if missing else 0)
