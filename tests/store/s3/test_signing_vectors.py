#!/usr/bin/python3
"""AWS's own test suite of Signature Version 4, which botocore's source has: canonical requests, texts to sign and signatures of
larder are compared with it. Exit status 77: PyPI cannot be reached.

test_signing_vectors.py FOLDER PROBE: FOLDER keeps the source between runs."""

import pathlib
import subprocess
import sys
import tarfile
import urllib.parse
import venv

SOURCE = "botocore-1.29.27.tar.gz"
HASH = "0932b22d8737b11037adf7e734f9b90425b575d0757e4c1a035e99f382955221"
SUITE = "/tests/unit/auth/aws4_testsuite/"


def find_source(folder):
    """The archive, fetched once; None where that cannot be."""
    archive = folder / SOURCE
    if archive.exists():
        return archive
    venv.create(folder / "venv", with_pip=True)
    wanted = folder / "wanted.txt"
    wanted.write_text(f"botocore==1.29.27 --hash=sha256:{HASH}\n", encoding="utf-8")
    fetched = subprocess.run([folder / "venv/bin/python", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                              "--no-binary", ":all:", "--dest", folder, "--requirement", wanted], check=False)
    return archive if fetched.returncode == 0 else None


def read_cases(archive):
    """{name: {suffix: text}} of all cases."""
    cases = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            path = pathlib.PurePosixPath(member.name)
            if SUITE in member.name and member.isfile() and path.suffix in (".req", ".creq", ".sts", ".authz"):
                text = tar.extractfile(member).read().decode("utf-8")
                cases.setdefault(member.name.split(SUITE)[1].rsplit("/", 1)[0], {})[path.suffix] = text
    return cases


def parse_request(text):
    """(method, path, [(name, value)] of the query, {name: value} of the headers, body) of the text of a request."""
    head, _, body = text.strip("\n").partition("\n\n")
    lines = head.split("\n")
    method, target = lines[0].split(" ", 1)
    path, _, query = target.rsplit(" ", 1)[0].partition("?")
    headers = {}
    name = None
    for line in lines[1:]:
        if line[0] in " \t":  # the line before goes on
            headers[name] += " " + line.strip()
            continue
        name, value = line.split(":", 1)
        name = name.lower()
        headers[name] = headers[name] + "," + value if name in headers else value
    return method, urllib.parse.unquote(path), urllib.parse.parse_qsl(query, keep_blank_values=True), headers, body


def why_left_out(name, query):
    if name.startswith("normalize-path"):
        return "S3 does not normalize paths"
    if len({key for key, _ in query}) < len(query):
        return "requests to S3 name each parameter once"
    return None


def hexed(text):
    return text.encode("utf-8").hex() or "-"


def question(method, path, query, headers, body):
    pairs = [f"q:{hexed(name)}:{hexed(value)}" for name, value in query]
    pairs += [f"h:{hexed(name)}:{hexed(value)}" for name, value in headers.items()]
    return " ".join(["sign", method, hexed(path), hexed(body), *pairs])


def main(folder, probe):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    archive = find_source(folder)
    if archive is None:
        print("skipped: PyPI cannot be reached")
        return 77
    checked = {}
    for name, case in sorted(read_cases(archive).items()):
        request = parse_request(case[".req"])
        left_out = why_left_out(name, request[2])
        if left_out:
            print(f"left out: {name}: {left_out}")
            continue
        # The token is added by the signer there, and is not in the request.
        token = [line.split(":", 1)[1] for line in case[".creq"].split("\n") if line.startswith("x-amz-security-token:")]
        if token:
            request[3]["x-amz-security-token"] = token[0]
        checked[name] = case, question(*request)
    answers = subprocess.run([probe], input="".join(asked + "\n" for _, asked in checked.values()), capture_output=True, text=True,
                             check=True).stdout.splitlines()
    assert len(answers) == len(checked) >= 20, (len(answers), len(checked))
    for (name, (case, _)), answer in zip(checked.items(), answers):
        canonical, to_sign, authorization = answer.split(" ", 2)
        assert bytes.fromhex(canonical).decode() == case[".creq"], name
        assert bytes.fromhex(to_sign).decode() == case[".sts"], name
        assert authorization == case[".authz"], name
    print(f"{len(checked)} cases of AWS's test suite: the same")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
