"""What `larder convert` carries from which format into which: the table in README.md, each cell of which test_convert_matrix.py tries."""

TARGETS = ("joblib", "pickle", "torch", "npz", "safetensors", "h5", "npy", "json", "bytes")

ROWS = {
    "joblib": ("all", "all", "data", "arrays", "arrays", "tree", "one", "all", "bytes"),
    "pickle": ("all", "all", "data", "arrays", "arrays", "tree", "one", "all", "bytes"),
    "torch": ("data", "data", "all", "arrays", "arrays", "tree", "one", "all", "bytes"),
    "h5": ("all", "all", "all", "arrays", "arrays", "all", "one", "all", ""),
    "keras": ("all", "all", "all", "arrays", "arrays", "tree", "one", "all", ""),
    "keras-shards": ("all", "all", "all", "arrays", "arrays", "tree", "one", "all", ""),
    "tf-checkpoint": ("all", "all", "all", "arrays", "arrays", "tree", "one", "all", ""),
    "onnx": ("all", "all", "all", "arrays", "arrays", "tree", "one", "all", ""),
    "pmml": ("all", "all", "all", "arrays", "arrays", "tree", "one", "all", ""),
    "npz": ("all", "all", "all", "all", "all", "all", "one", "all", ""),
    "safetensors": ("all", "all", "all", "arrays", "all", "all", "one", "all", ""),
    "npy": ("all", "all", "all", "all", "all", "all", "one", "all", ""),
    "gensim": ("all", "all", "data", "arrays", "arrays", "tree", "one", "all", ""),
    "word2vec": ("all", "all", "all", "arrays", "arrays", "tree", "one", "all", ""),
    "word2vec-text": ("all", "all", "all", "arrays", "arrays", "tree", "one", "all", ""),
    "json": ("all", "all", "all", "arrays", "arrays", "tree", "one", "all", "bytes"),
    "bytes": ("all", "all", "all", "", "", "", "", "all", "bytes"),
}  # fmt: skip

# What a word lets through, of what a sample can hold: one array, arrays by name, texts and numbers in dicts, plain data, objects.
RICHNESS = {"one": 0, "arrays": 1, "tree": 2, "data": 3, "all": 4}


def table():
    """README's table. Rows and columns that are alike are one."""
    columns, rows = {}, {}
    for column, target in enumerate(TARGETS):
        columns.setdefault(tuple(row[column] for row in ROWS.values()), []).append(target)
    for source, row in ROWS.items():
        rows.setdefault(row, []).append(source)
    lines = ["| from, to | " + " | ".join(", ".join(targets) for targets in columns.values()) + " |", "|---" * (len(columns) + 1) + "|"]
    for row, sources in rows.items():
        cells = [row[TARGETS.index(targets[0])] or "–" for targets in columns.values()]
        lines.append(f"| {', '.join(sources)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
