"""
Run as a program of its own: read a Stata or SPSS file and pass it on as it is.

A damaged file can make the C library that reads it crash. Here it takes only this
process with it, not the notebook of the person who reads the file. Nothing of devnorms
is imported: the program must start quickly.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

NOT_READ = 3
"""The exit code that says the library refused the file; its words are on stderr."""


def main(path: str, kind: str, encoding: str, out: str) -> int:
    """
    Read a file, and write the table and what the file says of itself.

    Parameters
    ----------
    path : str
        The file.
    kind : {"stata", "spss"}
        Which.
    encoding : str
        As said in the mapping; empty: as the file says.
    out : str
        Where the pickle is written.

    Returns
    -------
    int
        Exit code.
    """
    import pyreadstat

    read = pyreadstat.read_dta if kind == "stata" else pyreadstat.read_sav
    try:
        # Lists, not a data frame: pandas would take most of the time to start.
        columns, about = read(
            path, user_missing=True, encoding=encoding or None, output_format="dict"
        )
    except Exception as error:  # noqa: BLE001  (whatever it is, it is told)
        sys.stderr.write(" ".join(str(error).split())[:200])
        return NOT_READ
    said = {
        "labels": about.variable_value_labels,
        "titles": about.column_names_to_labels,
        "missing": getattr(about, "missing_ranges", {}),
        "types": about.readstat_variable_types,
    }
    with Path(out).open("wb") as file:
        pickle.dump((columns, said), file)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
