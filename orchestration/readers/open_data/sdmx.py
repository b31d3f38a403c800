"""The figures as SDMX-CSV 2.0, and the structures that they follow (code lists in French and English) as SDMX-JSON 2.0.

Sources: SDMX-CSV 2.0 and SDMX-JSON 2.0 field guides (sdmx.org), the cross-domain code list of observation status, and
the way in which INSEE's Melodi writes territories (`2025-EPCI-244400404`). Add an attribute here when the figures' mart
gains a column. The year in a territory's code is that of the geographic code that describes it; of which perimeter a
figure speaks is said by GEOGRAPHY_YEAR.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestration.base.yaml_data import own
from orchestration.editions.telling import FIGURES
from orchestration.readers.open_data.cells import neutral_sql
from orchestration.readers.open_data.csv_files import PLAIN_ROWS, copy_csv
from orchestration.readers.open_data.describing import Describing, write_json
from orchestration.readers.open_data.tables import EditionTables
from orchestration.receipts.wording import breakdown

STRUCTURE = "sdmx/structure.json"
SCHEMA = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message/tools/schemas/2.0.0/sdmx-json-structure-schema.json"
VERSION = "1.0"
TOTAL = "_T"
LEVELS = {
    "commune": "COM",
    "epci": "EPCI",
    "employment_zone": "ZE2020",
    "department": "DEP",
    "region": "REG",
    "country": "FRANCE",
}
# our status → code of SDMX's list. A bound is no measured value: of low reliability, and STATUS_REASON says which bound
STATUSES = {"final": "A", "provisional": "P", "suppressed": "Q", "censored": "U"}
WORDS: dict[str, Any] = own(Path(__file__).with_suffix(".yml"))
Names = Mapping[str, str]
ENUMERATED = {"INDICATOR": "CL_INDICATOR", "GEO": "CL_GEO", "BREAKDOWN": "CL_BREAKDOWN"}

_GEO = (
    "coalesce(CAST(t.cog_year AS VARCHAR) || '-', '') || CASE {table}.territory_level "
    + " ".join(f"WHEN '{level}' THEN '{code}'" for level, code in LEVELS.items())
    + " END || '-' || {table}.territory_code"
)
# an identifier of SDMX has neither an equals sign nor a dot: sex=F becomes sex-F
_BREAKDOWN = f"CASE breakdown WHEN 'total' THEN '{TOTAL}' ELSE replace(breakdown, '=', '-') END"


def data_path(edition: EditionTables) -> str:
    """Return where the figures lie below the open data's folder."""
    return "sdmx/figures.csv" + (".gz" if edition.tables[FIGURES].rows > PLAIN_ROWS else "")


def write_sdmx(say_of: Describing, folder: Path) -> list[str]:
    """Write the figures and their structures; return their paths."""
    edition, path = say_of.edition, data_path(say_of.edition)
    copy_csv(edition, _figures(edition), folder / path, delimiter=",")
    write_json(folder / STRUCTURE, _message(say_of))
    return [path, STRUCTURE]


def _agency(edition: EditionTables) -> str:
    return f"EPCI_{edition.home}"


def _attributes(edition: EditionTables) -> dict[str, dict[str, str]]:
    known = {c.name for c in edition.tables[FIGURES].columns}
    return {name: said for name, said in WORDS["attributes"].items() if said["column"] in known}


def _figures(edition: EditionTables) -> str:
    types = {c.name: c for c in edition.tables[FIGURES].columns}
    statuses = " ".join(f"WHEN '{status}' THEN '{code}'" for status, code in STATUSES.items())
    attributes = ", ".join(
        f"{neutral_sql(f'f.{column}') if types[column].is_text else f'f.{column}'} AS {name}"
        for name, column in ((n, said["column"]) for n, said in _attributes(edition).items())
    )
    return (
        f"SELECT 'dataflow' AS STRUCTURE, '{_agency(edition)}:ODD({VERSION})' AS STRUCTURE_ID, 'I' AS ACTION, "
        f"f.indicator_id AS INDICATOR, {_GEO.format(table='f')} AS GEO, {_BREAKDOWN} AS BREAKDOWN, "
        f"f.period AS TIME_PERIOD, f.value AS OBS_VALUE, CASE f.status {statuses} END AS OBS_STATUS, {attributes} "
        f"FROM {FIGURES} AS f LEFT JOIN dim_territory AS t USING (territory_level, territory_code) "
        "ORDER BY f.indicator_id, f.territory_level, f.territory_code, f.breakdown, f.period"
    )


def _message(say_of: Describing) -> dict[str, Any]:
    edition = say_of.edition
    agency = _agency(edition)

    def urn(package: str, kind: str, id_: str, item: str = "") -> str:
        return f"urn:sdmx:org.sdmx.infomodel.{package}.{kind}={agency}:{id_}({VERSION}){item and '.' + item}"

    def artefact(id_: str, names: Names) -> dict[str, Any]:
        return {"id": id_, "agencyID": agency, "version": VERSION, **_named(names)}

    codelists = [
        {**artefact(id_, WORDS["codelists"][id_]), "codes": [{"id": code, **_named(names)} for code, names in codes]}
        for id_, codes in _codelists(edition)
    ]
    concepts = {**WORDS["concepts"], **_attributes(edition)}
    scheme = {
        **artefact("CS_ODD", WORDS["scheme"]),
        "concepts": [{"id": id_, **_named(names)} for id_, names in concepts.items()],
    }
    return {
        "meta": {
            "id": f"ODD_{edition.edition_id}",
            "schema": SCHEMA,
            "prepared": edition.published_at,
            "test": edition.is_sample,
            "contentLanguages": ["fr", "en"],
            "sender": {"id": agency, "name": say_of.publisher.name},
        },
        "data": {
            "codelists": codelists,
            "conceptSchemes": [scheme],
            "dataStructures": [{**artefact("DSD_ODD", WORDS["structure"]), **_components(edition, urn)}],
            "dataflows": [
                {
                    **artefact("ODD", say_of.publisher.title),
                    "structure": urn("datastructure", "DataStructure", "DSD_ODD"),
                }
            ],
        },
    }


def _components(edition: EditionTables, urn: Callable[..., str]) -> dict[str, Any]:
    def concept(id_: str) -> dict[str, Any]:
        return {"id": id_, "conceptIdentity": urn("conceptscheme", "Concept", "CS_ODD", id_)}

    def coded(codelist: str) -> dict[str, Any]:
        return {"localRepresentation": {"enumeration": urn("codelist", "Codelist", codelist)}}

    def plain(type_: str) -> dict[str, Any]:
        return {"localRepresentation": {"format": {"dataType": type_}}}

    each = {"attributeRelationship": {"observation": {}}, "usage": "optional"}
    attributes = [{**concept("OBS_STATUS"), **each, "usage": "mandatory", **coded("CL_OBS_STATUS")}]
    attributes += [{**concept(name), **each, **plain(said["type"])} for name, said in _attributes(edition).items()]
    return {
        "dataStructureComponents": {
            "dimensionList": {
                "id": "DimensionDescriptor",
                "dimensions": [
                    {**concept(id_), "position": n, **coded(codelist)}
                    for n, (id_, codelist) in enumerate(ENUMERATED.items())
                ],
                "timeDimension": {**concept("TIME_PERIOD"), **plain("ObservationalTimePeriod")},
            },
            "measureList": {
                "id": "MeasureDescriptor",
                "measures": [{**concept("OBS_VALUE"), "usage": "optional", **plain("Double")}],
            },
            "attributeList": {"id": "AttributeDescriptor", "attributes": attributes},
        }
    }


def _codelists(edition: EditionTables) -> Iterator[tuple[str, list[tuple[str, Names]]]]:
    indicators = edition.rows(
        "SELECT indicator_id, name_fr, name_en FROM dim_indicator "
        f"WHERE indicator_id IN (SELECT indicator_id FROM {FIGURES}) ORDER BY 1"
    )
    yield "CL_INDICATOR", [(code, {"fr": fr, "en": en}) for code, fr, en in indicators]
    places = edition.rows(
        f"SELECT {_GEO.format(table='t')} AS geo, name FROM dim_territory AS t "
        f"WHERE (territory_level, territory_code) IN (SELECT (territory_level, territory_code) FROM {FIGURES}) ORDER BY geo"
    )
    # the official name, which is French
    yield "CL_GEO", [(code, {"fr": name, "en": name}) for code, name in places]
    parts = edition.rows(f"SELECT DISTINCT breakdown, {_BREAKDOWN} AS code FROM {FIGURES} ORDER BY code")
    yield (
        "CL_BREAKDOWN",
        [
            (code, WORDS["total"] if code == TOTAL else {"fr": breakdown(part, "fr"), "en": breakdown(part, "en")})
            for part, code in parts
        ],
    )
    yield "CL_OBS_STATUS", list(WORDS["statuses"].items())


def _named(names: Names) -> dict[str, Any]:
    return {"name": names["fr"], "names": {language: names[language] for language in ("fr", "en")}}
