"""Compressed files as file objects, as gzip.open has them."""

import io
import os

from . import _core
from .streams import InputFile, OutputFile

_SKIPPED_AT_ONCE = 1 << 20


class CodecFile(io.BufferedIOBase):
    """What is in a compressed file, to read ("rb") or to write ("wb").

    Parameters
    ----------
    file: str, bytes, os.PathLike, or a file object, which stays open
        A file that is written appears under its name when this is closed; an exception in its `with` block leaves what was there.
    mode: "rb" or "wb"
    codec: name of a codec; "rb" finds it by the first bytes where none is given, and reads what is not compressed as it is
    level: the codec's own default where none is given
    threads: that compress or decompress at once; 0: as many as the process has processors

    Seeking is emulated: backwards by reading anew from the start.

    >>> import io
    >>> from larder.files import CodecFile
    >>> target = io.BytesIO()
    >>> with CodecFile(target, "wb", codec="zstd") as file:
    ...     file.write(b"some text" * 100)
    900
    >>> with CodecFile(io.BytesIO(target.getvalue())) as file:
    ...     file.seek(5), file.read(8)
    (5, b'textsome')
    """

    def __init__(self, file, mode="rb", *, codec=None, level=None, threads=0):
        if mode not in ("rb", "wb"):
            raise ValueError("Invalid mode: %r" % (mode,))
        if isinstance(file, (str, bytes, os.PathLike)):
            file = os.fsdecode(file)
        elif not hasattr(file, "read" if mode == "rb" else "write"):
            raise TypeError("filename must be a str or bytes object, or a file")
        self._below, self._codec, self._threads = file, codec, threads
        if mode == "wb":
            self._file = OutputFile(_core.codec_output(file, codec, level, threads))
            self._output = self._file._output
        else:
            self._start = file.tell() if self._below_seeks() and not isinstance(file, str) else 0
            self._begin()

    def _begin(self):
        self._file = InputFile(_core.codec_input(self._below, self._codec, self._threads))
        self._input = self._file._input

    def _below_seeks(self):
        return isinstance(self._below, str) or (hasattr(self._below, "seekable") and self._below.seekable())

    @property
    def name(self):
        return self._file.name

    def readable(self):
        return self._open_file().readable()

    def writable(self):
        return self._open_file().writable()

    def seekable(self):
        return self.readable() and self._below_seeks()

    def fileno(self):
        if isinstance(self._below, str):
            raise io.UnsupportedOperation("fileno")
        return self._open_file() and self._below.fileno()

    def read(self, size=-1):
        return self._open_file().read(size)

    def read1(self, size=-1):
        return self._open_file().read1(size)

    def readinto(self, buffer):
        return self._open_file().readinto(buffer)

    def peek(self, size=0):
        """Some of the bytes that come next; none only at the end."""
        return self._reading().peek()

    def write(self, data):
        return self._open_file().write(data)

    def flush(self):
        if isinstance(self._file, OutputFile):
            self._file.flush()

    def tell(self):
        return self._open_file().tell()

    def seek(self, offset, whence=io.SEEK_SET):
        self._reading()
        if not self.seekable():
            raise io.UnsupportedOperation("The underlying file object does not support seeking")
        if whence == io.SEEK_END:
            self._skip(None)
        elif whence not in (io.SEEK_SET, io.SEEK_CUR):
            raise ValueError(f"Invalid value for whence: {whence}")
        target = offset if whence == io.SEEK_SET else self.tell() + offset
        if target < self.tell():
            self._rewind()
        self._skip(target - self.tell())
        return self.tell()

    def _rewind(self):
        if not isinstance(self._below, str):
            self._below.seek(self._start)
        self._begin()

    def _skip(self, size):
        """Reads past so many bytes, or to the end."""
        while size is None or size > 0:
            passed = len(self._file.read(_SKIPPED_AT_ONCE if size is None else min(size, _SKIPPED_AT_ONCE)))
            if passed == 0:
                break
            size = None if size is None else size - passed

    def _open_file(self):
        if self.closed:
            raise ValueError("I/O operation on closed file.")
        return self._file

    def _reading(self):
        file = self._open_file()
        if not file.readable():
            raise io.UnsupportedOperation("File not open for reading")
        return file

    def close(self):
        try:
            self._file.close()
        finally:
            super().close()

    def __exit__(self, kind, error, trace):
        if kind is not None and self._file.writable():
            self._file.discard()
        self.close()

    def __del__(self):
        if "_file" in self.__dict__ and not self.closed and isinstance(self._file, OutputFile):
            self._file.discard()
