"""File objects on larder's own Readers and Writers. larder.load and larder.dump use what is below them directly, so that no bytes
pass through Python."""

import io


class InputFile(io.BufferedIOBase):
    """A file object to read from; seeks where its source does."""

    def __init__(self, source):
        self._input = source

    @property
    def name(self):
        return self._input.name

    def readable(self):
        return True

    def seekable(self):
        return self._input.can_seek

    def read(self, size=-1):
        return self._input.read(-1 if size is None else size)

    def read1(self, size=-1):
        ahead = self._input.peek()
        return self._input.read(len(ahead) if size is None or size < 0 else min(size, len(ahead)))

    def readinto(self, buffer):
        return self._input.readinto(buffer)

    readinto1 = readinto

    def peek(self, size=0):
        """Some of the bytes that come next; none only at the end."""
        return self._input.peek()

    def tell(self):
        return self._input.position

    def seek(self, offset, whence=io.SEEK_SET):
        if not self.seekable():
            raise io.UnsupportedOperation(f"{self.name} cannot seek")
        size = self._input.size
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._input.position, io.SEEK_END: size}[whence]
        if start + offset < 0:
            raise ValueError(f"negative seek position {start + offset}")
        self._input.seek(min(start + offset, size))
        return self._input.position

    def close(self):
        if not self.closed:
            self._input.close()
        super().close()


class OutputFile(io.BufferedIOBase):
    """A file object to write to. What was written takes effect when it is closed; an exception in its `with` block discards it, as
    does dropping it."""

    _is_done = False

    def __init__(self, target):
        self._output = target

    @property
    def name(self):
        return self._output.name

    def writable(self):
        return True

    def write(self, data):
        return self._output.write(data)

    def flush(self):
        if not self._is_done:
            self._output.flush()

    def tell(self):
        return self._output.position

    def discard(self):
        """Leaves everything as it was, and closes the file."""
        self._end(self._output.discard)

    def close(self):
        self._end(self._output.finish)

    def _end(self, act):
        if self._is_done:
            return
        self._is_done = True
        try:
            act()
        finally:
            super().close()

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.close()
        else:
            self.discard()

    def __del__(self):
        self.discard()
