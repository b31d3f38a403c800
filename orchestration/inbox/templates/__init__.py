"""The workbooks that the CSR team fills: one xlsx file for each table that it keeps itself.

A template is made from the source's folder alone (`columns.csv`, `legend.csv`), so that it can never
ask for another column than the one that is read. Add here what helps a person fill a workbook in; how a
filled one is read belongs to `reading` and `conforming`.
"""

from orchestration.inbox.templates.held import Delivery, HeldTable, deliveries, held_table, write_held
from orchestration.inbox.templates.legend import Legend, load_legend
from orchestration.inbox.templates.review import CANDIDATES, Questions, read_questions, write_decided, write_review
from orchestration.inbox.templates.workbook import (
    DATA_SHEET,
    LEGEND_SHEET,
    filled_in,
    team_tables,
    template_name,
    templates,
    write_template,
)

__all__ = [
    "CANDIDATES",
    "DATA_SHEET",
    "LEGEND_SHEET",
    "Delivery",
    "HeldTable",
    "Legend",
    "Questions",
    "deliveries",
    "filled_in",
    "held_table",
    "load_legend",
    "read_questions",
    "team_tables",
    "template_name",
    "templates",
    "write_decided",
    "write_held",
    "write_review",
    "write_template",
]
