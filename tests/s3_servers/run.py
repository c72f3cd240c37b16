#!/usr/bin/python3
"""Runs a program against a real server that speaks S3, or only gets the server.

    run.py SERVER PROGRAM [ARGUMENT...]
    run.py --get SERVER...

SERVER is one of servers.py. PROGRAM finds LARDER_S3_SERVER (its name), LARDER_S3_ENDPOINT, AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY; where the server keeps its objects as files LARDER_S3_DATA, with a folder for each bucket; and where it speaks
TLS as well LARDER_S3_TLS_ENDPOINT, with a certificate that LARDER_S3_CA_FILE verifies. The exit status is PROGRAM's, or 77 where the
server cannot be had here; it says why.
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

import servers

SKIPPED = 77


def make_certificate(path):
    servers.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=larder test", "-addext",
                "subjectAltName=IP:127.0.0.1", "-keyout", f"{path}.key", "-out", f"{path}.crt")


def run(server, words):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="larder-s3-")))
        environment = {
            "LARDER_S3_SERVER": server.name,
            "LARDER_S3_ENDPOINT": stack.enter_context(servers.started(server, folder)),
            "LARDER_S3_DATA": str(folder / "data") if server.keeps_files else "",
            "AWS_ACCESS_KEY_ID": servers.ID,
            "AWS_SECRET_ACCESS_KEY": servers.KEY,
        }
        if server.tls:
            make_certificate(folder / "tls")
            environment["LARDER_S3_TLS_ENDPOINT"] = stack.enter_context(servers.started(server, folder, folder / "tls"))
            environment["LARDER_S3_CA_FILE"] = str(folder / "tls.crt")
        return subprocess.run(words, env={**os.environ, **environment}).returncode


def skipping(act):
    """The exit status of `act`, or the one that says that the server cannot be had here."""
    try:
        return act() or 0
    except servers.Missing as missing:
        print(f"skipped: {missing}", flush=True)
        return SKIPPED


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    if arguments[0] == "--get":
        return max(skipping(lambda: print(servers.SERVERS[name].get())) for name in arguments[1:])
    return skipping(lambda: run(servers.SERVERS[arguments[0]], arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
