#include "formats/pmml/arrays.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "base/checked.h"
#include "base/text.h"
#include "formats/pmml/content.h"
#include "formats/pmml/element.h"

namespace larder::internal {

namespace {

// More elements than that are only made where the file has each of them.
constexpr std::uint64_t most_unwritten = std::uint64_t{1} << 20;

template <class Number>
std::optional<Number> number_attribute(Value node, std::string_view name) {
  const auto text = attribute_of(node, name);
  if (!text) return std::nullopt;
  Number number{};
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size())
    fail(ErrorKind::malformed, "the attribute ", name, " of an element ", tag_of(node), " is ",
         internal::quoted(*text));
  return number;
}

std::optional<std::uint64_t> count_attribute(Value node, std::string_view name) {
  return number_attribute<std::uint64_t>(node, name);
}

class ArrayReader {
 public:
  ArrayReader(Value node, ArrayBudget& budget, Document& document)
      : node_(node), budget_(budget), document_(document) {}

  std::optional<Value> read() const {
    if (tag_of(node_) == "Matrix") return matrix();
    if (const ArrayContent content = sparse_content_in(node_); content != ArrayContent::none) return sparse(content);
    if (const ArrayContent content = content_in(node_); content != ArrayContent::none) return listed(content);
    return std::nullopt;
  }

 private:
  template <class Number>
  Value array(const std::vector<Number>& numbers, Shape shape) const {
    budget_.take(numbers.size() * sizeof(Number));
    return document_.array(Array::copy_of(std::span(numbers), std::move(shape)));
  }
  template <class Number>
  Value array(const std::vector<Number>& numbers) const {
    return array(numbers, {numbers.size()});
  }

  void require_room(std::uint64_t count) const {
    if (count > budget_.left().bytes / sizeof(double))
      fail(ErrorKind::limit, "an array of PMML with ", count, " elements needs more than Limits::bytes allows");
  }

  void require_count(std::size_t count) const {
    const auto wanted = count_attribute(node_, "n");
    if (wanted && *wanted != count) fail(ErrorKind::malformed, "an array of ", *wanted, " elements has ", count);
  }

  std::optional<Value> listed(ArrayContent content) const {
    const auto text = text_in(node_);
    if (!text) return std::nullopt;
    require_room(text->size() / 2);
    if (content == ArrayContent::texts) {
      std::vector<Value> texts;
      for (const std::string& word : parse_texts(*text)) texts.push_back(document_.str(word));
      require_count(texts.size());
      return document_.list(texts);
    }
    if (content == ArrayContent::integers) {
      const auto numbers = parse_integers(*text);
      require_count(numbers.size());
      return array(numbers);
    }
    const auto numbers = parse_reals(*text);
    require_count(numbers.size());
    return array(numbers);
  }

  std::optional<Value> sparse(ArrayContent content) const {
    std::vector<std::int64_t> indices;
    std::string entries;
    for (const Value child : elements_in(node_)) {
      const auto text = text_in(child);
      if (!text) return std::nullopt;
      if (tag_of(child) == "Indices")
        indices = parse_integers(*text);
      else
        entries = *text;
    }
    const std::int64_t largest = indices.empty() ? 0 : std::ranges::max(indices);
    const std::uint64_t count =
        count_attribute(node_, "n").value_or(static_cast<std::uint64_t>(std::max<std::int64_t>(largest, 0)));
    for (const std::int64_t index : indices) {
      if (index < 1 || static_cast<std::uint64_t>(index) > count)
        fail(ErrorKind::malformed, "a sparse array of ", count, " elements has one at the place ", index);
    }
    if (count > most_unwritten) return std::nullopt;
    require_room(count);
    if (content == ArrayContent::integers) return spread(count, indices, parse_integers(entries));
    return spread(count, indices, parse_reals(entries));
  }

  template <class Number>
  Value spread(std::uint64_t count, const std::vector<std::int64_t>& indices,
               const std::vector<Number>& entries) const {
    if (indices.size() != entries.size())
      fail(ErrorKind::malformed, "a sparse array has ", indices.size(), " indices and ", entries.size(), " entries");
    std::vector<Number> all(static_cast<std::size_t>(count),
                            number_attribute<Number>(node_, "defaultValue").value_or(0));
    for (std::size_t i = 0; i < indices.size(); ++i) all[static_cast<std::size_t>(indices[i] - 1)] = entries[i];
    return array(all);
  }

  std::optional<Value> matrix() const {
    std::vector<std::vector<double>> rows;
    std::vector<Value> cells;
    for (const Value child : elements_in(node_)) {
      if (tag_of(child) == "MatCell") cells.push_back(child);
      if (tag_of(child) != "Array") continue;
      const auto text = text_in(child);
      if (!text) return std::nullopt;
      rows.push_back(parse_reals(*text));
      if (const auto n = count_attribute(child, "n"); n && *n != rows.back().size())
        fail(ErrorKind::malformed, "an array of ", *n, " elements has ", rows.back().size());
    }
    if (!rows.empty() && !cells.empty()) fail(ErrorKind::malformed, "a matrix has arrays and single cells");
    const std::string_view kind = attribute_of(node_, "kind").value_or("any");
    if (!cells.empty()) return matrix_of_cells(cells, kind == "symmetric");
    if (rows.empty() && count_attribute(node_, "nbRows").value_or(0) != 0) return matrix_of_cells(cells, false);
    if (kind == "diagonal") return diagonal(rows);
    if (kind == "symmetric") return symmetric(rows);
    return full(rows);
  }

  // Where nothing says how large it is: as large as its cells.
  std::optional<Value> matrix_of_cells(const std::vector<Value>& cells, bool is_symmetric) const {
    struct Cell {
      std::uint64_t row;
      std::uint64_t column;
      double value;
    };
    std::vector<Cell> known;
    std::uint64_t last_row = 0;
    std::uint64_t last_column = 0;
    for (const Value cell : cells) {
      const auto values = parse_reals(text_in(cell).value_or(""));
      known.push_back({count_attribute(cell, "row").value_or(0), count_attribute(cell, "col").value_or(0),
                       values.empty() ? 0 : values[0]});
      if (values.size() != 1 || known.back().row == 0 || known.back().column == 0)
        fail(ErrorKind::malformed, "a cell of a matrix has no row, no col, or not one number");
      last_row = std::max(last_row, known.back().row);
      last_column = std::max(last_column, known.back().column);
    }
    const std::uint64_t rows = count_attribute(node_, "nbRows").value_or(last_row);
    const std::uint64_t columns = count_attribute(node_, "nbCols").value_or(last_column);
    if (last_row > rows || last_column > columns || (is_symmetric && rows != columns))
      fail(ErrorKind::malformed, "a matrix of ", rows, " by ", columns, " has a cell at ", last_row, ", ", last_column);
    auto all = empty_matrix(rows, columns);
    if (!all) return std::nullopt;
    for (const Cell& cell : known) {
      at(*all, columns, cell.row - 1, cell.column - 1) = cell.value;
      if (is_symmetric) at(*all, columns, cell.column - 1, cell.row - 1) = cell.value;
    }
    return array(*all, {rows, columns});
  }

  // With the defaults everywhere; nothing where that is too much.
  std::optional<std::vector<double>> empty_matrix(std::uint64_t rows, std::uint64_t columns) const {
    const auto count = checked_mul(rows, columns);
    if (!count || *count > most_unwritten || rows > most_unwritten || columns > most_unwritten) return std::nullopt;
    require_room(*count);
    std::vector<double> all(static_cast<std::size_t>(*count),
                            number_attribute<double>(node_, "offDiagDefault").value_or(0));
    const double diagonal = number_attribute<double>(node_, "diagDefault").value_or(0);
    for (std::uint64_t i = 0; i < std::min(rows, columns); ++i) at(all, columns, i, i) = diagonal;
    return all;
  }

  static double& at(std::vector<double>& all, std::uint64_t columns, std::uint64_t row, std::uint64_t column) {
    return all[static_cast<std::size_t>(row * columns + column)];
  }

  void require_size(std::uint64_t rows, std::uint64_t columns) const {
    if (count_attribute(node_, "nbRows").value_or(rows) != rows ||
        count_attribute(node_, "nbCols").value_or(columns) != columns)
      fail(ErrorKind::malformed, "a matrix of ", rows, " by ", columns, " says that it is another one");
  }

  Value full(const std::vector<std::vector<double>>& rows) const {
    const std::size_t columns = rows.empty() ? 0 : rows[0].size();
    std::vector<double> all;
    require_size(rows.size(), columns);
    for (const auto& row : rows) {
      if (row.size() != columns) fail(ErrorKind::malformed, "a matrix has rows of ", columns, " and of ", row.size());
      all.insert(all.end(), row.begin(), row.end());
    }
    return array(all, {rows.size(), columns});
  }

  std::optional<Value> diagonal(const std::vector<std::vector<double>>& rows) const {
    if (rows.size() > 1) fail(ErrorKind::malformed, "a diagonal matrix has ", rows.size(), " arrays");
    const std::size_t size = rows.empty() ? 0 : rows[0].size();
    require_size(size, size);
    auto all = empty_matrix(size, size);
    if (!all) return std::nullopt;
    for (std::size_t i = 0; i < size; ++i) at(*all, size, i, i) = rows[0][i];
    return array(*all, {size, size});
  }

  // The lower half.
  Value symmetric(const std::vector<std::vector<double>>& rows) const {
    const std::size_t size = rows.size();
    require_size(size, size);
    for (std::size_t i = 0; i < size; ++i)
      if (rows[i].size() != i + 1)
        fail(ErrorKind::malformed, "the row ", i + 1, " of a symmetric matrix has ", rows[i].size(), " numbers");
    require_room(std::uint64_t{size} * size);
    std::vector<double> all(size * size);
    for (std::size_t row = 0; row < size; ++row) {
      for (std::size_t column = 0; column <= row; ++column)
        at(all, size, row, column) = at(all, size, column, row) = rows[row][column];
    }
    return array(all, {size, size});
  }

  Value node_;
  ArrayBudget& budget_;
  Document& document_;
};

}  // namespace

bool is_part_of_array(Value node, Value parent) {
  if (!parent.is(ValueKind::dict)) return false;
  if (tag_of(parent) == "Matrix") return tag_of(node) == "Array";
  // What a sparse array is too large for stays in its parts.
  return sparse_content_in(parent) != ArrayContent::none && count_attribute(parent, "n").value_or(0) <= most_unwritten;
}

std::optional<Value> array_of(Value node, ArrayBudget& budget, Document& document) {
  return ArrayReader(node, budget, document).read();
}

}  // namespace larder::internal
