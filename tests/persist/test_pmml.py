"""PMML documents, read and written again by larder, are the same to Python's XML: the golden ones, and random ones of ElementTree."""
import pathlib
import random
import sys
import unittest
import xml.etree.ElementTree as ElementTree

from probing import convert, expect_ok, folder_for

try:
    import joblib
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-joblib")
    sys.exit(77)

DATA = pathlib.Path(__file__).parent.parent / "formats" / "data" / "pmml"
SEED = 20260108
DOCUMENTS = 100
LETTERS = "ab <>&\"'\n\r\t\u00e9\u263a\U0001f35e-]"


def canonical(path):
    return ElementTree.canonicalize(from_file=str(path), with_comments=True)


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        return "".join(self.random.choice(LETTERS) for _ in range(self.random.randrange(12)))

    def number(self):
        return self.random.choice([str(self.random.randrange(-(2**63), 2**63)), repr(self.random.gauss(0, 1e10)), "NaN", "INF", "-INF", "1E-3", "+5"])

    def array(self, element):
        element.tag = "Array"
        count = self.random.randrange(6)
        kind = self.random.choice(["int", "real", "string"])
        words = {"int": lambda: str(self.random.randrange(-(2**63), 2**63)), "real": self.number,
                 "string": lambda: self.random.choice(['"two words"', "one", '"\\"quoted\\""', '""'])}[kind]  # fmt: skip
        element.attrib = {"type": kind} | ({"n": str(count)} if self.random.random() < 0.7 else {})
        element.text = self.random.choice([" ", "\n\t"]).join(words() for _ in range(count))

    def element(self, depth=0):
        element = ElementTree.Element(self.random.choice(["Node", "Cluster", "Extension", "{http://example.org/own}Own"]))
        if self.random.random() < 0.2:
            self.array(element)
            return element
        for _ in range(self.random.randrange(4)):
            element.set(self.random.choice("abcdefg"), self.text())
        element.text = self.text()
        for _ in range(self.random.randrange(5) if depth < 5 else 0):
            kind = self.random.randrange(12)
            child = self.element(depth + 1)
            if kind == 0:
                child = ElementTree.Comment(self.text().replace("-", ""))
            elif kind == 1:
                child = ElementTree.ProcessingInstruction("own", "x" + self.text().replace("\r", "").replace(">", ""))
            child.tail = self.text()
            element.append(child)
        return element

    def document(self):
        root = ElementTree.Element("PMML", version="4.4", xmlns="http://www.dmg.org/PMML-4_4")
        root.extend([self.element() for _ in range(3)])
        return ElementTree.tostring(root, encoding=self.random.choice(["utf-8", "utf-16", "us-ascii"]), xml_declaration=True)


class Pmml(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)

    def check_again(self, paths):
        again = [self.folder / f"again{number}.pmml" for number in range(len(paths))]
        expect_ok(self, (convert(path, target, file_format="pmml") for path, target in zip(paths, again)))
        for path, target in zip(paths, again):
            self.assertEqual(canonical(path), canonical(target), path)
            self.assertTrue(target.read_bytes().startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n'))

    def test_golden_documents_come_back(self):
        paths = sorted(DATA.glob("*.pmml"))
        self.assertGreaterEqual(len(paths), 5)
        self.check_again(paths)

    def test_random_documents_come_back(self):
        paths = []
        for number in range(DOCUMENTS):
            paths.append(self.folder / f"random{number}.pmml")
            paths[-1].write_bytes(Maker(SEED + number).document())
        self.check_again(paths)

    def test_other_numbers_are_numbers_to_python(self):
        path = self.folder / "clusters.joblib"
        expect_ok(self, [convert(DATA / "nyoka_5.5.pmml", path)])
        document = joblib.load(path)
        wanted = []
        waiting = [document]
        while waiting:
            node = waiting.pop(0)
            if isinstance(node, dict) and "array" in node:
                wanted.append(np.random.default_rng(SEED).normal(size=len(wanted) + 2))
                node["array"] = wanted[-1]
            waiting.extend(node["children"] if isinstance(node, dict) and "children" in node else [])
        self.assertEqual(len(wanted), 2)
        joblib.dump(document, path)
        expect_ok(self, [convert(path, self.folder / "new.pmml", file_format="pmml")])
        arrays = ElementTree.parse(self.folder / "new.pmml").getroot().findall(".//{http://www.dmg.org/PMML-4_4}Array")
        self.assertEqual([[float(word) for word in array.text.split()] for array in arrays], [list(array) for array in wanted])
        self.assertEqual([array.get("n") for array in arrays], ["2", "3"])


if __name__ == "__main__":
    print("seed", SEED)
    unittest.main()
