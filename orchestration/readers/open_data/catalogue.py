"""`catalog.jsonld`: the catalogue that data.gouv.fr and others harvest, one dataset a mart.

Sources: DCAT-AP 3.0 and what data.gouv.fr's harvester reads of it: the licence on the distributions, the place as a
geometry, keywords rather than themes. A new format is one line in `_files`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestration.readers.open_data.csv_files import csv_path, parquet_path
from orchestration.readers.open_data.describing import Describing, Written, write_json, written
from orchestration.readers.open_data.tables import Table

NAME = "catalog.jsonld"
FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"
LANGUAGES = "http://publications.europa.eu/resource/authority/language/"
IANA = "https://www.iana.org/assignments/media-types/"
CONTEXT: dict[str, Any] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "locn": "http://www.w3.org/ns/locn#",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# ending → file type of the EU's list, media type, what the distribution is called
FORMATS = {
    ".csv": ("CSV", "text/csv", "CSV"),
    ".csv.gz": ("CSV", "text/csv", "CSV (gzip)"),
    ".parquet": ("PARQUET", "application/vnd.apache.parquet", "Parquet"),
    ".xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"),
    ".json": ("JSON", "application/json", "JSON"),
    ".geojson": ("GEOJSON", "application/geo+json", "GeoJSON"),
    ".zip": ("ZIP", "application/zip", "ZIP"),
}


def write_catalogue(say_of: Describing, folder: Path, beside: Mapping[str, Sequence[str]]) -> None:
    """Write the catalogue of what lies in the folder.

    `beside`: mart → paths of what was made of it in other formats than CSV and Parquet.
    """
    edition, publisher = say_of.edition, say_of.publisher
    agent = {"@id": f"{publisher.url}{NAME}#publisher", "@type": "foaf:Agent", "foaf:name": _said(publisher.name, "fr")}
    datasets = [_dataset(say_of, table, folder, beside.get(table.name, ())) for table in edition.tables.values()]
    catalogue = {
        "@id": f"{publisher.url}{NAME}",
        "@type": "dcat:Catalog",
        "dct:title": _both(publisher.title),
        "dct:description": _both(publisher.title),
        "dct:publisher": {"@id": agent["@id"]},
        "dct:language": [{"@id": f"{LANGUAGES}FRA"}, {"@id": f"{LANGUAGES}ENG"}],
        "dct:modified": _instant(edition.published_at),
        "foaf:homepage": {"@id": publisher.url},
        "dcat:dataset": [{"@id": found["@id"]} for found in datasets],
    }
    homepage = {"@id": publisher.url, "@type": "foaf:Document"}
    licence = {
        "@id": say_of.licence.url,
        "@type": "dct:LicenseDocument",
        "dct:title": _said(say_of.licence.title, "fr"),
        "dct:identifier": say_of.licence.spdx,
    }
    concepts = [{"@id": f"{LANGUAGES}{name}", "@type": "dct:LinguisticSystem"} for name in ("FRA", "ENG")]
    graph = [catalogue, agent, homepage, licence, *concepts, *_types(), *datasets]
    write_json(folder / NAME, {"@context": CONTEXT, "@graph": graph})


def _dataset(say_of: Describing, table: Table, folder: Path, beside: Sequence[str]) -> dict[str, Any]:
    words, publisher = say_of.words(table), say_of.publisher
    identifier = f"{publisher.url}{NAME}#{table.name}"
    found: dict[str, Any] = {
        "@id": identifier,
        "@type": "dcat:Dataset",
        "dct:identifier": table.name,
        "dct:title": _both(words.title),
        "dct:description": [
            _said(words.about or words.title["fr"], "fr"),
            _said(table.contract.description, "en"),
        ],
        "dcat:keyword": [_said(word, "fr") for word in say_of.keywords(table)],
        "dct:publisher": {"@id": f"{publisher.url}{NAME}#publisher"},
        "dct:modified": _instant(say_of.edition.published_at),
        "dcat:version": say_of.edition.edition_id,
        "dcat:landingPage": {"@id": publisher.url},
        "dct:spatial": _place(say_of.box(table)),
        "dcat:distribution": [_distribution(say_of, table, file) for file in _files(table, folder, beside)],
    }
    if publisher.contact:
        found["dcat:contactPoint"] = {
            "@type": ["vcard:Organization", "vcard:Kind"],
            "vcard:fn": publisher.name,
            "vcard:hasEmail": {"@id": f"mailto:{publisher.contact}"},
        }
    return found


def _files(table: Table, folder: Path, beside: Sequence[str]) -> Iterator[Written]:
    for path in (csv_path(table), parquet_path(table), *beside):
        yield written(folder, path)


def _distribution(say_of: Describing, table: Table, file: Written) -> dict[str, Any]:
    words = say_of.words(table)
    ending = next(e for e in sorted(FORMATS, key=len, reverse=True) if file.path.endswith(e))
    type_, media, called = FORMATS[ending]
    url = f"{say_of.publisher.url}{file.path}"
    found: dict[str, Any] = {
        "@id": url,
        "@type": ["dcat:Distribution", "rdfs:Resource"],
        "dct:title": _said(f"{words.title['fr']} ({called}, {Path(file.path).name})", "fr"),
        "dcat:accessURL": {"@id": url},
        "dcat:downloadURL": {"@id": url},
        "dct:format": {"@id": f"{FILE_TYPES}{type_}"},
        "dcat:mediaType": {"@id": f"{IANA}{media}"},
        "dcat:byteSize": {"@value": str(file.bytes), "@type": "xsd:nonNegativeInteger"},
        "dct:modified": _instant(say_of.edition.published_at),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
        },
    }
    if file.path.endswith(".gz"):
        found["dcat:compressFormat"] = {"@id": f"{IANA}application/gzip"}
    if not words.texts:
        found["dct:license"] = {"@id": say_of.licence.url}
    terms = "; ".join(f"{publisher} : {wording} ({page})" for _, publisher, wording, page in say_of.terms(table))
    if terms:
        # sources under other terms: named, so that whoever reuses their figures can ask
        found["dct:rights"] = {"@type": "dct:RightsStatement", "rdfs:label": _said(terms, "fr")}
    return found


def _types() -> list[dict[str, Any]]:
    media = sorted({m for _, m, _ in FORMATS.values()} | {"application/gzip"})
    return [
        *({"@id": f"{IANA}{m}", "@type": "dct:MediaType"} for m in media),
        *(
            {"@id": f"{FILE_TYPES}{t}", "@type": "dct:MediaTypeOrExtent"}
            for t in sorted({f[0] for f in FORMATS.values()})
        ),
        {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
    ]


def _place(box: tuple[float, float, float, float]) -> dict[str, Any]:
    west, south, east, north = (f"{edge:.4f}" for edge in box)
    ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
    text = {"@value": f"POLYGON(({ring}))", "@type": "gsp:wktLiteral"}
    # DCAT-AP wants a node for the geometry; data.gouv.fr reads the text in the box
    return {"@type": "dct:Location", "locn:geometry": {"@type": "locn:Geometry", "gsp:asWKT": text}, "dcat:bbox": text}


def _instant(moment: str) -> dict[str, str]:
    return {"@value": moment, "@type": "xsd:dateTime"}


def _both(texts: Mapping[str, str]) -> list[dict[str, str]]:
    return [_said(text, language) for language, text in texts.items()]


def _said(text: str, language: str) -> dict[str, str]:
    return {"@value": text, "@language": language}
