"""The zoo's tables and sparse matrices: pandas and scipy."""
import datetime

import numpy as np
import pandas as pd
import scipy.interpolate
import scipy.sparse as sparse
import scipy.spatial
import scipy.stats

from zoo import Animal, animals


def columns():
    """A column of each dtype that pandas has of its own or takes from numpy."""
    days = pd.date_range("2024-01-01", periods=3)
    return dict(
        ints=np.array([1, 2, 3]), small=np.array([1, 2, 3], "i1"), unsigned=np.array([1, 2, 3], "u8"), floats=[1.5, None, -0.0],
        half=np.array([1, 2, 3], "f4"),
        bools=[True, False, True], complexes=[1j, 2, 3], texts=["a", None, "é€"], mixed=[1, "a", [2]], days=days,
        seconds=days.astype("M8[s]"),
        zoned=days.tz_localize("UTC"), city=days.tz_localize("Europe/Berlin"),
        fixed=days.tz_localize(datetime.timezone(datetime.timedelta(hours=2))),
        deltas=pd.to_timedelta([1, 2, None], "s"), periods=pd.period_range("2024-01", periods=3, freq="M"),
        category=pd.Categorical(["b", "a", None]),
        ordered=pd.Categorical(["b", "a", "b"], categories=["b", "a"], ordered=True), numbers_category=pd.Categorical([3, 1, 3]),
        nullable_int=pd.array([1, None, 3], "Int64"), nullable_float=pd.array([1.5, None, 3], "Float32"),
        nullable_bool=pd.array([True, None, False], "boolean"),
        string=pd.array(["a", None, "c"], "string"), sparse=pd.arrays.SparseArray([0, 0, 5]),
        sparse_float=pd.arrays.SparseArray([np.nan, 1, np.nan]),
        intervals=pd.interval_range(0, 3))


def indexes():
    return dict(
        range=pd.RangeIndex(2, 20, 3, name="r"), ints=pd.Index([3, 1, 2]), floats=pd.Index([1.5, 2.5]),
        texts=pd.Index(["x", "y"], name="t"),
        times=pd.date_range("2024-01-01", periods=4, freq="D", name="when"),
        zoned=pd.date_range("2024-01-01", periods=4, freq="h", tz="UTC"),
        business=pd.date_range("2024-01-01", periods=4, freq="B"),
        multi=pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["l", "n"]),
        multi_times=pd.MultiIndex.from_arrays([pd.date_range("2024", periods=2), ["x", "y"]]),
        category=pd.CategoricalIndex(["a", "b", "a"]),
        intervals=pd.interval_range(0, 4, name="i"), periods=pd.period_range("2024Q1", periods=3, freq="Q"),
        deltas=pd.timedelta_range("1h", periods=3))


def frames():
    every = pd.DataFrame(columns())
    multi = pd.DataFrame(np.arange(16.0).reshape(4, 4), index=indexes()["multi"],
                         columns=pd.MultiIndex.from_product([["u", "v"], ["p", "q"]]))
    noted = pd.DataFrame({"a": [1, 2]})
    noted.attrs["source"] = "a file"
    blocks = pd.DataFrame({"a": [1, 2], "b": [1.5, 2.5]})
    blocks["c"] = [3, 4]
    long = pd.DataFrame({"n": np.arange(5000), "t": [f"row {i % 7}" for i in range(5000)]})
    return dict(every_dtype=every, multi=multi, noted=noted, blocks=blocks, long=long, empty=pd.DataFrame(), no_rows=every.iloc[:0],
                sparse=sparse_frame(),
                slice=every.iloc[1:, 2:6], transposed=multi.T, duplicated=pd.DataFrame([[1, 2.5]], columns=["x", "x"]), by_time=timed())


def sparse_frame():
    return pd.DataFrame.sparse.from_spmatrix(sparse.eye(4, format="csc"))


def timed():
    return pd.DataFrame({"v": np.arange(4.0)}, index=indexes()["times"]).resample("2D").mean()


def scalars():
    return dict(
        timestamp=pd.Timestamp("2024-01-01 12:00", tz="Europe/Berlin"), naive=pd.Timestamp("2024-01-01"), delta=pd.Timedelta("1 day 2 s"),
        period=pd.Period("2024-03", "M"), interval=pd.Interval(0, 1), missing=Animal([pd.NaT, pd.NA], repr),
        offset=pd.offsets.BusinessDay(3),
        category_type=pd.CategoricalDtype(["a", "b"], True), zoned_type=pd.DatetimeTZDtype("ns", "UTC"), int_type=pd.Int64Dtype(),
        grouped=Animal(pd.DataFrame({"k": [1, 1, 2], "v": [1, 2, 3]}).groupby("k"), lambda value: value.sum()))


def tables():
    found = {}
    for name, column in columns().items():
        found[f"series_{name}"] = pd.Series(column, name=name)
    for name, index in indexes().items():
        found[f"index_{name}"] = index
        found[f"series_by_{name}"] = pd.Series(np.arange(float(len(index))), index)
    for name, frame in frames().items():
        found[f"frame_{name}"] = frame
    return animals(**found, **{f"pandas_{name}": value for name, value in scalars().items()})


def sparse_matrices():
    dense = np.array([[0, 1.5, 0, 0], [2, 0, 0, 0], [0, 0, 0, -3], [0, 0, 4, 0]])
    found = {}
    for name in ("csr", "csc", "coo", "bsr", "lil", "dok", "dia"):
        found[f"{name}_matrix"] = getattr(sparse, f"{name}_matrix")(dense)
        found[f"{name}_array"] = getattr(sparse, f"{name}_array")(dense)
    found["csr_float32"] = sparse.csr_matrix(dense.astype("f4"))
    found["csr_empty"] = sparse.csr_matrix((3, 4))
    found["csr_sorted"] = sparse.random(30, 20, 0.2, "csr", random_state=1)
    return found


def scipy_objects():
    points = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0.7]])
    return animals(
        **sparse_matrices(), tree=Animal(scipy.spatial.cKDTree(points), lambda value: value.query([0.4, 0.4])),
        interpolation=Animal(scipy.interpolate.interp1d([0, 1, 2], [1, 3, 2]), lambda value: value([0.5, 1.5]).tolist()),
        spline=Animal(scipy.interpolate.UnivariateSpline(np.arange(6.0), [1, 3, 2, 5, 4, 6]), lambda value: value([0.5, 1.5]).tolist()),
        frozen_distribution=Animal(scipy.stats.norm(1, 2), lambda value: value.cdf([0, 1])),
        density=Animal(scipy.stats.gaussian_kde([1.0, 2, 4]), lambda value: value([1.5])))
