#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/byte_order.h"
#include "base/float_text.h"
#include "base/text.h"
#include "formats/table.h"
#include "formats/word2vec/header.h"
#include "formats/word2vec/words.h"

namespace larder::internal {

namespace {

constexpr std::size_t longest_line = std::size_t{1} << 20;  // what a Reader shows at once
constexpr std::size_t first_peek = 4096;

// Of ASCII.
bool is_no_text(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return (code < ' ' && letter != '\n' && letter != '\r') || code > '~';
}

// The bytes before the next `end`, which is not consumed; valid until the reader's next non-const call.
std::string_view peek_until(Reader& reader, char end, std::string_view what) {
  for (std::size_t wanted = 1; wanted <= longest_line; wanted = std::max(first_peek, wanted * 4)) {
    const std::string_view seen = as_text(reader.peek(wanted));
    if (const std::size_t found = seen.find(end); found != std::string_view::npos) return seen.substr(0, found);
    if (seen.size() < wanted) fail(ErrorKind::truncated, "the file ends in ", what);
  }
  fail(ErrorKind::malformed, what, " is longer than ", longest_line, " bytes");
}

void require_end(Reader& reader) {
  while (true) {
    const std::string_view seen = as_text(reader.peek());
    if (seen.empty()) return;
    if (seen.find_first_not_of(" \r\n") != std::string_view::npos)
      fail(ErrorKind::malformed, "something follows the words that the first line announces");
    reader.consume(seen.size());
  }
}

// The words and vectors that are being read, one after another.
class Rows {
 public:
  Rows(const Word2VecHeader& header, Document& document)
      : header_(header), document_(document), vectors_(Region::allocate(header.words * header.size * sizeof(float))) {}

  bool are_missing() const noexcept { return words_.size() < header_.words; }

  // The bytes of the vector of a further word, which are to be filled.
  MutableBytes add(std::string_view word) {
    words_.push_back(word_value(document_, word));
    if (vectors_.empty()) return {};
    const std::size_t size = static_cast<std::size_t>(header_.size) * sizeof(float);
    return vectors_.mutable_bytes().subspan((words_.size() - 1) * size, size);
  }

  Value dict(const DType& dtype) {
    Array rows = Array::from_region(dtype, {header_.words, header_.size}, Order::c, std::move(vectors_)).to_native();
    return word_vectors_dict(document_, words_, std::move(rows));
  }

 private:
  const Word2VecHeader& header_;
  Document& document_;
  std::vector<Value> words_;
  Region vectors_;
};

WordVectors words_to_write(Value value) {
  const auto found = word_vectors_in(value);
  if (!found) {
    fail(ErrorKind::unsupported,
         "files of word2vec hold words and vectors: a dict of both, or a model of gensim, not a ",
         name_of(value.kind()));
  }
  return *found;
}

// What both formats write: the first line, and for each word what `append` makes of it and its numbers.
template <class Append>
void write_words(Value value, Writer& writer, Append append) {
  const WordVectors from = words_to_write(value);
  const Array rows = rows_of(from);
  for (std::size_t i = 0; i < from.words.size(); ++i) static_cast<void>(word_text(from.words[i]));
  const std::uint64_t size = rows.shape()[1];
  // A file of no words can say any size.
  std::vector<float> numbers(from.words.empty() ? 0 : static_cast<std::size_t>(size));
  writer.write(as_bytes(join(from.words.size(), " ", size, "\n")));
  std::string line;
  for (std::size_t i = 0; i < from.words.size(); ++i) {
    rows.copy_elements(i * size, size, Order::c, std::as_writable_bytes(std::span(numbers)));
    line = word_text(from.words[i]);
    append(line, numbers);
    writer.write(as_bytes(line));
  }
}

// A number as gensim reads it: a double that is rounded where float32 alone would be out of range.
std::optional<float> parse_number(std::string_view text) {
  float number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  double wide = 0;
  const auto [wide_end, wide_error] = std::from_chars(text.data(), text.data() + text.size(), wide);
  const bool fits = wide_error == std::errc() && wide_end == text.data() + text.size() &&
                    std::abs(wide) <= std::numeric_limits<float>::max();
  return fits ? std::optional(static_cast<float>(wide)) : std::nullopt;
}

class Word2VecFormat final : public Format {
 public:
  Word2VecFormat()
      : Format({.name = "word2vec",
                .description = "word2vec's binary files: words and float32 vectors",
                .extensions = {".w2v"},
                .reads = true,
                .writes = true,
                .signature = Signature::plausible,
                .extent = Extent::rest}) {}

  // The numbers of the first word are looked at: they are hardly ever all text.
  bool recognises(Bytes head) const override {
    const auto header = parse_word2vec_header(as_text(head));
    if (!header) return false;
    const std::string_view rest = as_text(head).substr(header->length);
    const std::size_t space = rest.find(' ');
    if (header->words == 0) return rest.empty();
    if (space == std::string_view::npos) return false;
    const auto numbers = rest.substr(
        space + 1, static_cast<std::size_t>(std::min<std::uint64_t>(header->size, head.size()) * sizeof(float)));
    return std::any_of(numbers.begin(), numbers.end(), is_no_text);
  }

  const Format& read(const ReadSource& source, Document& document) const override {
    Reader& reader = source.reader;
    const Word2VecHeader header = read_word2vec_header(reader, source.limits);
    Rows rows(header, document);
    while (rows.are_missing()) {
      // Other tools than gensim end each vector with a newline.
      while (!reader.peek().empty() && as_text(reader.peek()).front() == '\n') reader.consume(1);
      const std::string_view word = peek_until(reader, ' ', "a word");
      const MutableBytes row = rows.add(word);
      reader.consume(word.size() + 1);
      reader.read_exactly(row, "a vector");
    }
    require_end(reader);
    document.set_root(rows.dict(DType::parse("<f4")));
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions&) const override {
    write_words(value, writer, [](std::string& line, std::span<const float> numbers) {
      line.push_back(' ');
      for (const float number : numbers) {
        std::byte bytes[sizeof number];
        store_le(bytes, std::bit_cast<std::uint32_t>(number));
        line.append(as_text(bytes));
      }
    });
  }
};

class Word2VecTextFormat final : public Format {
 public:
  Word2VecTextFormat()
      : Format({.name = "word2vec-text",
                .description = "word2vec's text files: a word and its numbers a line",
                .extensions = {".vec"},
                .reads = true,
                .writes = true,
                .signature = Signature::plausible,
                .extent = Extent::rest}) {}

  bool recognises(Bytes head) const override {
    const auto header = parse_word2vec_header(as_text(head));
    if (!header) return false;
    const std::string_view rest = as_text(head).substr(header->length);
    if (header->words == 0) return rest.find_first_not_of(" \r\n") == std::string_view::npos;
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return false;
    return line.substr(space).find_first_not_of("0123456789.eE+- \rnaif") == std::string_view::npos;
  }

  const Format& read(const ReadSource& source, Document& document) const override {
    Reader& reader = source.reader;
    const Word2VecHeader header = read_word2vec_header(reader, source.limits);
    Rows rows(header, document);
    while (rows.are_missing()) {
      const std::string_view line = peek_until(reader, '\n', "a line");
      read_line(line, header.size, rows);
      reader.consume(line.size() + 1);
    }
    require_end(reader);
    document.set_root(rows.dict(DType::of<float>()));
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions&) const override {
    write_words(value, writer, [](std::string& line, std::span<const float> numbers) {
      for (const float number : numbers) line.append(" ").append(float_text(number));
      line.push_back('\n');
    });
  }

 private:
  static void read_line(std::string_view line, std::uint64_t size, Rows& rows) {
    line = line.substr(0, line.find_last_not_of(" \r") + 1);
    const std::size_t space = std::min(line.find(' '), line.size());
    MutableBytes row = rows.add(line.substr(0, space));
    line.remove_prefix(space);
    for (std::uint64_t i = 0; i < size; ++i) {
      if (line.empty()) fail(ErrorKind::malformed, "a word has ", i, " numbers, not ", size);
      const std::size_t next = std::min(line.find(' ', 1), line.size());
      const std::string_view text = line.substr(1, next - 1);
      const auto number = parse_number(text);
      if (!number) fail(ErrorKind::malformed, internal::quoted(text), " is no number of a vector");
      std::memcpy(row.data() + i * sizeof(float), &*number, sizeof(float));
      line.remove_prefix(next);
    }
    if (!line.empty()) fail(ErrorKind::malformed, "a word has more than ", size, " numbers");
  }
};

}  // namespace

const Format& word2vec_format() {
  static const Word2VecFormat format;
  return format;
}

const Format& word2vec_text_format() {
  static const Word2VecTextFormat format;
  return format;
}

}  // namespace larder::internal
