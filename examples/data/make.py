#!/usr/bin/python3
"""Makes the files beside this script from scikit-learn's bundled real data. Running it again gives the same bytes.

digits.npy      the first 600 of the handwritten digits of load_digits(): 600 x 64 float64
cells.npy       the Wisconsin breast cancer measurements of load_breast_cancer(): 569 x 30 float64
forest.joblib   a random forest that tells the three irises of load_iris() apart, as joblib.dump writes it
"""

import pathlib

import joblib
import numpy
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.ensemble import RandomForestClassifier

here = pathlib.Path(__file__).parent

numpy.save(here / "digits.npy", load_digits().data[:600])
numpy.save(here / "cells.npy", load_breast_cancer().data)

iris = load_iris()
forest = RandomForestClassifier(n_estimators=20, max_depth=4, random_state=0).fit(iris.data, iris.target)
joblib.dump(forest, here / "forest.joblib")
