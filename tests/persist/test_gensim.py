"""gensim's save and load against larder, in both directions: models of every kind that have files beside them."""
import bz2
import gzip
import pathlib
import subprocess
import sys
import types
import unittest
import warnings

try:
    import gensim
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-gensim")
    sys.exit(77)

import joblib
import numpy as np
import scipy.sparse
from gensim.corpora import Dictionary
from gensim.models import Doc2Vec, FastText, KeyedVectors, LdaModel, LsiModel, TfidfModel, Word2Vec
from gensim.models.doc2vec import TaggedDocument
from gensim.similarities import SparseMatrixSimilarity

from probing import ask, convert, folder_for

DATA = pathlib.Path(__file__).resolve().parent.parent / "formats" / "data" / "gensim"
TEXTS = [["flour", "water", "salt"], ["flour", "water", "yeast", "salt"], ["water", "barley", "hops", "yeast"]] * 3
LISTS = ("__numpys", "__scipys", "__ignoreds", "__recursive_saveloads")
warnings.simplefilter("ignore")


def models():
    """Name, class and object; small ones, trained on a few words."""
    small = {"vector_size": 4, "window": 2, "min_count": 1, "workers": 1, "seed": 3, "epochs": 1}
    dictionary = Dictionary(TEXTS)
    corpus = [dictionary.doc2bow(text) for text in TEXTS]
    documents = [TaggedDocument(text, [number, f"text {number}"]) for number, text in enumerate(TEXTS)]
    word2vec = Word2Vec(TEXTS, **small)
    return [
        ("word2vec", word2vec),
        ("softmax", Word2Vec(TEXTS, hs=1, negative=0, **small)),
        ("doc2vec", Doc2Vec(documents, dm=1, **small)),
        ("fasttext", FastText(TEXTS, bucket=20, **small)),
        ("vectors", word2vec.wv),
        ("lda", LdaModel(corpus, num_topics=2, id2word=dictionary, random_state=1, alpha="auto")),
        ("lsi", LsiModel(corpus, num_topics=2, id2word=dictionary, random_seed=1)),
        ("tfidf", TfidfModel(corpus, id2word=dictionary, smartirs="ntc")),
        ("dictionary", dictionary),
        ("index", SparseMatrixSimilarity(corpus, num_features=len(dictionary))),
    ]


def described(value, ignored=LISTS):
    """A description that is equal for equal values, attribute by attribute."""
    if isinstance(value, np.ndarray):
        elements = described(value.tolist()) if value.dtype.hasobject else value.tobytes()
        return ("array", value.dtype.str, value.shape, elements)
    if scipy.sparse.issparse(value):
        return (type(value).__name__, value.shape, [described(part) for part in (value.data, value.indices, value.indptr)])
    if isinstance(value, np.random.RandomState):
        return described(value.get_state())
    if isinstance(value, dict) and not hasattr(value, "__dict__"):
        return (type(value).__name__, [(described(key), described(part)) for key, part in value.items()])
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, [described(part) for part in value])
    if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType, np.dtype)):
        return repr(value)
    if hasattr(value, "__dict__"):
        attributes = {name: described(part) for name, part in vars(value).items() if name not in ignored}
        return (type(value).__name__, attributes)
    return (type(value).__name__, repr(value))


def lists_of(value):
    """What lies beside, of the object and those in it."""
    lists = {name: sorted(vars(value).get(name, [])) for name in LISTS}
    return lists, {name: lists_of(getattr(value, name)) for name in lists["__recursive_saveloads"]}


def forget_computed(value):
    """Sets to None what is not stored, but computed by the classes that load it."""
    for name in vars(value).get("__ignoreds", []):
        if name not in ("state", "projection", "id2word"):
            setattr(value, name, None)
    for name in vars(value).get("__recursive_saveloads", []):
        forget_computed(getattr(value, name))


class Gensim(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.models = models()
        for _, model in cls.models:
            for part in [model, *vars(model).values()]:
                if isinstance(part, gensim.utils.SaveLoad):
                    part.lifecycle_events = None  # gensim notes each load there

    def setUp(self):
        self.folder = folder_for(self)

    def written_again(self, end="", **options):
        """Each model as gensim saved it, and that as larder wrote it again: (name, class, path, path)."""
        found = []
        for name, model in self.models:
            first, second = (self.folder / f"{step}_{name}{end}" for step in ("first", "second"))
            model.save(str(first), **options)
            found.append((name, type(model), first, second))
        answers = ask(convert(first, second, compress="0", file_format="gensim") for _, _, first, second in found)
        for (name, *_), answer in zip(found, answers):
            self.assertEqual(answer, ["ok"], name)
        return found

    def check_equal(self, found, **options):
        for name, kind, first, second in found:
            one, other = (kind.load(str(path), **options) for path in (first, second))
            self.assertEqual(described(one), described(other), name)
            self.assertEqual(lists_of(one), lists_of(other), name)

    def companions(self, path):
        return sorted(file.name[len(path.name):] for file in path.parent.glob(path.name + "*"))

    def test_all_in_one_file(self):
        self.check_equal(self.written_again())

    def test_every_array_beside(self):
        found = self.written_again(sep_limit=0)
        for name, _, first, second in found:
            self.assertEqual(self.companions(first), self.companions(second), name)
        self.check_equal(found)
        self.check_equal(found, mmap="r")
        beside = sum(len(self.companions(first)) - 1 for _, _, first, _ in found)
        self.assertGreater(beside, 25)

    def test_compressed(self):
        for end, module in ((".gz", gzip), (".bz2", bz2)):
            found = self.written_again(end, sep_limit=0)
            for name, _, first, second in found:
                stem = second.name[:-len(end)]
                with module.open(second) as file:
                    self.assertEqual(file.read(1), b"\x80")
                wanted = sorted(path.name[len("first"):] for path in self.folder.glob(first.name[:-len(end)] + "*"))
                made = sorted(path.name[len("second"):] for path in self.folder.glob(stem + "*"))
                self.assertEqual(wanted, made, name)
            self.check_equal(found)

    def test_old_protocols(self):
        self.check_equal(self.written_again(sep_limit=0, pickle_protocol=2))

    def test_bytes_come_back(self):
        """The pickle of an object that was saved, loaded and saved by gensim is the one that larder writes."""
        path = self.folder / "vectors"
        self.models[4][1].save(str(path), separately=["vectors"])
        self.assertEqual(ask([convert(path, self.folder / "again", file_format="gensim")]), [["ok"]])
        for end in ("", ".vectors.npy"):
            self.assertEqual((self.folder / f"vectors{end}").read_bytes(), (self.folder / f"again{end}").read_bytes())

    def test_one_file_of_several(self):
        """As a pickle or for joblib an object is whole: its arrays are in it."""
        for name, _, first, _ in self.written_again(sep_limit=0):
            target = self.folder / f"{name}.joblib"
            self.assertEqual(ask([convert(first, target)]), [["ok"]], name)
            whole = joblib.load(target)
            original = type(whole).load(str(first))
            forget_computed(original)
            self.assertEqual(described(whole), described(original), name)

    def test_arrays_of_joblib_are_put_beside_again(self):
        path = self.folder / "vectors"
        self.models[4][1].save(str(path), separately=["vectors"])
        vectors = KeyedVectors.load(str(path))
        vectors.vectors = vectors.vectors * 2
        joblib.dump(vectors, self.folder / "double.joblib")
        self.assertEqual(ask([convert(self.folder / "double.joblib", self.folder / "double", file_format="gensim")]), [["ok"]])
        self.assertTrue((self.folder / "double.vectors.npy").exists())
        self.assertEqual(described(KeyedVectors.load(str(self.folder / "double"), mmap="r")), described(vectors))

    def test_a_model_saved_to_an_open_file_stays_whole(self):
        path = self.folder / "vectors"
        self.models[4][1].save(str(path), separately=["vectors"])
        vectors = KeyedVectors.load(str(path))
        with open(self.folder / "handle", "wb") as file:
            vectors.save(file)
        self.assertEqual(ask([convert(self.folder / "handle", self.folder / "again", file_format="gensim")]), [["ok"]])
        self.assertEqual(described(KeyedVectors.load(str(self.folder / "again"))), described(vectors))

    def test_large_arrays_go_beside_unasked(self):
        vectors = KeyedVectors(2048)
        vectors.add_vectors(range(6000), np.zeros((6000, 2048), "f2"))
        vectors.vectors[5, 7] = 3
        path = self.folder / "large"
        with open(path, "wb") as file:
            vectors.save(file)
        self.assertEqual(ask([convert(path, self.folder / "again", file_format="gensim")]), [["ok"]])
        self.assertGreater((self.folder / "again.vectors.npy").stat().st_size, 24_000_000)
        self.assertEqual(KeyedVectors.load(str(self.folder / "again"), mmap="r").vectors[5, 7], 3)

    def test_golden_files_load(self):
        """What the golden files hold is what this gensim loads."""
        self.assertEqual(KeyedVectors.load(str(DATA / "vectors.gensim"))["salt"].tolist(), [0.5, 0.625, 0.75, 0.875])
        self.assertEqual(len(LdaModel.load(str(DATA / "lda.gensim")).id2word), 6)


def random_vectors():
    """Words of any letters, and float32 of any bits."""
    chosen = np.random.RandomState(7)
    alphabet = "abcdefghäß長さ'\"\\.,-\t\x0b0123456789"
    words = list(dict.fromkeys("".join(chosen.choice(list(alphabet), chosen.randint(1, 12))) for _ in range(500)))
    numbers = chosen.randint(0, 2**32, (len(words), 8), "u4").view("f4")
    numbers[: len(words) // 2] = chosen.randn(len(words) // 2, 8)
    vectors = KeyedVectors(8)
    vectors.add_vectors(words, numbers)
    return vectors


class Word2VecFiles(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)
        vectors = random_vectors()
        vectors.save_word2vec_format(str(self.folder / "binary"), binary=True)
        vectors.save_word2vec_format(str(self.folder / "text"), binary=False)
        vectors.save(str(self.folder / "gensim"), separately=["vectors"])

    def converted(self, source, file_format):
        target = self.folder / f"{source}_as_{file_format}"
        self.assertEqual(ask([convert(self.folder / source, target, file_format=file_format)]), [["ok"]])
        return target

    def test_all_bytes_come_back(self):
        for source, target, wanted in (("binary", "word2vec", "binary"), ("binary", "word2vec-text", "text"), ("text", "word2vec-text", "text"),
                                       ("gensim", "word2vec", "binary"), ("gensim", "word2vec-text", "text")):
            self.assertEqual(self.converted(source, target).read_bytes(), (self.folder / wanted).read_bytes(), (source, target))

    def test_numbers_of_text_are_those_of_gensim(self):
        """But for the bits of what is no number."""
        again = KeyedVectors.load_word2vec_format(str(self.converted("text", "word2vec")), binary=True)
        wanted = KeyedVectors.load_word2vec_format(str(self.folder / "text"), binary=False)
        np.testing.assert_array_equal(again.vectors, wanted.vectors)
        self.assertEqual(again.index_to_key, wanted.index_to_key)

    def test_they_become_keyed_vectors(self):
        found = KeyedVectors.load(str(self.converted("binary", "gensim")))
        wanted = KeyedVectors.load_word2vec_format(str(self.folder / "binary"), binary=True)
        for vectors in (found, wanted):
            vectors.lifecycle_events = None
        self.assertEqual(described(found), described(wanted))
        found.add_vectors(["new"], np.ones((1, 8), "f4"))
        self.assertEqual(found["new"].sum(), 8)


if __name__ == "__main__":
    unittest.main()
