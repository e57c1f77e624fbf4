"""Answers the benchmark's questions by DuckDB, in this process, over the same rows: one line in, one line out.

Usage: bench_duckdb.py FOLDER. answers.csv becomes answers.duckdb once. A line on standard input names a question,
`NAME` to be timed and `rows NAME` to be compared. The score is what DuckDB computes; it computes no intervals.
"""

import json
import sys
from pathlib import Path
from time import perf_counter

import duckdb

SCORE = "count(*) AS n, 100.0 * (count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / count(*) AS score"
QUESTIONS = {
    "score": f"SELECT {SCORE} FROM answers",
    "week": f"SELECT date_trunc('week', shown_at)::DATE AS start, segment, {SCORE} FROM answers GROUP BY ALL",
    "day": f"SELECT shown_at::DATE AS start, segment, {SCORE} FROM answers GROUP BY ALL",
}


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """The table, with the types that suit DuckDB best: small sets as ENUM, the rows in the order of time."""
    file, source = folder / "answers.duckdb", folder / "answers.csv"
    if not file.exists():
        making = folder / "answers.duckdb.making"
        making.unlink(missing_ok=True)
        with duckdb.connect(str(making)) as connection:
            connection.execute(f"CREATE TEMP TABLE read AS FROM read_csv('{source}')")
            for column in ("page", "segment", "device"):
                connection.execute(f"CREATE TYPE {column} AS ENUM (SELECT DISTINCT {column} FROM read ORDER BY 1)")
            connection.execute(
                "CREATE TABLE answers AS SELECT make_timestamp(shown_at * 1000) AS shown_at, page::page AS page,"
                " segment::segment AS segment, device::device AS device, score::UTINYINT AS score FROM read ORDER BY shown_at"
            )
        making.rename(file)
        source.unlink()
    return duckdb.connect(str(file), read_only=True)


def main() -> None:
    connection = opened(Path(sys.argv[1]))
    [(rows,)] = connection.execute("SELECT count(*) FROM answers").fetchall()
    [(threads,)] = connection.execute("SELECT current_setting('threads')").fetchall()
    print(json.dumps({"version": duckdb.__version__, "threads": threads, "rows": rows}), flush=True)
    for line in sys.stdin:
        *wanted, name = line.split()
        begun = perf_counter()
        # By column: no time goes into making Python objects of the rows.
        found = connection.execute(QUESTIONS[name]).fetchnumpy()
        reply = {"ms": (perf_counter() - begun) * 1000}
        if wanted == ["rows"]:
            answer = connection.execute(f"FROM ({QUESTIONS[name]}) ORDER BY ALL").fetchall()
            reply["rows"] = [[value if isinstance(value, (int, float)) else str(value) for value in row] for row in answer]
        reply["cells"] = len(found["n"])
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
