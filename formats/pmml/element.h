// What an element of PMML is, as values have it: pmml/tree.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/document.h>

namespace larder::internal {

// The name of an element without the prefix of its namespace.
std::string_view local_name(std::string_view tag) noexcept;
std::string_view tag_of(Value node);  // likewise

std::optional<std::string_view> attribute_of(Value node, std::string_view name);

// What an element holds.
enum class ArrayContent : std::uint8_t { none, integers, reals, texts };
// As its text.
ArrayContent content_in(Value node);
// As a sparse array.
ArrayContent sparse_content_in(Value node);

// The text of an element that has no elements in it; nothing where it has some.
std::optional<std::string> text_in(Value node);
std::vector<Value> elements_in(Value node);

}  // namespace larder::internal
