#!/usr/bin/python3
"""Makes ../data/pmml/nyoka_5.5.pmml and sklearn2pmml_0.133.pmml, in a Python with scikit-learn 1.2, nyoka 5.5, sklearn2pmml 0.133 and a Java.
The others there are made by hand from the schema of PMML 4.4."""
import pathlib

import pandas as pd
from nyoka import skl_to_pmml
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn2pmml import sklearn2pmml
from sklearn2pmml.pipeline import PMMLPipeline

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "pmml"
NAMES = list("abcd")

flowers, kinds = load_iris(return_X_y=True)
clusters = Pipeline([("m", KMeans(2, n_init=1, random_state=0))]).fit(flowers)
skl_to_pmml(clusters, NAMES, "cluster", str(FOLDER / "nyoka_5.5.pmml"))
forest = RandomForestClassifier(2, max_depth=2, random_state=0)
sklearn2pmml(PMMLPipeline([("m", forest)]).fit(pd.DataFrame(flowers, columns=NAMES), kinds), str(FOLDER / "sklearn2pmml_0.133.pmml"))
