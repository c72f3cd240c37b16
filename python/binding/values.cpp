#include "python/binding/values.h"

#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "document/attributes.h"
#include "document/records.h"
#include "formats/pickle/dtype_object.h"
#include "python/binding/arrays.h"

namespace py = pybind11;

namespace larder::python {

using internal::Access;

namespace {

// Texts up to this size may be made again at each place: that is what a reference costs.
constexpr std::size_t smallest_shared_text = 64;
constexpr std::size_t parts_between_checks = 1 << 16;

py::object stolen(PyObject* made) {
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(made);
}

void require(int status) {
  if (status < 0) throw py::error_already_set();
}

// The parts of the value whose Python object the frame makes.
struct Frame {
  Value value;
  py::object made;               // empty where it can only be made of all its parts
  std::span<const Value> parts;  // keys and values in turn of a dict
  std::vector<Value> own_parts;  // of an object: what `parts` shows
  std::size_t next = 0;          // part
  py::list collected;            // of what is made at the end
  py::object key;                // of a dict's entry whose value comes next
  enum class Makes : std::uint8_t { list, tuple, dict, mapping, set, frozenset, object_array, object } makes{};
};

// A new reference to what is made again at each place, as that costs no more than a reference does; null for others.
PyObject* small(Value value) {
  switch (value.kind()) {
    case ValueKind::none:
      return py::none().release().ptr();
    case ValueKind::boolean:
      return PyBool_FromLong(value.as_bool() ? 1 : 0);
    case ValueKind::integer:
      return value.fits_int64() ? stolen(PyLong_FromLongLong(value.as_int())).release().ptr() : nullptr;
    case ValueKind::floating:
      return stolen(PyFloat_FromDouble(value.as_float())).release().ptr();
    case ValueKind::str: {
      const Bytes text = Access::content(value);
      if (text.size() >= smallest_shared_text) return nullptr;
      return stolen(PyUnicode_DecodeUTF8(as_text(text).data(), static_cast<Py_ssize_t>(text.size()), "surrogatepass"))
          .release()
          .ptr();
    }
    default:
      return nullptr;
  }
}

class Converter {
 public:
  py::object convert(Value root) {
    begin(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.next == frame.parts.size())
        finish();
      else
        go_on(frame);
    }
    return std::move(result_);
  }

 private:
  // Delivers small parts, up to the first that is not.
  void go_on(Frame& frame) {
    while (frame.next < frame.parts.size()) {
      if (++steps_ % parts_between_checks == 0 && PyErr_CheckSignals() != 0) throw py::error_already_set();
      const Value part = frame.parts[frame.next];
      PyObject* const made = small(part);
      if (made == nullptr) return begin(part);
      place(frame, py::reinterpret_steal<py::object>(made));
    }
  }

  // Delivers the value's object where that is there or has no parts; else opens a frame.
  void begin(Value value) {
    const void* const identity = value.identity();
    if (identity != nullptr) {
      const auto found = made_.find(identity);
      if (found != made_.end()) {
        if (!found->second) internal::fail(ErrorKind::unsupported, "a frozenset holds itself");
        return deliver(found->second);
      }
    }
    if (py::object whole = atom(value)) {
      if (identity != nullptr) made_[identity] = whole;
      return deliver(std::move(whole));
    }
    Frame frame = framed(value);
    if (identity != nullptr) made_[identity] = frame.made;
    frames_.push_back(std::move(frame));
  }

  // What has no parts; null for other values.
  py::object atom(Value value) {
    if (PyObject* const made = small(value)) return py::reinterpret_steal<py::object>(made);
    switch (value.kind()) {
      case ValueKind::integer:
        return long_integer(value);
      case ValueKind::complex:
        return stolen(PyComplex_FromDoubles(value.as_complex().real(), value.as_complex().imag()));
      case ValueKind::str:
        return text(value.as_str());
      case ValueKind::bytes:
        return stolen(
            PyBytes_FromStringAndSize(as_text(value.as_bytes()).data(), static_cast<Py_ssize_t>(value.size())));
      case ValueKind::bytearray:
        return stolen(
            PyByteArray_FromStringAndSize(as_text(value.as_bytes()).data(), static_cast<Py_ssize_t>(value.size())));
      case ValueKind::array:
        return to_numpy(value.as_array());
      case ValueKind::global:
        return global_(text(value.module_name()), text(value.qualified_name()));
      case ValueKind::object:
        if (const auto scalar = internal::numpy_scalar(value)) return to_numpy(scalar->as_array())[py::tuple()];
        if (internal::DTypeReader::describes(value)) return to_numpy(dtypes_.read(value));
        return {};
      default:
        return {};
    }
  }

  static py::object long_integer(Value value) {
    const std::string bytes = value.int_bytes();
    return py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyLong_Type))
        .attr("from_bytes")(py::bytes(bytes), "little", py::arg("signed") = true);
  }

  static py::str text(std::string_view utf8) {
    return py::reinterpret_steal<py::str>(
        stolen(PyUnicode_DecodeUTF8(utf8.data(), static_cast<Py_ssize_t>(utf8.size()), "surrogatepass")).release());
  }

  Frame framed(Value value) {
    using Makes = Frame::Makes;
    Frame frame;
    frame.value = value;
    if (!value.is(ValueKind::object)) frame.parts = Access::members(value);
    switch (value.kind()) {
      case ValueKind::list:
        frame.makes = Makes::list;
        frame.made = py::list(frame.parts.size());
        for (std::size_t i = 0; i < frame.parts.size(); ++i)
          PyList_SET_ITEM(frame.made.ptr(), static_cast<Py_ssize_t>(i), py::none().release().ptr());
        break;
      case ValueKind::tuple:
        frame.makes = Makes::tuple;
        frame.made = py::tuple(frame.parts.size());
        // Complete at any time, for whom it reaches before it is: a key of a dict inside it.
        for (std::size_t i = 0; i < frame.parts.size(); ++i)
          PyTuple_SET_ITEM(frame.made.ptr(), static_cast<Py_ssize_t>(i), py::none().release().ptr());
        break;
      case ValueKind::dict:
        frame.makes = Makes::dict;
        frame.made = py::dict();
        break;
      case ValueKind::set:
        frame.makes = Makes::set;
        frame.made = py::set();
        break;
      case ValueKind::frozenset:
        frame.makes = Makes::frozenset;
        break;
      default:
        frame_object(frame);
    }
    return frame;
  }

  void frame_object(Frame& frame) {
    using Makes = Frame::Makes;
    const Value value = frame.value;
    if (const auto array = internal::object_array(value)) {
      frame.makes = Makes::object_array;
      frame.made = empty_object_array(array->shape);
      frame.parts = Access::members(array->elements);
    } else if (is_ordered_dict(value)) {
      frame.makes = Makes::mapping;
      frame.made = ordered_dict_();
      if (!value.entries().is_none()) frame.parts = Access::members(value.entries());
    } else {
      frame.makes = Makes::object;
      frame.made = object_.attr("__new__")(object_);
      frame.own_parts = {value.callable(), value.arguments(), value.keywords()};
      for (const Change& change : value.changes()) frame.own_parts.push_back(change.value);
      frame.parts = frame.own_parts;
    }
  }

  static bool is_ordered_dict(Value value) {
    const Value callable = value.callable();
    return value.form() == ObjectForm::reduce && callable.is(ValueKind::global) &&
           callable.module_name() == "collections" && callable.qualified_name() == "OrderedDict" &&
           value.arguments().is(ValueKind::tuple) && value.arguments().empty() &&
           std::ranges::all_of(value.changes(),
                               [](const Change& change) { return change.kind == ChangeKind::insert; }) &&
           value.changes().size() <= 1;
  }

  void deliver(py::object object) {
    if (frames_.empty())
      result_ = std::move(object);
    else
      place(frames_.back(), std::move(object));
  }

  // Gives the object to the frame that waits for it.
  static void place(Frame& frame, py::object object) {
    const auto number = static_cast<Py_ssize_t>(frame.next++);
    switch (frame.makes) {
      case Frame::Makes::list:
        return require(PyList_SetItem(frame.made.ptr(), number, object.release().ptr()));
      case Frame::Makes::tuple: {
        PyObject* const placeholder = PyTuple_GET_ITEM(frame.made.ptr(), number);
        PyTuple_SET_ITEM(frame.made.ptr(), number, object.release().ptr());
        return Py_DECREF(placeholder);
      }
      case Frame::Makes::dict:
      case Frame::Makes::mapping:
        if (number % 2 == 0) {
          frame.key = std::move(object);
          return;
        }
        return require(frame.makes == Frame::Makes::dict
                           ? PyDict_SetItem(frame.made.ptr(), frame.key.ptr(), object.ptr())
                           : PyObject_SetItem(frame.made.ptr(), frame.key.ptr(), object.ptr()));
      case Frame::Makes::set:
        return require(PySet_Add(frame.made.ptr(), object.ptr()));
      case Frame::Makes::frozenset:
      case Frame::Makes::object_array:
      case Frame::Makes::object:
        return frame.collected.append(std::move(object));
    }
  }

  void finish() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.makes == Frame::Makes::frozenset) {
      frame.made = stolen(PyFrozenSet_New(frame.collected.ptr()));
      made_[frame.value.identity()] = frame.made;
    } else if (frame.makes == Frame::Makes::object_array) {
      fill_object_array(frame.made, frame.collected);
    } else if (frame.makes == Frame::Makes::object) {
      fill_object(frame);
    }
    deliver(std::move(frame.made));
  }

  static void fill_object(const Frame& frame) {
    py::list changes;
    for (std::size_t i = 3; i < frame.parts.size(); ++i)
      changes.append(py::make_tuple(name_of(frame.value.changes()[i - 3].kind), frame.collected[i]));
    frame.made.attr("_fill")(name_of(frame.value.form()), frame.collected[0], frame.collected[1], frame.collected[2],
                             changes);
  }

  static const char* name_of(ChangeKind kind) {
    switch (kind) {
      case ChangeKind::append:
        return "append";
      case ChangeKind::insert:
        return "insert";
      case ChangeKind::add:
        return "add";
      case ChangeKind::state:
        return "state";
      case ChangeKind::call:
        break;
    }
    return "call";
  }

  static const char* name_of(ObjectForm form) {
    switch (form) {
      case ObjectForm::reduce:
        return "reduce";
      case ObjectForm::newobj:
        return "newobj";
      case ObjectForm::newobj_ex:
        return "newobj_ex";
      case ObjectForm::instance:
        return "instance";
      case ObjectForm::persistent_id:
        return "persistent_id";
      case ObjectForm::extension:
        break;
    }
    return "extension";
  }

  py::module_ opaque_ = py::module_::import("larder.opaque");
  py::object global_ = opaque_.attr("Global");
  py::object object_ = opaque_.attr("Object");
  py::object ordered_dict_ = py::module_::import("collections").attr("OrderedDict");
  internal::DTypeReader dtypes_;
  std::unordered_map<const void*, py::object> made_;  // by identity; empty while it cannot be made yet
  std::vector<Frame> frames_;
  py::object result_;
  std::size_t steps_ = 0;
};

}  // namespace

py::object to_python(const Document& document) { return Converter().convert(document.root()); }

}  // namespace larder::python
