"""What the command says of models in containers: which checksums of their own it verified, in several files, in directories."""

import io
import json
import os
import pathlib
import zipfile

import numpy

from command import SOURCE, CommandTest, main

GOLDEN = pathlib.Path(SOURCE) / "tests" / "formats" / "data"


class Containers(CommandTest):
    def test_checksums_of_formats_are_named(self):
        for name, expected in [
            ("torch/values_2.15.pt", "(checksummed: CRC-32)"),
            ("keras/small.keras", "(checksummed: CRC-32)"),
            ("npz/stored.npz", "(checksummed: CRC-32)"),
            ("tf-checkpoint/variables.index", "(checksummed: CRC-32C)"),
            ("h5/chunks.h5", "(checksummed in part: Adler-32, fletcher32)"),
            ("h5/plain.h5", "(no checksum: damage to the content cannot be told)"),
        ]:
            self.assertIn(f", not compressed {expected}, ", self.text("check", GOLDEN / name))
        (torch,) = json.loads(self.text("check", "-j", GOLDEN / "torch/values_2.15.pt"))
        self.assertEqual((torch["checksummed"], torch["own_checksums"]), (True, ["CRC-32"]))

    def test_damage_to_what_no_tensor_needs(self):
        archive = bytearray((GOLDEN / "torch/values_2.15.pt").read_bytes())
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            (unread,) = (entry for entry in opened.infolist() if entry.filename.endswith("serialization_id"))
            at = archive.index(opened.read(unread), unread.header_offset)
        archive[at] ^= 1
        self.write("x.pt", bytes(archive))
        self.assertIn("disagrees with its CRC-32", self.fails(3, "check", "x.pt"))

    def test_the_directory_of_a_saved_model(self):
        os.makedirs("model/variables")
        for path in (GOLDEN / "tf-checkpoint").glob("variables.*"):
            self.write(f"model/variables/{path.name}", path.read_bytes())
        self.write("model/saved_model.pb", b"")
        self.assertIn("tf-checkpoint", self.text("ls", "model"))
        self.assertIn("model: ok, data only", self.text("check", "model"))
        self.run_larder("get", "model", '["kernel/.ATTRIBUTES/VARIABLE_VALUE"]', "-o", "kernel.npy")
        numpy.testing.assert_array_equal(numpy.load("kernel.npy"), numpy.arange(6, dtype="f4").reshape(2, 3))

    def test_sharded_weights_of_keras(self):
        index = GOLDEN / "keras-shards" / "small.weights.json"
        self.run_larder("convert", index, "new.weights.json")
        self.assertEqual(sorted(os.listdir(".")), ["new.weights.json", "new_00000.weights.h5", "new_00001.weights.h5"])
        for weight in ("layers/dense/vars/0", "layers/dense/vars/1", "layers/dense_1/vars/1"):
            one, other = (self.run_larder("get", name, f'weights["{weight}"]', "-o", "-") for name in (index, "new.weights.json"))
            self.assertEqual(one, other)


if __name__ == "__main__":
    main()
