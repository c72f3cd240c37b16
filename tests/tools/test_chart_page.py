"""The page of larder bench --html, opened in headless Chromium: it draws, sorts and switches, fetches nothing, and takes no text for
markup. Exit status 77: Chromium, or the chart library in this build, is not there."""

import html.parser
import json
import os
import re
import shutil
import subprocess
import sys

import numpy

from command import CommandTest, larder_path, main

CHROMIUM = shutil.which("chromium")
HOSTILE = "</script><script>document.title='taken'<!--&@SCRIPT@.npy"
SETTINGS = ("--codec", "none,zlib,bz2", "--level", "1,6,9", "--threads", "1,2", "--repeat", "1", "--disk", "500MB/s")


class Page(html.parser.HTMLParser):
    """The parts of a dumped document that the tests look at."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.heads, self.texts, self.canvas, self.checked, self.scripts = [], {}, {}, {}, set(), 0
        self.open, self.sorted = [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "tr":
            self.rows.append([])
        elif tag == "canvas":
            self.canvas = attributes
        elif tag == "th":
            self.sorted = attributes.get("aria-sort")
        elif tag == "script":
            self.scripts += 1
        if tag not in ("meta", "input", "br"):
            self.open.append((tag, attributes.get("id")))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tags = [tag for tag, _ in self.open]
        if tags and tags[-1] == "td":
            self.rows[-1].append(data)
        elif tags[-2:] == ["th", "button"]:
            self.heads[data] = self.sorted
        for name in {name for _, name in self.open if name} | {tags[-1] if tags else ""}:
            self.texts[name] = self.texts.get(name, "") + data

    def column(self, title):
        index = list(self.heads).index(title)
        return [row[index] for row in self.rows if row]


class ChartPage(CommandTest):
    def setUp(self):
        super().setUp()
        numpy.save("a.npy", numpy.arange(20_000))

    def bench(self, *files):
        self.run_larder("bench", *SETTINGS, "--html", "page.html", *files)

    def browse(self, view=""):
        command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={self.directory}/profile",
                   "--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom", f"file://{self.directory}/page.html{view}"]
        done = subprocess.run(command, capture_output=True, timeout=100, env={**os.environ, "HOME": self.directory})
        self.assertEqual(done.returncode, 0, done.stderr)
        # Whatever the page says on the console, errors and refused requests included.
        self.assertNotIn(b"CONSOLE", done.stderr)
        return Page(done.stdout.decode())

    def test_shows_all_points_and_rows(self):
        self.bench("a.npy")
        page = self.browse()
        rows = [row for row in page.rows if row]
        self.assertEqual(len(rows), 1 + 2 * 3 + 2 * 3)
        self.assertEqual({row[0] for row in rows}, {"none", "zlib:1", "zlib:6", "zlib:9", "bz2:1", "bz2:6", "bz2:9"})
        self.assertEqual(int(page.canvas["data-points"]), len(rows))
        self.assertGreater(int(page.canvas["width"]), 100)
        self.assertTrue(page.texts["advice"].startswith("Take "))
        self.assertIn("a.npy: 0.15 MiB in 1 array", page.texts["files"])

    def test_table_sorts(self):
        self.bench("a.npy")
        for order, sign in [("ascending", 1), ("descending", -1)]:
            page = self.browse(f"#sort=ratio&order={order}")
            ratios = [float(text) for text in page.column("Ratio")]
            self.assertEqual(ratios, sorted(ratios, key=lambda ratio: sign * ratio))
            self.assertEqual(page.heads["Ratio"], order)
            self.assertIsNone(page.heads["Codec"])
        self.assertEqual([name for name in self.browse("#sort=name").column("Codec")],
                         ["bz2:1"] * 2 + ["bz2:6"] * 2 + ["bz2:9"] * 2 + ["none"] + ["zlib:1"] * 2 + ["zlib:6"] * 2 + ["zlib:9"] * 2)

    def test_a_click_sorts(self):
        self.bench("a.npy")
        clicks = "<script>const button = document.querySelectorAll('th button')[2]; button.click(); button.click();</script>"
        self.write("page.html", self.read("page.html").replace(b"</body>", clicks.encode() + b"</body>"))
        page = self.browse()
        ratios = [float(text) for text in page.column("Ratio")]
        self.assertEqual((ratios, page.heads["Ratio"]), (sorted(ratios), "ascending"))

    def test_the_front_is_that_of_the_chosen_speed(self):
        self.bench("a.npy")
        report = json.loads(re.search(r'id="report">(.*?)</script>', self.read("page.html").decode(), re.DOTALL).group(1))
        for speed in ("compress", "decompress"):
            beaten = lambda row: any(other["ratio"] >= row["ratio"] and other[f"{speed}_speed"] > row[f"{speed}_speed"] or
                                     other["ratio"] > row["ratio"] and other[f"{speed}_speed"] >= row[f"{speed}_speed"] for other in report["measurements"])
            expected = sorted(row["name"] for row in report["measurements"] if not beaten(row))
            page = self.browse(f"#speed={speed}")
            self.assertEqual(sorted(page.canvas["data-front"].split()), expected)

    def test_threads_are_a_filter(self):
        self.bench("a.npy")
        page = self.browse("#threads=2")
        self.assertEqual(set(page.column("Threads")), {"1", "2"})  # "none" has one thread, always
        self.assertEqual(int(page.canvas["data-points"]), 7)

    def test_hostile_names_are_text(self):
        os.rename("a.npy", HOSTILE.replace("/", "\u2215"))
        hostile = HOSTILE.replace("/", "\u2215")
        os.makedirs("<")
        slashed = "<" + "/script><script>document.title=1<!--.npy"
        numpy.save("b.npy", numpy.arange(1000))
        os.makedirs(os.path.dirname(slashed), exist_ok=True)
        os.rename("b.npy", slashed)
        strange = os.fsdecode(b"\xff\x1b.npy")
        numpy.save(strange, numpy.arange(1000))
        self.bench(hostile, slashed, strange)
        page = self.browse()
        self.assertEqual(page.texts["title"], "larder bench")
        self.assertEqual(page.scripts, 3)
        self.assertIn(hostile, page.texts["files"])
        self.assertIn(slashed, page.texts["files"])

    def test_strange_views_are_harmless(self):
        self.bench("a.npy")
        page = self.browse("#sort=__proto__&speed=constructor&threads=%3Cb%3E&order=x")
        self.assertEqual(page.column("Codec"), ["none"])

    def test_a_place_that_cannot_be_written_is_known_before_anything_is_measured(self):
        self.assertIn("nowhere", self.fails(4, "bench", "--html", "nowhere/page.html", "--time", "1h", "a.npy"))

    def test_the_page_alone_on_standard_output(self):
        self.assertRegex(self.text("bench", *SETTINGS, "--html", "-", "a.npy"), r"(?s)\A<!DOCTYPE html>.*</html>\n\Z")

    def test_the_page_needs_no_network(self):
        self.bench("a.npy")
        text = self.read("page.html").decode()
        self.assertIn("default-src 'none'", text)
        self.assertNotRegex(text, r"(?i)<(link|img|iframe)\b|\bsrc=|@import")


if __name__ == "__main__":
    if not CHROMIUM:
        print("skipped: chromium is not installed")
        sys.exit(77)
    built = subprocess.run([larder_path(), "bench", "--codec", "none", "--html", "-", __file__], capture_output=True)
    if b"lacks the chart library" in built.stderr:
        print("skipped: this build of larder lacks the chart library")
        sys.exit(77)
    main()
