// One value in one line.
#pragma once

#include <string>

#include <larder/document.h>

namespace larder::tools {

// What the value is, in Python's words and without its members: "True", "'text'", "list, 3 items", "float64 (2, 3), 48
// B", "sklearn.svm._classes.SVC". Lists and tuples of a few scalars are shown whole: "(1, 2)". Safe to print: at most
// some hundred characters, nothing that would steer a terminal.
std::string describe(Value value);

// The class of an object, or the function that Python would call for it, as "module.name"; empty where the object names
// none.
std::string class_of(Value object);

// Whether this is one number of numpy's, such as numpy.float64(1.5): a call that is kept as data, as every other.
bool is_numpy_scalar(Value value);

// "(2, 3)", as Python writes a tuple.
std::string shape_text(const Shape& shape);

}  // namespace larder::tools
