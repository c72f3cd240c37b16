"""Writes the golden files of gensim, and of the two formats of word2vec, with the gensim that is installed.

    python3 tests/formats/make/of_gensim.py

Made with gensim 4.2.0 (Debian 12, numpy 1.24.2, scipy 1.10.1).
"""
import pathlib
import shutil

import numpy as np
from gensim.corpora import Dictionary
from gensim.models import KeyedVectors, LdaModel, Word2Vec
from gensim.similarities import SparseMatrixSimilarity

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
TEXTS = [["flour", "water", "salt"], ["flour", "water", "yeast", "salt"], ["water", "barley", "hops", "yeast"]]
WORDS = ["flour", "Größe", "長さ", "salt", "yeast"]


def keyed_vectors():
    vectors = KeyedVectors(4)
    vectors.add_vectors(WORDS, np.arange(20, dtype="f4").reshape(5, 4) / 8 - 1)
    return vectors


def quiet(model):
    """Without the record of when, where and with what it was made."""
    model.lifecycle_events = None
    return model


def write_gensim(folder):
    quiet(keyed_vectors()).save(str(folder / "vectors.gensim"), separately=["vectors"])
    quiet(keyed_vectors()).save(str(folder / "vectors.gz"), separately=["vectors"])
    model = Word2Vec(TEXTS, vector_size=4, window=2, min_count=1, workers=1, seed=3, epochs=1)
    quiet(model).save(str(folder / "word2vec.gensim"), sep_limit=0)
    dictionary = quiet(Dictionary(TEXTS))
    corpus = [dictionary.doc2bow(text) for text in TEXTS]
    lda = LdaModel(corpus, num_topics=2, id2word=dictionary, random_state=1)
    lda.random_state = None  # 2.5 KB of numbers
    quiet(lda.state)
    quiet(lda).save(str(folder / "lda.gensim"), sep_limit=0)
    quiet(SparseMatrixSimilarity(corpus, num_features=len(dictionary))).save(str(folder / "index.gensim"), sep_limit=0)
    quiet(SparseMatrixSimilarity(corpus, num_features=len(dictionary))).save(str(folder / "index.bz2"), sep_limit=0)


def empty(kind):
    folder = DATA / kind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


if __name__ == "__main__":
    write_gensim(empty("gensim"))
    keyed_vectors().save_word2vec_format(str(empty("word2vec") / "vectors.w2v"), binary=True)
    keyed_vectors().save_word2vec_format(str(empty("word2vec-text") / "vectors.vec"), binary=False)
    total = sum(path.stat().st_size for kind in ("gensim", "word2vec", "word2vec-text") for path in (DATA / kind).iterdir())
    print(f"{total} bytes")
