// What an object holds for those who look into it: attributes, the elements of an array of Python objects, the one
// number of a numpy scalar.
#pragma once

#include <optional>

#include <larder/document.h>

namespace larder::internal {

// Where Python would find the attributes: its two usual states are a dict, and a pair of that (or None) and a dict of
// slots. Each is a dict or None.
struct Attributes {
  Value dict;
  Value slots;
};
Attributes attributes_of(Value object);

// The entries of a dict, or of a collections.OrderedDict that holds nothing else but torch's `_metadata`: a dict, None
// for an OrderedDict without any. Nothing for other values.
std::optional<Value> entries_of(Value value);

// The class of an object, or the function that Python would call for it: a global, or None where nothing is named.
Value class_of_object(Value object);

// A numpy array of Python objects: it has no bytes, and stays an object in a Document.
struct ObjectArray {
  Shape shape;
  Value elements;  // a list, in C order whatever the array's own
};
// Nothing for any other value.
std::optional<ObjectArray> object_array(Value value);

// The array without axes that a numpy scalar is made of, such as that of numpy.float64(1.5); nothing for any other
// value.
std::optional<Value> numpy_scalar(Value value);

// The class of the array that an object makes or stands for in a file (numpy's call, joblib's wrappers); None where
// that tells none.
Value class_in_stand_in(Value stand_in);

}  // namespace larder::internal
