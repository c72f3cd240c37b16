"""What a file says of classes, functions and objects, as data: nothing here is ever imported or called."""


class Global:
    """A reference to a class or function, by module and name.

    >>> import larder
    >>> larder.Global("sklearn.svm", "SVC")
    larder.Global('sklearn.svm', 'SVC')
    """

    __slots__ = ("module", "name")

    def __init__(self, module, name):
        self.module, self.name = module, name

    def __repr__(self):
        return f"larder.Global({self.module!r}, {self.name!r})"

    def __str__(self):
        return f"{self.module}.{self.name}"

    def __eq__(self, other):
        return isinstance(other, Global) and (self.module, self.name) == (other.module, other.name)

    def __hash__(self):
        return hash((self.module, self.name))


class Object:
    """What Python would make by a call, kept as the call's parts.

    Attributes
    ----------
    form: "reduce": callable(*arguments); "newobj": callable.__new__(callable, *arguments); "newobj_ex": likewise with keywords;
        "instance": a class instance of Python 2; "persistent_id": `arguments` is the id; "extension": it is copyreg's number
    callable: usually a Global
    arguments: a tuple
    keywords: a dict or None
    changes: all that happens to the object afterwards, as (kind, value): "append" and "add" with a list, "insert" with a dict, "state",
        "call" with an Object whose result is dropped
    """

    __slots__ = ("form", "callable", "arguments", "keywords", "changes", "__weakref__")

    def _fill(self, form, callable, arguments, keywords, changes):
        self.form, self.callable, self.arguments, self.keywords, self.changes = form, callable, arguments, keywords, changes

    def _first(self, kind):
        return next((value for its_kind, value in self.changes if its_kind == kind), None)

    @property
    def state(self):
        """What __setstate__ or __dict__ would get; None where nothing is."""
        return self._first("state")

    @property
    def items(self):
        """The list of what would be appended; None where nothing is."""
        return self._first("append")

    @property
    def entries(self):
        """The dict of what would be set by key; None where nothing is."""
        return self._first("insert")

    @property
    def class_name(self):
        """The name of what makes it, as "sklearn.svm._classes.SVC"; "" where nothing has a name."""
        made_by = self.callable
        if isinstance(made_by, Global) and made_by.name in ("_reconstructor", "__newobj__") and self.arguments:
            made_by = self.arguments[0]
        return str(made_by) if isinstance(made_by, Global) else ""

    def attributes(self):
        """The attributes that its state holds, slots included, as a dict."""
        state = self.state
        parts = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
        return {name: value for part in parts if isinstance(part, dict) for name, value in part.items()}

    def __repr__(self):
        return f"<larder.Object {self.class_name or self.form}>"
