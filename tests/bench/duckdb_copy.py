"""The same file as typed Parquet by DuckDB, to compare `kam import` with: `python3 duckdb_copy.py FILE OUT` (PyPI: duckdb)."""

import sys

import duckdb

from duckdb_aggregate import TYPES


def main(path: str, out: str) -> None:
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    read = f"read_csv('{path}', header = true, columns = {TYPES})"
    connection.execute(f"COPY (SELECT * FROM {read}) TO '{out}' (FORMAT parquet)")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
