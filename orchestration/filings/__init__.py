"""Documents of companies as evidence: which goals they name, which figures they print, on which page, in which words.

`read_document` takes one file of any kind that is known here (PDF, the digital template of the voluntary standard,
iXBRL) in a process of its own. Pure: no catalogue, no lake, no source. Labels, units, goals and concepts are data, in
`data/`. Not here: rows of a table of the lake (`judging`), what is concluded of the evidence (`dbt_project`).
"""

from orchestration.filings.evidence import Mention, Metric, Reading, Silence
from orchestration.filings.process import read_document

__all__ = ["Mention", "Metric", "Reading", "Silence", "read_document"]
