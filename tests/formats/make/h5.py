#!/usr/bin/python3
"""Makes ../data/h5 with Debian 12's h5py 3.7 (libhdf5 1.10.8) and numpy 1.24."""
import pathlib

import h5py
import numpy as np

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "h5"


def made(name, **options):
    return h5py.File(FOLDER / name, "w", **options)


with made("plain.h5") as file:
    file.attrs["name"] = "flour"
    file["kernel"] = np.arange(6, dtype="<f4").reshape(2, 3)
    file["count"] = np.int64(7)

with made("values.h5") as file:
    file.attrs["names"] = ["salt", "Größe"]
    file.attrs["nothing"] = h5py.Empty("f4")
    file.attrs["fixed"] = np.bytes_(b"yeast")
    file.attrs["numbers"] = np.array([1, 2], ">i2")
    group = file.create_group("group")
    group["bool"] = np.array([True, False])
    group["complex"] = np.array([1 + 2j])
    group["texts"] = [["a", "bc"], ["", "d"]]
    group["letters"] = np.array([b"ab", b"c"])
    group["record"] = np.array([(1, [2.5, 3.5])], [("a", "<i4"), ("b", "<f8", (2,))])
    group["again"] = group["complex"]
    group["soft"] = h5py.SoftLink("/group/bool")
    group["raw"] = np.array([b"\x01\x02\x03"], "V3")
    kernel = group.create_dataset("bfloat16", data=np.array([b"\xc0\x3f", b"\x20\x40"], "V2"))
    kernel.attrs["dtype"] = "bfloat16"

with made("chunks.h5") as file:
    numbers = np.arange(70, dtype="<i4").reshape(7, 10)
    file.create_dataset("filtered", data=numbers, chunks=(4, 4), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("plain", data=numbers, chunks=(3, 10), maxshape=(None, 10))
    file.create_dataset("filled", shape=(5, 3), dtype=">f8", chunks=(2, 2), fillvalue=2.5)[0, 0] = 1

with made("latest.h5", libver="latest") as file:
    file.attrs["name"] = "flour"
    file.create_group("layer").create_dataset("kernel", data=np.arange(4, dtype="<f8"))
    file.create_dataset("one", data=np.arange(20), chunks=(20,), compression="gzip")
    file.create_dataset("block", data=np.arange(3), track_times=False)

with made("links.h5") as file:
    kernel = file.create_group("layer").create_dataset("kernel", data=np.array([b"\xc0\x3f", b"\x20\x40"], "V2"))
    kernel.attrs["dtype"] = "bfloat16"
    file["layer"].attrs["name"] = "dense"
    file["same_kernel"] = kernel
    file["same_layer"] = file["layer"]
    file["a_soft_link"] = h5py.SoftLink("/to_another")
    file["to_another"] = h5py.SoftLink("layer/kernel")
    file["through_the_other_name"] = h5py.SoftLink("same_layer/kernel")
    file["nothing"] = h5py.Empty("f4")
    file["nothing"].attrs["unit"] = "g"
    file["to_nothing"] = h5py.SoftLink("nothing")
    file["nowhere"] = h5py.SoftLink("/to_nowhere")
    file["to_nowhere"] = h5py.SoftLink("/missing/kernel")
    file["round"] = h5py.SoftLink("/and_round")
    file["and_round"] = h5py.SoftLink("/round")

with made("members.h5", userblock_size=512) as file:
    for number in range(40):
        file.create_dataset(f"weight_{number:02}", data=np.float32(number))
