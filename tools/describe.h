// One value in one line.
#pragma once

#include <string>

#include <larder/document.h>

namespace larder::tools {

// What the value is, in Python's words and without its members: "True", "'text'", "list, 3 items", "float64 (2, 3), 48
// B", "numpy.float64(1.5)", "sklearn.svm._classes.SVC". Lists and tuples of a few scalars are shown whole: "(1, 2)".
// Safe to print: at most some hundred characters, nothing that would steer a terminal.
std::string describe(Value value);

// The class of an object, or the function that Python would call for it, or the class of an array where the file tells
// it, as "module.name"; empty where nothing is named.
std::string class_of(Value value);

// "(2, 3)", as Python writes a tuple.
std::string shape_text(const Shape& shape);

}  // namespace larder::tools
