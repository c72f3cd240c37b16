#include "formats/pickle/names.h"

#include <algorithm>
#include <array>
#include <span>

namespace larder::internal {

namespace {

// Which way a row is used.
enum class Way { both, to_python3, to_python2 };

struct ModuleRow {
  std::string_view python2;
  std::string_view python3;
  Way way = Way::both;
};

struct NameRow {
  GlobalName python2;
  GlobalName python3;
  Way way = Way::both;
};

// Source: the renames of Python 3.0 (PEP 3108) and of later versions, as CPython applies them when it loads and writes
// protocols 0 to 2.

constexpr auto module_rows = std::to_array<ModuleRow>({
    {"BaseHTTPServer", "http.server"},
    {"ConfigParser", "configparser"},
    {"Cookie", "http.cookies"},
    {"Dialog", "tkinter.dialog"},
    {"HTMLParser", "html.parser"},
    {"Queue", "queue"},
    {"ScrolledText", "tkinter.scrolledtext"},
    {"SimpleXMLRPCServer", "xmlrpc.server"},
    {"SocketServer", "socketserver"},
    {"Tix", "tkinter.tix"},
    {"Tkconstants", "tkinter.constants"},
    {"Tkdnd", "tkinter.dnd"},
    {"Tkinter", "tkinter"},
    {"__builtin__", "builtins"},
    {"_abcoll", "collections.abc"},
    {"_winreg", "winreg"},
    {"anydbm", "dbm"},
    {"commands", "subprocess"},
    {"cookielib", "http.cookiejar"},
    {"copy_reg", "copyreg"},
    {"dbhash", "dbm.bsd"},
    {"dbm", "dbm.ndbm"},
    {"dumbdbm", "dbm.dumb"},
    {"dummy_thread", "_dummy_thread"},
    {"gdbm", "dbm.gnu"},
    {"htmlentitydefs", "html.entities"},
    {"httplib", "http.client"},
    {"markupbase", "_markupbase"},
    {"repr", "reprlib"},
    {"robotparser", "urllib.robotparser"},
    {"test.test_support", "test.support"},
    {"thread", "_thread"},
    {"tkColorChooser", "tkinter.colorchooser"},
    {"tkCommonDialog", "tkinter.commondialog"},
    {"tkFileDialog", "tkinter.filedialog"},
    {"tkFont", "tkinter.font"},
    {"tkMessageBox", "tkinter.messagebox"},
    {"tkSimpleDialog", "tkinter.simpledialog"},
    {"ttk", "tkinter.ttk"},
    {"urllib2", "urllib.request"},
    {"urlparse", "urllib.parse"},
    {"xmlrpclib", "xmlrpc.client"},
    {"CGIHTTPServer", "http.server", Way::to_python3},
    {"DocXMLRPCServer", "xmlrpc.server", Way::to_python3},
    {"FileDialog", "tkinter.filedialog", Way::to_python3},
    {"SimpleDialog", "tkinter.simpledialog", Way::to_python3},
    {"SimpleHTTPServer", "http.server", Way::to_python3},
    {"StringIO", "io", Way::to_python3},
    {"UserDict", "collections", Way::to_python3},
    {"UserList", "collections", Way::to_python3},
    {"UserString", "collections", Way::to_python3},
    {"_elementtree", "xml.etree.ElementTree", Way::to_python3},
    {"cPickle", "pickle", Way::to_python3},
    {"cStringIO", "io", Way::to_python3},
    {"whichdb", "dbm", Way::to_python3},
    {"bz2", "_bz2", Way::to_python2},
    {"dbm", "_dbm", Way::to_python2},
    {"functools", "_functools", Way::to_python2},
    {"gdbm", "_gdbm", Way::to_python2},
    {"pickle", "_pickle", Way::to_python2},
});

constexpr auto name_rows = std::to_array<NameRow>({
    {{"UserDict", "IterableUserDict"}, {"collections", "UserDict"}},
    {{"UserList", "UserList"}, {"collections", "UserList"}},
    {{"UserString", "UserString"}, {"collections", "UserString"}},
    {{"__builtin__", "intern"}, {"sys", "intern"}},
    {{"__builtin__", "long"}, {"builtins", "int"}},
    {{"__builtin__", "reduce"}, {"functools", "reduce"}},
    {{"__builtin__", "unichr"}, {"builtins", "chr"}},
    {{"__builtin__", "unicode"}, {"builtins", "str"}},
    {{"__builtin__", "xrange"}, {"builtins", "range"}},
    {{"_multiprocessing", "Connection"}, {"multiprocessing.connection", "Connection"}},
    {{"_socket", "fromfd"}, {"socket", "fromfd"}},
    {{"itertools", "ifilter"}, {"builtins", "filter"}},
    {{"itertools", "ifilterfalse"}, {"itertools", "filterfalse"}},
    {{"itertools", "imap"}, {"builtins", "map"}},
    {{"itertools", "izip"}, {"builtins", "zip"}},
    {{"itertools", "izip_longest"}, {"itertools", "zip_longest"}},
    {{"multiprocessing", "AuthenticationError"}, {"multiprocessing.context", "AuthenticationError"}},
    {{"multiprocessing", "BufferTooShort"}, {"multiprocessing.context", "BufferTooShort"}},
    {{"multiprocessing", "ProcessError"}, {"multiprocessing.context", "ProcessError"}},
    {{"multiprocessing", "TimeoutError"}, {"multiprocessing.context", "TimeoutError"}},
    {{"multiprocessing.forking", "Popen"}, {"multiprocessing.popen_fork", "Popen"}},
    {{"multiprocessing.process", "Process"}, {"multiprocessing.context", "Process"}},
    {{"urllib", "ContentTooShortError"}, {"urllib.error", "ContentTooShortError"}},
    {{"urllib", "getproxies"}, {"urllib.request", "getproxies"}},
    {{"urllib", "pathname2url"}, {"urllib.request", "pathname2url"}},
    {{"urllib", "quote"}, {"urllib.parse", "quote"}},
    {{"urllib", "quote_plus"}, {"urllib.parse", "quote_plus"}},
    {{"urllib", "unquote"}, {"urllib.parse", "unquote"}},
    {{"urllib", "unquote_plus"}, {"urllib.parse", "unquote_plus"}},
    {{"urllib", "url2pathname"}, {"urllib.request", "url2pathname"}},
    {{"urllib", "urlcleanup"}, {"urllib.request", "urlcleanup"}},
    {{"urllib", "urlencode"}, {"urllib.parse", "urlencode"}},
    {{"urllib", "urlopen"}, {"urllib.request", "urlopen"}},
    {{"urllib", "urlretrieve"}, {"urllib.request", "urlretrieve"}},
    {{"urllib2", "HTTPError"}, {"urllib.error", "HTTPError"}},
    {{"urllib2", "URLError"}, {"urllib.error", "URLError"}},
    {{"whichdb", "whichdb"}, {"dbm", "whichdb"}},
    {{"UserDict", "UserDict"}, {"collections", "UserDict"}, Way::to_python3},
    {{"__builtin__", "basestring"}, {"builtins", "str"}, Way::to_python3},
    {{"socket", "_socketobject"}, {"socket", "SocketType"}, Way::to_python3},
    {{"__builtin__", "reduce"}, {"_functools", "reduce"}, Way::to_python2},
    {{"socket", "_socketobject"}, {"_socket", "socket"}, Way::to_python2},
    {{"exceptions", "ImportError"}, {"builtins", "ModuleNotFoundError"}, Way::to_python2},
    {{"CGIHTTPServer", "CGIHTTPRequestHandler"}, {"http.server", "CGIHTTPRequestHandler"}, Way::to_python2},
    {{"SimpleHTTPServer", "SimpleHTTPRequestHandler"}, {"http.server", "SimpleHTTPRequestHandler"}, Way::to_python2},
    {{"FileDialog", "FileDialog"}, {"tkinter.filedialog", "FileDialog"}, Way::to_python2},
    {{"FileDialog", "LoadFileDialog"}, {"tkinter.filedialog", "LoadFileDialog"}, Way::to_python2},
    {{"FileDialog", "SaveFileDialog"}, {"tkinter.filedialog", "SaveFileDialog"}, Way::to_python2},
    {{"SimpleDialog", "SimpleDialog"}, {"tkinter.simpledialog", "SimpleDialog"}, Way::to_python2},
    {{"DocXMLRPCServer", "DocCGIXMLRPCRequestHandler"},
     {"xmlrpc.server", "DocCGIXMLRPCRequestHandler"},
     Way::to_python2},
    {{"DocXMLRPCServer", "DocXMLRPCRequestHandler"}, {"xmlrpc.server", "DocXMLRPCRequestHandler"}, Way::to_python2},
    {{"DocXMLRPCServer", "DocXMLRPCServer"}, {"xmlrpc.server", "DocXMLRPCServer"}, Way::to_python2},
    {{"DocXMLRPCServer", "ServerHTMLDoc"}, {"xmlrpc.server", "ServerHTMLDoc"}, Way::to_python2},
    {{"DocXMLRPCServer", "XMLRPCDocGenerator"}, {"xmlrpc.server", "XMLRPCDocGenerator"}, Way::to_python2},
});

// Python 2 kept these in the module "exceptions", Python 3 keeps them in "builtins", under the same names.
constexpr auto exceptions = std::to_array<std::string_view>({"ArithmeticError",
                                                             "AssertionError",
                                                             "AttributeError",
                                                             "BaseException",
                                                             "BufferError",
                                                             "BytesWarning",
                                                             "DeprecationWarning",
                                                             "EOFError",
                                                             "EnvironmentError",
                                                             "Exception",
                                                             "FloatingPointError",
                                                             "FutureWarning",
                                                             "GeneratorExit",
                                                             "IOError",
                                                             "ImportError",
                                                             "ImportWarning",
                                                             "IndentationError",
                                                             "IndexError",
                                                             "KeyError",
                                                             "KeyboardInterrupt",
                                                             "LookupError",
                                                             "MemoryError",
                                                             "NameError",
                                                             "NotImplementedError",
                                                             "OSError",
                                                             "OverflowError",
                                                             "PendingDeprecationWarning",
                                                             "ReferenceError",
                                                             "RuntimeError",
                                                             "RuntimeWarning",
                                                             "StandardError",
                                                             "StopIteration",
                                                             "SyntaxError",
                                                             "SyntaxWarning",
                                                             "SystemError",
                                                             "SystemExit",
                                                             "TabError",
                                                             "TypeError",
                                                             "UnboundLocalError",
                                                             "UnicodeDecodeError",
                                                             "UnicodeEncodeError",
                                                             "UnicodeError",
                                                             "UnicodeTranslateError",
                                                             "UnicodeWarning",
                                                             "UserWarning",
                                                             "ValueError",
                                                             "Warning",
                                                             "ZeroDivisionError"});

// Python 2 has no such exceptions: they are written as their base.
constexpr auto os_errors = std::to_array<std::string_view>(
    {"BrokenPipeError", "ChildProcessError", "ConnectionAbortedError", "ConnectionError", "ConnectionRefusedError",
     "ConnectionResetError", "FileExistsError", "FileNotFoundError", "InterruptedError", "IsADirectoryError",
     "NotADirectoryError", "PermissionError", "ProcessLookupError", "TimeoutError"});

bool same(const GlobalName& a, std::string_view module_name, std::string_view qualified_name) {
  return a.module_name == module_name && a.qualified_name == qualified_name;
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

GlobalName python3_name(std::string_view module_name, std::string_view qualified_name) noexcept {
  if (module_name == "exceptions" && contains(exceptions, qualified_name)) return {"builtins", qualified_name};
  for (const NameRow& row : name_rows) {
    if (row.way != Way::to_python2 && same(row.python2, module_name, qualified_name)) return row.python3;
  }
  for (const ModuleRow& row : module_rows) {
    if (row.way != Way::to_python2 && row.python2 == module_name) return {row.python3, qualified_name};
  }
  return {module_name, qualified_name};
}

GlobalName python2_name(std::string_view module_name, std::string_view qualified_name) noexcept {
  if (module_name == "builtins" && contains(exceptions, qualified_name)) return {"exceptions", qualified_name};
  if (module_name == "builtins" && contains(os_errors, qualified_name)) return {"exceptions", "OSError"};
  for (const NameRow& row : name_rows) {
    if (row.way != Way::to_python3 && same(row.python3, module_name, qualified_name)) return row.python2;
  }
  for (const ModuleRow& row : module_rows) {
    if (row.way != Way::to_python3 && row.python3 == module_name) return {row.python2, qualified_name};
  }
  return {module_name, qualified_name};
}

}  // namespace larder::internal
