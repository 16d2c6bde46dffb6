"""The bare aggregation in DuckDB, to compare with: `python3 duckdb_aggregate.py FILE` (PyPI: duckdb).

Typed columns, GROUP BY client and quarter with sums, counts, distinct business lines and distinct orders.
"""

import sys

import duckdb

TYPES = {
    "client_id": "VARCHAR",
    "date": "DATE",
    "amount": "DECIMAL(18,4)",
    "cost": "DECIMAL(18,4)",
    "business_line": "VARCHAR",
    "order_id": "VARCHAR",
    "line_no": "INTEGER",
    "paid_date": "DATE",
}

SQL = """
CREATE TABLE result AS
SELECT client_id, date_trunc('quarter', date) AS quarter, SUM(amount) AS amount, SUM(cost) AS cost, COUNT(*) AS rows,
       COUNT(DISTINCT business_line) AS lines, COUNT(DISTINCT order_id) AS orders
FROM read_csv(?, header = true, columns = ?)
GROUP BY ALL
"""


def main(path: str) -> None:
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(SQL, [path, TYPES])
    print(connection.execute("SELECT COUNT(*), SUM(amount), SUM(orders) FROM result").fetchall())


if __name__ == "__main__":
    main(sys.argv[1])
