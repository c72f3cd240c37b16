#include "persist/known_names.h"

#include <algorithm>
#include <array>

namespace larder::internal {

namespace {

constexpr Verdict data = Verdict::data_only;
constexpr Verdict library = Verdict::known_libraries;

// Names of one module that are used alike.
struct Row {
  std::string_view module_name;
  std::string_view names;  // separated by spaces
  Verdict verdict;
  Use use;
};

constexpr std::string_view dtypes_of_numpy =
    "bool bool_ bytes_ clongdouble complex128 complex256 complex64 datetime64 float128 float16 float32 float64 int16 "
    "int32 int64 int8 longdouble object_ record str_ timedelta64 uint16 uint32 uint64 uint8 void";
constexpr std::string_view functions_of_numpy =
    "abs absolute add all any arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin around average "
    "bincount cbrt ceil clip cos cosh count_nonzero cumsum "
    "diff divide dot exp exp2 expm1 fabs floor hypot isfinite isnan log log10 log1p log2 logical_and logical_not "
    "logical_or max maximum mean median min minimum mod multiply nanmax nanmean nanmedian nanmin nanstd nansum nanvar "
    "negative percentile power prod quantile reciprocal remainder rint round sign sin sinh sqrt square std subtract "
    "sum tan tanh true_divide unique var";
constexpr std::string_view storages_of_torch =
    "BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage DoubleStorage "
    "FloatStorage HalfStorage IntStorage LongStorage QInt32Storage QInt8Storage QUInt2x4Storage QUInt4x2Storage "
    "QUInt8Storage ShortStorage UntypedStorage _UntypedStorage";
constexpr std::string_view types_of_torch =
    "bfloat16 bool complex128 complex32 complex64 float16 float32 float64 float8_e4m3fn float8_e4m3fnuz float8_e5m2 "
    "float8_e5m2fnuz float8_e8m0fnu int16 int32 int64 int8 qint32 qint8 quint2x4 quint4x2 quint8 uint16 uint32 uint64 "
    "uint8 per_channel_affine per_channel_affine_float_qparams per_tensor_affine";
constexpr std::string_view joblib_wrappers = "NDArrayWrapper NumpyArrayWrapper ZNDArrayWrapper";

// Sorted by module, the standard library first.
constexpr Row listed[] = {
    {"_codecs", "encode", data, Use::latin1_text},
    {"array", "_array_reconstructor array", library, Use::called},
    {"builtins", "bytearray bytes complex frozenset object range set slice", data, Use::called},
    {"builtins", "Ellipsis NotImplemented", data, Use::named},
    {"builtins", "hash", library, Use::named},
    {"builtins", "bool dict float int list str tuple", data, Use::bound},
    {"builtins",
     "ArithmeticError AssertionError AttributeError Exception FileExistsError FileNotFoundError IndexError KeyError "
     "LookupError NotImplementedError OSError OverflowError PermissionError RuntimeError RuntimeWarning StopIteration "
     "TypeError UnicodeDecodeError UnicodeEncodeError UserWarning ValueError ZeroDivisionError",
     library, Use::called},
    {"builtins", "getattr", library, Use::attribute},
    {"builtins", "type", library, Use::singleton_type},
    {"collections", "OrderedDict", data, Use::called},
    {"collections", "ChainMap UserDict UserList", library, Use::bare},
    {"collections", "Counter UserString defaultdict deque", library, Use::called},
    {"copyreg", "_reconstructor", data, Use::reconstructor},
    {"copyreg", "__newobj__ __newobj_ex__", library, Use::new_object},
    {"datetime", "date datetime time timedelta timezone", library, Use::called},
    {"decimal", "Context Decimal", library, Use::called},
    {"decimal", "Clamped DivisionByZero FloatOperation Inexact InvalidOperation Overflow Rounded Subnormal Underflow",
     library, Use::named},
    {"fractions", "Fraction", library, Use::called},
    {"functools", "partial", library, Use::partial},
    {"ipaddress", "IPv4Address IPv4Interface IPv4Network IPv6Address IPv6Interface IPv6Network", library, Use::called},
    {"pathlib", "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath", library, Use::called},
    {"pathlib._local", "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath", library, Use::called},
    {"random", "Random", library, Use::called},
    {"re", "_compile", library, Use::called},
    {"re", "RegexFlag", library, Use::named},
    {"types", "SimpleNamespace", library, Use::called},
    {"uuid", "UUID", library, Use::bare},
    {"uuid", "SafeUUID", library, Use::called},

    {"joblib.numpy_pickle", joblib_wrappers, data, Use::wrapper},
    {"joblib.numpy_pickle_compat", joblib_wrappers, data, Use::wrapper},
    {"sklearn.externals.joblib.numpy_pickle", joblib_wrappers, data, Use::wrapper},

    // gensim.
    {"gensim.corpora.dictionary", "Dictionary", library, Use::bare},
    {"gensim.models.phrases", "npmi_scorer original_scorer", library, Use::bound},
    {"gensim.models.tfidfmodel", "df2idf smartirs_wglobal smartirs_wlocal", library, Use::bound},
    {"gensim.similarities.docsim", "MatrixSimilarity SparseMatrixSimilarity", library, Use::bare},
    {"gensim.utils", "call_on_class_only identity", library, Use::named},

    // Only these: the finalizers of other classes free pointers that their states hold.
    {"lightgbm.basic", "Booster", library, Use::bare},
    {"lightgbm.sklearn", "LGBMClassifier LGBMModel LGBMRanker LGBMRegressor", library, Use::bare},
    {"xgboost.core", "Booster", library, Use::bare},
    {"xgboost.sklearn", "XGBClassifier XGBModel XGBRFClassifier XGBRFRegressor XGBRanker XGBRegressor", library,
     Use::bare},

    {"numpy", dtypes_of_numpy, data, Use::named},
    {"numpy", "dtype", data, Use::called},
    {"numpy", "chararray matrix memmap ndarray recarray", data, Use::named},
    {"numpy", "poly1d", library, Use::bare},
    {"numpy", functions_of_numpy, library, Use::bound},
    {"numpy._core._multiarray_umath", functions_of_numpy, library, Use::bound},
    {"numpy._core.multiarray", "_reconstruct", data, Use::array_class},
    {"numpy._core.multiarray", "scalar", data, Use::called},
    {"numpy._core.numeric", "_frombuffer", data, Use::called},
    {"numpy.core._multiarray_umath", functions_of_numpy, library, Use::bound},
    {"numpy.core.memmap", "memmap", data, Use::named},
    {"numpy.core.multiarray", "_reconstruct", data, Use::array_class},
    {"numpy.core.multiarray", "scalar", data, Use::called},
    {"numpy.core.numeric", "_frombuffer", data, Use::called},
    {"numpy.core.records", "recarray record", library, Use::named},
    {"numpy.linalg", "det inv norm", library, Use::bound},
    {"numpy.dtypes", "StringDType", library, Use::called},
    {"numpy.ma", "MaskedArray", library, Use::bare},
    {"numpy.ma.core", "MaskedArray", library, Use::bare},
    {"numpy.ma.core", "MaskedConstant", library, Use::called},
    {"numpy.ma.core", "_mareconstruct", library, Use::own_class},
    {"numpy.ma.mrecords", "MaskedRecords", library, Use::bare},
    {"numpy.ma.mrecords", "_mrreconstruct", library, Use::own_class},
    {"numpy.matrixlib.defmatrix", "matrix", library, Use::named},
    {"numpy.random._mt19937", "MT19937", library, Use::bare},
    {"numpy.random._pcg64", "PCG64 PCG64DXSM", library, Use::bare},
    {"numpy.random._philox", "Philox", library, Use::bare},
    {"numpy.random._pickle", "__bit_generator_ctor __generator_ctor __randomstate_ctor", library, Use::bit_generator},
    {"numpy.random._sfc64", "SFC64", library, Use::bare},
    {"numpy.random.bit_generator", "SeedSequence", library, Use::bare},
    {"numpy.random.bit_generator", "__pyx_unpickle_SeedSequence", library, Use::own_class},

    {"pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked", library, Use::own_class},
    {"pandas._libs.internals", "_unpickle_block", library, Use::called},
    {"pandas._libs.internals", "BlockPlacement", library, Use::called},
    {"pandas._libs.interval", "Interval", library, Use::called},
    {"pandas._libs.interval", "__pyx_unpickle_IntervalMixin", library, Use::own_class},
    {"pandas._libs.missing", "NA", library, Use::named},
    {"pandas._libs.sparse", "BlockIndex IntIndex", library, Use::called},
    {"pandas._libs.tslibs.nattype", "__nat_unpickle _nat_unpickle", library, Use::called},
    {"pandas._libs.tslibs.period", "Period", library, Use::called},
    {"pandas._libs.tslibs.timedeltas", "Timedelta _timedelta_unpickle", library, Use::called},
    {"pandas._libs.tslibs.timestamps", "Timestamp _unpickle_timestamp", library, Use::called},
    {"pandas.core.dtypes.dtypes", "PeriodDtype", library, Use::called},
    {"pandas.core.indexes.base", "_new_Index", library, Use::own_class},
    {"pandas.core.indexes.datetimes", "_new_DatetimeIndex", library, Use::own_class},
    {"pandas.core.indexes.interval", "_new_IntervalIndex", library, Use::own_class},
    {"pandas.core.indexes.period", "_new_PeriodIndex", library, Use::own_class},
    {"pandas.core.internals.managers", "BlockManager SingleBlockManager", library, Use::called},
    {"pytz", "_UTC _p", library, Use::called},

    {"scipy.interpolate._interpolate", "interp1d", library, Use::bare},
    {"scipy.interpolate._interpolate", "interp1d._call_linear interp1d._call_linear_np interp1d._call_nearest", library,
     Use::named},
    {"scipy.sparse._arrays", "bsr_array coo_array csc_array csr_array dia_array dok_array lil_array", library,
     Use::bare},
    {"scipy.sparse._bsr", "bsr_array bsr_matrix", library, Use::bare},
    {"scipy.sparse._coo", "coo_array coo_matrix", library, Use::bare},
    {"scipy.sparse._csc", "csc_array csc_matrix", library, Use::bare},
    {"scipy.sparse._csr", "csr_array csr_matrix", library, Use::bare},
    {"scipy.sparse._dia", "dia_array dia_matrix", library, Use::bare},
    {"scipy.sparse._dok", "dok_array dok_matrix", library, Use::bare},
    {"scipy.sparse._lil", "lil_array lil_matrix", library, Use::bare},
    {"scipy.sparse.bsr", "bsr_matrix", library, Use::bare},
    {"scipy.sparse.coo", "coo_matrix", library, Use::bare},
    {"scipy.sparse.csc", "csc_matrix", library, Use::bare},
    {"scipy.sparse.csr", "csr_matrix", library, Use::bare},
    {"scipy.sparse.dia", "dia_matrix", library, Use::bare},
    {"scipy.sparse.dok", "dok_matrix", library, Use::bare},
    {"scipy.sparse.lil", "lil_matrix", library, Use::bare},
    {"scipy.spatial._ckdtree", "cKDTree", library, Use::bare},
    {"scipy.spatial.ckdtree", "cKDTree", library, Use::bare},
    {"scipy.stats._kde", "gaussian_kde", library, Use::bare},

    {"sklearn.cluster._kmeans", "_kmeans_single_elkan _kmeans_single_lloyd", library, Use::bound},
    {"sklearn.linear_model._sgd_fast",
     "EpsilonInsensitive Hinge Huber Log ModifiedHuber SquaredEpsilonInsensitive SquaredHinge SquaredLoss", library,
     Use::called},
    {"sklearn.linear_model.sgd_fast",
     "EpsilonInsensitive Hinge Huber Log ModifiedHuber SquaredEpsilonInsensitive SquaredHinge SquaredLoss", library,
     Use::called},
    {"sklearn.metrics._dist_metrics", "newObj", library, Use::own_class},
    {"sklearn.neighbors._ball_tree", "newObj", library, Use::own_class},
    {"sklearn.neighbors._dist_metrics", "newObj", library, Use::own_class},
    {"sklearn.neighbors._kd_tree", "newObj", library, Use::own_class},
    {"sklearn.tree._tree", "Tree", library, Use::called},
    {"sklearn.utils", "Bunch", library, Use::bare},
    {"sklearn.utils._bunch", "Bunch", library, Use::bare},
    {"sklearn.utils._metadata_requests", "MetadataRequest MethodMetadataRequest", library, Use::bare},

    // What torch.load(weights_only=True) allows, too.
    {"torch", storages_of_torch, data, Use::named},
    {"torch", types_of_torch, data, Use::named},
    {"torch", "Size device", data, Use::called},
    {"torch._utils", "_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3", data, Use::called},
    {"torch._utils",
     "_rebuild_meta_tensor_no_storage _rebuild_parameter _rebuild_qtensor _rebuild_sparse_csr_tensor "
     "_rebuild_sparse_tensor",
     library, Use::called},
    {"torch.serialization", "_get_layout", library, Use::called},
    {"torch.storage", storages_of_torch, data, Use::named},
};

// Modules, with all that is in them and below them, whose harm can be named. They are dangerous without this list, too.
struct Harm {
  std::string_view module_name;
  std::string_view reason;
};

constexpr std::string_view runs_code = "runs code that the file holds";
constexpr std::string_view runs_programs = "starts programs";
constexpr std::string_view uses_files = "reads, writes or deletes files";
constexpr std::string_view uses_network = "talks to the network";
constexpr std::string_view imports_modules = "imports any module";
constexpr std::string_view reaches_anything = "reaches into any object";
constexpr std::string_view native_code = "calls native code";
constexpr std::string_view loads_pickles = "loads another pickle, which this audit does not see";

constexpr Harm harms[] = {
    {"_ctypes", native_code},
    {"_io", uses_files},
    {"_operator", reaches_anything},
    {"_pickle", loads_pickles},
    {"_posixsubprocess", runs_programs},
    {"ast", runs_code},
    {"asyncio", runs_programs},
    {"bdb", runs_code},
    {"cProfile", runs_code},
    {"cffi", native_code},
    {"cloudpickle", runs_code},
    {"code", runs_code},
    {"codeop", runs_code},
    {"ctypes", native_code},
    {"dill", runs_code},
    {"distutils", runs_programs},
    {"doctest", runs_code},
    {"ensurepip", runs_programs},
    {"ftplib", uses_network},
    {"http", uses_network},
    {"idlelib", runs_code},
    {"imaplib", uses_network},
    {"importlib", imports_modules},
    {"inspect", reaches_anything},
    {"io", uses_files},
    {"joblib", loads_pickles},
    {"lib2to3", loads_pickles},
    {"linecache", uses_files},
    {"logging", runs_code},
    {"marshal", runs_code},
    {"multiprocessing", runs_programs},
    {"nt", runs_programs},
    {"numpy.distutils", runs_programs},
    {"numpy.f2py", runs_code},
    {"numpy.testing", runs_code},
    {"operator", reaches_anything},
    {"os", runs_programs},
    {"pandas.core.computation", runs_code},
    {"pandas.io", loads_pickles},
    {"pdb", runs_code},
    {"pickle", loads_pickles},
    {"pip", runs_programs},
    {"pkgutil", imports_modules},
    {"posix", runs_programs},
    {"profile", runs_code},
    {"pty", runs_programs},
    {"pydoc", runs_programs},
    {"requests", uses_network},
    {"runpy", runs_code},
    {"scipy.stats", "compiles code that the file holds when a distribution gets its state"},
    {"shelve", loads_pickles},
    {"shutil", uses_files},
    {"site", imports_modules},
    {"sklearn.datasets", uses_files},
    {"smtplib", uses_network},
    {"socket", uses_network},
    {"sqlite3", uses_files},
    {"ssl", uses_network},
    {"subprocess", runs_programs},
    {"sys", reaches_anything},
    {"tempfile", uses_files},
    {"timeit", runs_code},
    {"torch", runs_code},
    {"trace", runs_code},
    {"types", runs_code},
    {"urllib", uses_network},
    {"venv", runs_programs},
    {"webbrowser", runs_programs},
    {"zipfile", uses_files},
    {"zipimport", imports_modules},
};

struct HarmfulName {
  std::string_view name;
  std::string_view reason;
};

constexpr HarmfulName harmful_builtins[] = {
    {"__import__", imports_modules},
    {"breakpoint", runs_code},
    {"compile", runs_code},
    {"delattr", reaches_anything},
    {"eval", runs_code},
    {"exec", runs_code},
    {"execfile", runs_code},
    {"globals", reaches_anything},
    {"locals", reaches_anything},
    {"map", runs_code},
    {"open", uses_files},
    {"setattr", reaches_anything},
    {"vars", reaches_anything},
};

// Parts of libraries whose classes only hold their parameters and what they learned, and whose functions only compute.
struct Part {
  std::string_view module_name;  // with all below it
  bool functions;                // functions may be named, too
};

constexpr Part parts[] = {
    {"gensim.models", false},
    {"numpy.polynomial", false},
    {"pandas._libs.tslibs.offsets", false},
    {"pandas.core.arrays", false},
    {"pandas.core.dtypes.dtypes", false},
    {"pandas.core.flags", false},
    {"pandas.core.frame", false},
    {"pandas.core.indexes", false},
    {"pandas.core.series", false},
    {"scipy.interpolate", false},
    {"scipy.optimize._optimize", false},
    {"scipy.spatial", false},
    {"sklearn._loss", false},
    {"sklearn.calibration", false},
    {"sklearn.cluster", false},
    {"sklearn.compose", false},
    {"sklearn.covariance", false},
    {"sklearn.cross_decomposition", false},
    {"sklearn.decomposition", false},
    {"sklearn.discriminant_analysis", false},
    {"sklearn.dummy", false},
    {"sklearn.ensemble", false},
    {"sklearn.feature_extraction", false},
    {"sklearn.feature_selection", true},
    {"sklearn.frozen", false},
    {"sklearn.gaussian_process", false},
    {"sklearn.impute", false},
    {"sklearn.isotonic", false},
    {"sklearn.kernel_approximation", false},
    {"sklearn.kernel_ridge", false},
    {"sklearn.linear_model", false},
    {"sklearn.manifold", false},
    {"sklearn.metrics", true},
    {"sklearn.mixture", false},
    {"sklearn.model_selection", false},
    {"sklearn.multiclass", false},
    {"sklearn.multioutput", false},
    {"sklearn.naive_bayes", false},
    {"sklearn.neighbors", false},
    {"sklearn.neural_network", false},
    {"sklearn.pipeline", false},
    {"sklearn.preprocessing", false},
    {"sklearn.random_projection", false},
    {"sklearn.semi_supervised", false},
    {"sklearn.svm", false},
    {"sklearn.tree", false},
};

bool holds_word(std::string_view words, std::string_view word) noexcept {
  if (word.empty() || word.find(' ') != std::string_view::npos) return false;
  for (auto at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
    const bool begins = at == 0 || words[at - 1] == ' ';
    const bool ends = at + word.size() == words.size() || words[at + word.size()] == ' ';
    if (begins && ends) return true;
  }
  return false;
}

// Whether it is the module or lies below it.
bool is_within(std::string_view module_name, std::string_view whole) noexcept {
  return module_name.starts_with(whole) && (module_name.size() == whole.size() || module_name[whole.size()] == '.');
}

bool is_identifier(std::string_view name) noexcept {
  return !name.empty() && std::ranges::all_of(name, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '_';
  });
}

// Tests and build scripts lie inside the libraries.
bool has_strange_part(std::string_view module_name) noexcept {
  for (const std::string_view strange : {"tests", "_testing", "testing", "conftest", "setup", "externals"}) {
    for (auto at = module_name.find(strange); at != std::string_view::npos; at = module_name.find(strange, at + 1)) {
      if (module_name[at - 1] == '.' && is_within(module_name.substr(at), strange)) return true;
    }
  }
  return false;
}

// Classes begin with a capital letter in these libraries, after underscores; functions do not.
KnownName of_part(const Part& part, std::string_view module_name, std::string_view name) {
  constexpr KnownName none{Verdict::dangerous, rule::unknown, {}};
  if (!is_identifier(name) || has_strange_part(module_name)) return none;
  if (name.starts_with("__pyx_unpickle_"))
    return {library, rule::library_class, "restores a compiled class of its library", Use::own_class};
  if (name.starts_with("__")) return none;
  const char first = name[std::min(name.find_first_not_of('_'), name.size() - 1)];
  if (first >= 'A' && first <= 'Z') {
    const bool offset = part.module_name == "pandas._libs.tslibs.offsets";
    return {library, rule::library_class, "a class of a known library", offset ? Use::called : Use::bare};
  }
  if (part.functions) return {library, rule::library_function, "a function that only computes", Use::bound};
  return none;
}

std::string_view harm_of(std::string_view module_name, std::string_view name) {
  if (module_name == "builtins") {
    for (const HarmfulName& harmful : harmful_builtins) {
      if (harmful.name == name) return harmful.reason;
    }
  }
  for (const Harm& harm : harms) {
    if (is_within(module_name, harm.module_name)) return harm.reason;
  }
  return {};
}

}  // namespace

KnownName known_name(std::string_view module_name, std::string_view qualified_name) {
  constexpr KnownName unknown{Verdict::dangerous, rule::unknown, "importing an unknown name runs its module's code"};
  constexpr std::size_t longest = 200;  // so that hostile names cost nothing
  if (module_name.size() > longest || qualified_name.size() > longest) return unknown;
  for (const Row& row : listed) {
    if (row.module_name != module_name || !holds_word(row.names, qualified_name)) continue;
    return row.verdict == data ? KnownName{data, rule::data, "plain data", row.use}
                               : KnownName{library, rule::listed, "on the list of known names", row.use};
  }
  const std::string_view harm = harm_of(module_name, qualified_name);
  if (!harm.empty()) return {Verdict::dangerous, rule::harmful, harm};
  if (qualified_name.find('.') != std::string_view::npos)
    return {Verdict::dangerous, rule::dotted_name, "the name reaches into what is imported"};
  for (const Part& part : parts) {
    if (!is_within(module_name, part.module_name)) continue;
    const KnownName known = of_part(part, module_name, qualified_name);
    if (known.verdict != Verdict::dangerous) return known;
  }
  return unknown;
}

}  // namespace larder::internal
