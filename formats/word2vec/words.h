// Words and their vectors: what files of word2vec hold, and where models of gensim have them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <larder/array.h>
#include <larder/document.h>

namespace larder::internal {

struct WordVectors {
  Value words;    // a list
  Array vectors;  // a row for each
};

// Those of the dict {"words", "vectors"} that files of word2vec become; of a KeyedVectors of gensim, of any version; of
// a model that has one. Nothing for anything else.
std::optional<WordVectors> word_vectors_in(Value value);

// That dict.
Value word_vectors_dict(Document& document, std::span<const Value> words, Array vectors);

// Whether `value` is such a dict.
bool is_word_vectors_dict(Value value);

// The KeyedVectors that gensim makes of them when it loads a file of word2vec. Error `unsupported` for words that are
// no str, or that occur twice.
Value keyed_vectors(const WordVectors& from, Document& document);

// A str; bytes where the text is no UTF-8.
Value word_value(Document& document, std::string_view text);

// What stands for the word in a file. Error `unsupported` for what would not be read back: with a space or a newline in
// it, or no text. The keys of gensim's Doc2Vec may be integers.
std::string word_text(Value word);

// The vectors, a row of native float32 for each word. Error `unsupported` where they are none.
Array rows_of(const WordVectors& from);

}  // namespace larder::internal
