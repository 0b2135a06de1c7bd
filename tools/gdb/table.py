# SPDX-License-Identifier: MIT
"""Rows and columns as text."""

from collections.abc import Collection, Sequence

GAP = "  "


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    optional: Collection[str] = (),
) -> str:
    """A line of column heads and a line for each row, each column as wide as
    its widest cell. A column of numbers is aligned to the right. Those of the
    columns `optional` that have no cell filled are left out."""
    columns = [
        column
        for column in zip(head, *rows)
        if column[0] not in optional or any(column[1:])
    ]
    widths = [max(map(len, column)) for column in columns]
    is_number = [
        any(column[1:]) and all(cell.isdigit() for cell in column[1:] if cell)
        for column in columns
    ]
    lines = []
    for row in zip(*columns):
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, is_number)
        ]
        lines.append(GAP.join(cells).rstrip())
    return "\n".join(lines)
