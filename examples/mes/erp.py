"""The ERP's export as a sheet that `uns registry import` takes: python3 erp.py batches|products < auftraege.csv"""

import csv
import sys
from datetime import datetime
from pathlib import Path

with (Path(__file__).parent / "naming_rules" / "lines.csv").open(newline="") as table:
    LINES = {row["code"]: row["line"] for row in csv.DictReader(table)}


def time(cell: str) -> str:
    """On the clocks of the site, which the standard knows; so no zone."""
    return datetime.strptime(cell, "%d.%m.%Y %H:%M").isoformat() if cell else ""


def batch(row: dict[str, str]) -> dict[str, str]:
    return {
        "id": row["Charge"],
        "equipment": f"kassel/filling/{LINES.get(row['Arbeitsplatz'], row['Arbeitsplatz'])}",
        "product": row["Material"],
        "order": row["Auftrag"],
        "start": time(row["Iststart"]),
        "stop": time(row["Istende"]),
        "quantity": row["Menge"].replace(".", "").replace(",", "."),
        "unit": row["ME"],
    }


def product(row: dict[str, str]) -> dict[str, str]:
    return {"id": row["Material"], "name": row["Materialkurztext"]}


orders = list(csv.DictReader(sys.stdin.buffer.read().decode("utf-8-sig").splitlines(), delimiter=";"))
if sys.argv[1] == "batches":
    rows = [batch(row) for row in orders if row["Iststart"]]
else:
    rows = list({row["Material"]: product(row) for row in orders}.values())
sheet = csv.DictWriter(sys.stdout, rows[0], lineterminator="\n")
sheet.writeheader()
sheet.writerows(rows)
