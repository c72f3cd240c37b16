"""scikit-learn loads the forest that examples/edit_model.cpp made smaller, and it predicts with the trees that are left."""

import os
import pickle

import joblib
import numpy
from sklearn.datasets import load_iris

from command import SOURCE, CommandTest, main

FOREST = os.path.join(SOURCE, "examples", "data", "forest.joblib")


class SmallerForest(CommandTest):
    def setUp(self):
        super().setUp()
        self.flowers = load_iris().data
        self.forest = joblib.load(FOREST)

    def check(self, small, count):
        self.assertEqual((small.n_estimators, len(small.estimators_)), (count, count))
        kept = [tree.predict_proba(self.flowers) for tree in self.forest.estimators_[:count]]
        numpy.testing.assert_allclose(small.predict_proba(self.flowers), numpy.mean(kept, axis=0))
        self.assertEqual({key for key in vars(small)}, {key for key in vars(self.forest)})

    def test_joblib(self):
        for count in [1, 5, 20]:
            self.run_program(FOREST, "small.joblib.gz", str(count))
            self.check(joblib.load("small.joblib.gz"), count)

    def test_pickle(self):
        with open("forest.pkl", "wb") as file:
            pickle.dump(self.forest, file, protocol=5)
        self.run_program("forest.pkl", "small.pkl", "7")
        with open("small.pkl", "rb") as file:
            self.check(pickle.load(file), 7)

    def test_what_it_cannot_edit(self):
        joblib.dump([1], "list.joblib")
        self.run_larder("list.joblib", "small.joblib", "5", status=3)
        self.run_larder(FOREST, "small.joblib", "none", status=3)
        self.assertFalse(os.path.exists("small.joblib"))

    def run_program(self, *arguments):
        self.assertIn("trees", self.text(*arguments))


if __name__ == "__main__":
    main()
