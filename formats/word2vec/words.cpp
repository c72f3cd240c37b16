#include "formats/word2vec/words.h"

#include "base/text.h"
#include "base/unicode.h"
#include "document/records.h"

namespace larder::internal {

namespace {

constexpr std::string_view words_key = "words";
constexpr std::string_view vectors_key = "vectors";

// What gensim makes up where a file has no counts: words come in the order of their frequency.
Array falling_counts(std::size_t words) {
  Array counts = Array::allocate(DType::of<std::int64_t>(), {words});
  auto left = static_cast<std::int64_t>(words);
  for (std::int64_t& count : counts.mutable_data<std::int64_t>()) count = left--;
  return counts;
}

// As gensim 4, 1 to 3, and before 1.0 called them.
constexpr std::string_view names_of_words[] = {"index_to_key", "index2word", "index2entity"};
constexpr std::string_view names_of_vectors[] = {"vectors", "syn0"};

std::optional<Value> first_of(Value state, std::span<const std::string_view> names, ValueKind kind) {
  for (const std::string_view name : names)
    if (const auto found = state.find(name); found && found->is(kind)) return found;
  return std::nullopt;
}

std::optional<WordVectors> in_state(Value value) {
  if (!value.is(ValueKind::object) || !value.state().is(ValueKind::dict)) return std::nullopt;
  const auto words = first_of(value.state(), names_of_words, ValueKind::list);
  const auto vectors = first_of(value.state(), names_of_vectors, ValueKind::array);
  if (!words || !vectors) return std::nullopt;
  return WordVectors{*words, vectors->as_array()};
}

}  // namespace

bool is_word_vectors_dict(Value value) {
  if (!value.is(ValueKind::dict) || value.size() != 2) return false;
  const auto words = value.find(words_key);
  const auto vectors = value.find(vectors_key);
  return words && words->is(ValueKind::list) && vectors && vectors->is(ValueKind::array);
}

std::optional<WordVectors> word_vectors_in(Value value) {
  if (is_word_vectors_dict(value)) return WordVectors{*value.find(words_key), value.find(vectors_key)->as_array()};
  if (const auto found = in_state(value)) return found;
  if (!value.is(ValueKind::object) || !value.state().is(ValueKind::dict)) return std::nullopt;
  const auto inner = value.state().find("wv");
  return inner ? in_state(*inner) : std::nullopt;
}

Value word_vectors_dict(Document& document, std::span<const Value> words, Array vectors) {
  const Value dict = document.dict();
  document.insert(dict, document.str(words_key), document.list(words));
  document.insert(dict, document.str(vectors_key), document.array(std::move(vectors)));
  return dict;
}

Value keyed_vectors(const WordVectors& from, Document& document) {
  std::vector<Value> words;
  const Value places = document.dict();
  for (std::size_t i = 0; i < from.words.size(); ++i) {
    const Value word = from.words[i];
    if (!word.is(ValueKind::str)) fail(ErrorKind::unsupported, "gensim has no words that are a ", name_of(word.kind()));
    if (places.find(word)) fail(ErrorKind::unsupported, "the word ", quoted(word.as_str()), " occurs twice");
    words.push_back(document.str(word.as_str()));
    document.insert(places, words.back(), Value::integer(static_cast<std::int64_t>(i)));
  }
  const auto count = static_cast<std::int64_t>(words.size());
  Array rows = rows_of(from);
  const auto size = static_cast<std::int64_t>(rows.shape()[1]);
  const Value expandos = document.dict();
  document.insert(expandos, document.str("count"), document.array(falling_counts(words.size())));
  const Value state = document.dict();
  const std::pair<std::string_view, Value> attributes[] = {
      {"vector_size", Value::integer(size)},
      {"index_to_key", document.list(words)},
      {"next_index", Value::integer(count)},
      {"key_to_index", places},
      {"vectors", document.array(std::move(rows))},
      {"norms", Value::none()},
      {"expandos", expandos},
      {"mapfile_path", Value::none()},
  };
  for (const auto& [name, value] : attributes) document.insert(state, document.str(name), value);
  const Value made = document.object(ObjectForm::newobj, document.global("gensim.models.keyedvectors", "KeyedVectors"),
                                     document.tuple());
  document.set_state(made, state);
  return made;
}

Value word_value(Document& document, std::string_view text) {
  return !invalid_utf8(text, true) ? document.str(text) : document.bytes(as_bytes(text));
}

std::string word_text(Value word) {
  if (word.is(ValueKind::integer)) return word.int_text();
  const bool is_text = word.is(ValueKind::str) || word.is(ValueKind::bytes);
  if (!is_text) fail(ErrorKind::unsupported, "a word of word2vec is a str, not a ", name_of(word.kind()));
  const std::string_view text = as_text(Access::content(word));
  if (text.find_first_of(" \n") != std::string_view::npos) {
    fail(ErrorKind::unsupported, "the word ", quoted(text),
         " has a space or a newline in it, and would not be read back from a file of word2vec");
  }
  return std::string(text);
}

Array rows_of(const WordVectors& from) {
  const Array& vectors = from.vectors;
  if (!(vectors.dtype().to_native() == DType::of<float>()))
    fail(ErrorKind::unsupported, "files of word2vec hold float32, not ", vectors.dtype().name());
  if (vectors.ndim() != 2 || vectors.shape()[0] != from.words.size())
    fail(ErrorKind::unsupported, "files of word2vec hold one vector for each word");
  return vectors.to_native();
}

}  // namespace larder::internal
