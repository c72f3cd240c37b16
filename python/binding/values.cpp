#include "python/binding/values.h"

#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "document/attributes.h"
#include "formats/pickle/dtype_object.h"
#include "python/binding/arrays.h"

namespace py = pybind11;

namespace larder::python {

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
  py::object made;        // empty where it can only be made of all its parts
  std::size_t next = 0;   // part
  std::size_t count = 0;  // parts
  py::list collected;     // of what is made at the end
  py::object key;         // of a dict's entry whose value comes next
  Value source;           // whose members are the parts: the elements of an array of objects; else the value itself
};

class Converter {
 public:
  py::object convert(Value root) {
    begin(root);
    while (!frames_.empty()) {
      if (++steps_ % parts_between_checks == 0 && PyErr_CheckSignals() != 0) throw py::error_already_set();
      Frame& frame = frames_.back();
      if (frame.next == frame.count) {
        finish();
      } else {
        begin(part(frame, frame.next));
      }
    }
    return std::move(result_);
  }

 private:
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
      const bool is_text = value.is(ValueKind::str) || value.is(ValueKind::bytes);
      if (identity != nullptr && !(is_text && value.size() < smallest_shared_text)) made_[identity] = whole;
      return deliver(std::move(whole));
    }
    Frame frame = framed(value);
    if (identity != nullptr) made_[identity] = frame.made;
    frames_.push_back(std::move(frame));
  }

  // What has no parts; null for other values.
  py::object atom(Value value) {
    switch (value.kind()) {
      case ValueKind::none:
        return py::none();
      case ValueKind::boolean:
        return py::bool_(value.as_bool());
      case ValueKind::integer:
        return integer(value);
      case ValueKind::floating:
        return stolen(PyFloat_FromDouble(value.as_float()));
      case ValueKind::complex:
        return stolen(PyComplex_FromDoubles(value.as_complex().real(), value.as_complex().imag()));
      case ValueKind::str: {
        const std::string_view text = value.as_str();
        return stolen(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogatepass"));
      }
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

  static py::object integer(Value value) {
    if (value.fits_int64()) return stolen(PyLong_FromLongLong(value.as_int()));
    const std::string bytes = value.int_bytes();
    const py::object made = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyLong_Type))
                                .attr("from_bytes")(py::bytes(bytes), "little", py::arg("signed") = true);
    return made;
  }

  static py::str text(std::string_view utf8) {
    return py::reinterpret_steal<py::str>(
        stolen(PyUnicode_DecodeUTF8(utf8.data(), static_cast<Py_ssize_t>(utf8.size()), "surrogatepass")).release());
  }

  Frame framed(Value value) {
    Frame frame;
    frame.value = frame.source = value;
    switch (value.kind()) {
      case ValueKind::list:
        frame.count = value.size();
        frame.made = py::list(frame.count);
        for (std::size_t i = 0; i < frame.count; ++i)
          PyList_SET_ITEM(frame.made.ptr(), static_cast<Py_ssize_t>(i), py::none().release().ptr());
        break;
      case ValueKind::tuple:
        frame.count = value.size();
        frame.made = py::tuple(frame.count);
        // Complete at any time, for whom it reaches before it is: a key of a dict inside it.
        for (std::size_t i = 0; i < frame.count; ++i)
          PyTuple_SET_ITEM(frame.made.ptr(), static_cast<Py_ssize_t>(i), py::none().release().ptr());
        break;
      case ValueKind::dict:
        frame.count = 2 * value.size();
        frame.made = py::dict();
        break;
      case ValueKind::set:
        frame.count = value.size();
        frame.made = py::set();
        break;
      case ValueKind::frozenset:
        frame.count = value.size();
        break;
      default:
        frame_object(frame);
    }
    return frame;
  }

  void frame_object(Frame& frame) {
    if (const auto array = internal::object_array(frame.value)) {
      std::vector<py::ssize_t> shape(array->shape.begin(), array->shape.end());
      frame.made = py::array(py::dtype("O"), shape);
      frame.source = array->elements;
      frame.count = array->elements.size();
      return;
    }
    const Value callable = frame.value.callable();
    const bool is_ordered = frame.value.form() == ObjectForm::reduce && callable.is(ValueKind::global) &&
                            callable.module_name() == "collections" && callable.qualified_name() == "OrderedDict" &&
                            frame.value.arguments().empty() && frame.value.changes().size() <= 1 &&
                            frame.value.state().is_none() && frame.value.items().is_none();
    if (is_ordered) {
      const Value entries = frame.value.entries();
      frame.made = ordered_dict_();
      if (!entries.is_none()) frame.source = entries;
      frame.count = entries.is_none() ? 0 : 2 * entries.size();
      return;
    }
    frame.made = object_.attr("__new__")(object_);
    frame.count = 3 + frame.value.changes().size();
  }

  static Value part(const Frame& frame, std::size_t number) {
    if (frame.source.is(ValueKind::dict))
      return number % 2 == 0 ? frame.source.key(number / 2) : frame.source.value(number / 2);
    if (!frame.source.is(ValueKind::object)) return frame.source[number];
    switch (number) {
      case 0:
        return frame.value.callable();
      case 1:
        return frame.value.arguments();
      case 2:
        return frame.value.keywords();
      default:
        return frame.value.changes()[number - 3].value;
    }
  }

  // Gives the object to the frame that waits for it.
  void deliver(py::object object) {
    if (frames_.empty()) {
      result_ = std::move(object);
      return;
    }
    Frame& frame = frames_.back();
    const auto number = static_cast<Py_ssize_t>(frame.next++);
    if (frame.value.is(ValueKind::list)) {
      require(PyList_SetItem(frame.made.ptr(), number, object.release().ptr()));
    } else if (frame.value.is(ValueKind::tuple)) {
      PyObject* const placeholder = PyTuple_GET_ITEM(frame.made.ptr(), number);
      PyTuple_SET_ITEM(frame.made.ptr(), number, object.release().ptr());
      Py_DECREF(placeholder);
    } else if (frame.source.is(ValueKind::dict)) {
      if (number % 2 == 0)
        frame.key = std::move(object);
      else if (frame.value.is(ValueKind::dict))
        require(PyDict_SetItem(frame.made.ptr(), frame.key.ptr(), object.ptr()));
      else
        require(PyObject_SetItem(frame.made.ptr(), frame.key.ptr(), object.ptr()));
    } else if (frame.value.is(ValueKind::set)) {
      require(PySet_Add(frame.made.ptr(), object.ptr()));
    } else {
      frame.collected.append(std::move(object));
    }
  }

  void finish() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.value.is(ValueKind::frozenset)) {
      frame.made = stolen(PyFrozenSet_New(frame.collected.ptr()));
      made_[frame.value.identity()] = frame.made;
    } else if (frame.value.is(ValueKind::object) && frame.source.is(ValueKind::list)) {
      fill_array(frame);
    } else if (frame.value.is(ValueKind::object) && frame.source.is(ValueKind::object) && frame.count >= 3) {
      fill_object(frame);
    }
    deliver(std::move(frame.made));
  }

  static void fill_array(const Frame& frame) {
    auto** const elements = static_cast<PyObject**>(py::array(frame.made).mutable_data());
    for (std::size_t i = 0; i < frame.count; ++i) {
      PyObject* const old = elements[i];
      elements[i] = PyList_GET_ITEM(frame.collected.ptr(), static_cast<Py_ssize_t>(i));
      Py_INCREF(elements[i]);
      Py_XDECREF(old);
    }
  }

  void fill_object(const Frame& frame) const {
    py::list changes;
    for (std::size_t i = 3; i < frame.count; ++i)
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
