"""larder's compress argument against the real joblib: the same codec, level and refusal for every value and file name.

usage: test_compress_argument.py COMPRESS_PROBE. Exit status 77 where Debian's python3-joblib or python3-lz4 is missing.

joblib really dumps each time; what it decided is caught where it opens its compressed file. The differences that larder means are
DIFFERENCES below; each must occur, and any other difference is a failure.
"""
import os
import subprocess
import sys
import tempfile

try:
    import joblib
    import joblib.numpy_pickle as numpy_pickle
    import lz4.frame
except ImportError as error:
    print('MISSING, nothing tested: %s (Debian packages python3-joblib, python3-lz4)' % error)
    sys.exit(77)

NAMES = ['zlib', 'gzip', 'bz2', 'lzma', 'xz', 'lz4']
WRONG_NAMES = ['', 'ZLIB', 'Gzip', 'bzip', 'snappy', '.gz', 'blosc', 'compat', 'not-compressed']
OUR_NAMES = ['zstd', 'zst', 'gz', 'bzip2', 'raw']
LEVELS = [None, True, False] + list(range(10)) + [-1, 10, 12, 13, 19, 100, -5, -65536, -65537]

FILES = ['plain', 'data.pkl', 'data.joblib', 'a.z', 'a.gz', 'a.bz2', 'a.lzma', 'a.xz', 'a.lz4', 'a.gzip', 'a.GZ', 'a.Z', 'a.Gz', 'a.zst',
         'a.gz.pkl', 'a.pkl.gz', 'a.tar.xz', '.z', '.gz', 'z', 'gz', 'a.z.gz', 'a.gz.z', 'dir.gz/file', 'a.lz', 'a.gz ', None]

VALUES = [False, True, None] + list(range(10)) + [-1, 10, 11, 100]
VALUES += NAMES + WRONG_NAMES + OUR_NAMES
VALUES += [(name, level) for name in NAMES + WRONG_NAMES + OUR_NAMES for level in LEVELS]

DEFAULTS = {'zlib': 3, 'gzip': 3, 'bz2': 9, 'lzma': 6, 'xz': 6, 'lz4': 0}


def is_plain_level(value):
    return value is None or isinstance(value, bool) or value in range(10)


# name -> (what larder does on purpose, whether it is this case: value, file name, joblib's answer, larder's answer)
DIFFERENCES = {
    'zstd exists, with the extension .zst': lambda value, file, theirs, ours:
        (name_of(value) in ('zstd', 'zst') and theirs == 'refused' and ours.startswith(('zstd', 'none'))) or
        (name_of(value) is None and file is not None and file.endswith('.zst') and ours.startswith('zstd')),
    'codecs have aliases (gz, bzip2, zst)': lambda value, file, theirs, ours:
        name_of(value) in ('gz', 'bzip2') and theirs == 'refused' and ours.startswith(('gzip', 'bz2', 'none')),
    'raw is a codec that does nothing': lambda value, file, theirs, ours:
        name_of(value) == 'raw' and theirs == 'refused' and ours == 'none',
    'lz4 has levels 10 to 12 and negative ones': lambda value, file, theirs, ours:
        name_of(value) == 'lz4' and not is_plain_level(value[1]) and -65536 <= value[1] <= 12 and
        theirs == 'refused' and ours == 'lz4 %d' % value[1],
}


def name_of(value):
    """The codec that a compress value names."""
    return value if isinstance(value, str) else value[0] if isinstance(value, tuple) else None


def joblib_answers(value, file):
    """'none', 'CODEC LEVEL' or 'refused', and joblib's message."""
    decided = []
    original = numpy_pickle._write_fileobject

    def note(target, compress=('zlib', 3)):
        decided.append(compress)
        return original(target, compress=compress)

    numpy_pickle._write_fileobject = note
    try:
        with tempfile.TemporaryDirectory() as directory:
            if file is None:
                with open(os.path.join(directory, 'x'), 'wb') as target:
                    joblib.dump({'a': 1}, target, compress=value)
            else:
                path = os.path.join(directory, file)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                joblib.dump({'a': 1}, path, compress=value)
    except ValueError as error:
        return 'refused', str(error)
    finally:
        numpy_pickle._write_fileobject = original
    if not decided:
        return 'none', ''
    codec, level = decided[0]
    # No codec at all, only a level: joblib then takes zlib.
    codec = codec or 'zlib'
    return '%s %d' % (codec, DEFAULTS[codec] if level is None else int(level)), ''


def as_probe_line(value, file):
    def fields():
        if value is None:
            return 'bool', '1', '-'  # None means the default level, as True does
        if isinstance(value, bool):
            return 'bool', '%d' % value, '-'
        if isinstance(value, int):
            return 'level', str(value), '-'
        if isinstance(value, str):
            return 'name', value, '-'
        name, level = value
        if level is None:
            return 'name', name, '-'
        if isinstance(level, bool):
            return 'flag', name, '%d' % level
        return 'pair', name, str(level)
    return '\t'.join(fields() + (file or '',))


def ask_probe(lines):
    done = subprocess.run([sys.argv[1]], input='\n'.join(lines) + '\n', stdout=subprocess.PIPE, check=True, timeout=60,
                          universal_newlines=True)
    return done.stdout.splitlines()


def first_words(message):
    """What is wrong, up to the list of what is possible, which differs as larder has more codecs and levels."""
    return message.split(' Possible values')[0]


def compare():
    cases = [(value, file) for value in VALUES for file in FILES]
    answers = ask_probe([as_probe_line(value, file) for value, file in cases])
    assert len(answers) == len(cases), 'the probe answered %d of %d cases' % (len(answers), len(cases))
    failures = []
    seen = dict.fromkeys(DIFFERENCES, 0)
    for (value, file), answer in zip(cases, answers):
        theirs, their_message = joblib_answers(value, file)
        ours = 'refused' if answer.startswith('refused usage ') else answer
        if ours == theirs:
            our_message = answer[len('refused usage '):]
            if ours == 'refused' and first_words(our_message) != first_words(their_message):
                # joblib looks at the level first, larder at the codec, whose levels it then knows.
                both_wrong = name_of(value) in WRONG_NAMES and isinstance(value, tuple) and not is_plain_level(value[1])
                raw_or_zstd = name_of(value) in OUR_NAMES
                if not both_wrong and not raw_or_zstd:
                    failures.append('compress=%r, file %r: joblib says %r, larder %r' % (value, file, their_message, our_message))
            continue
        reasons = [name for name, applies in DIFFERENCES.items() if applies(value, file, theirs, answer)]
        for name in reasons:
            seen[name] += 1
        if not reasons:
            failures.append('compress=%r, file %r: joblib %r (%s), larder %r' % (value, file, theirs, their_message, answer))
    failures += ['difference %r never occurred' % name for name, count in seen.items() if count == 0]
    return len(cases), seen, failures


def check_texts():
    """Compress::parse, which joblib has not: each text means what the value beside it means."""
    texts = {'true': True, 'false': False, 'none': ('zlib', 0), '0': 0, '3': 3, '9': 9, '10': 10, '-1': -1, 'zlib': 'zlib',
             'xz:3': ('xz', 3), 'zstd:19': ('zstd', 19), 'zstd:-5': ('zstd', -5), 'lz4:12': ('lz4', 12), 'zlib:0': ('zlib', 0)}
    pairs = [(text, value, file) for text, value in texts.items() for file in ('plain', 'a.gz', 'a.zst')]
    by_text = ask_probe(['text\t%s\t-\t%s' % (text, file) for text, _, file in pairs])
    by_value = ask_probe([as_probe_line(value, file) for _, value, file in pairs])
    failures = ['text %r, file %r: %r, but %r means %r' % (text, file, a, value, b)
                for (text, value, file), a, b in zip(pairs, by_text, by_value) if a != b]
    for text in ('', ':3', 'zlib:', 'zlib:x', 'zlib:3:4', '3.5', 'zlib:99999999999'):
        if not ask_probe(['text\t%s\t-\tplain' % text])[0].startswith('refused usage '):
            failures.append('text %r is not refused' % text)
    return failures


count, differences, failures = compare()
failures += check_texts()
print('%d cases, %d failed' % (count, len(failures)))
for name, times in differences.items():
    print('on purpose, %d times: %s' % (times, name))
for failure in failures[:40]:
    print('FAILED:', failure)
sys.exit(1 if failures else 0)
