"""Describes a published folder in Croissant 1.1, the metadata format that data set hubs and search engines read."""

import datetime
import json
from typing import Any

from dysts.datasets.hub_card import SUMMARY, TITLE, HubTable
from dysts.datasets.trajectory_table import COLUMNS
from dysts.version import __version__

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
LICENSE_ADDRESS = "https://www.apache.org/licenses/LICENSE-2.0"
CREATOR = "The dysts contributors"
KEYWORDS = ("chaos", "dynamical systems", "time series", "forecasting", "Lyapunov exponents")
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The JSON-LD context of Croissant 1.1, which validators compare key by key."""
_TYPES: dict[str, dict[str, Any]] = {
    "system": {"dataType": "sc:Text"},
    "trajectory": {"dataType": "sc:Integer"},
    "components": {"dataType": "sc:Text", "isArray": True, "arrayShape": "-1"},
    "series": {"dataType": "sc:Float", "isArray": True, "arrayShape": "-1,-1"},
}
"""Croissant types of columns that are no single number."""


def croissant(
    tables: list[HubTable],
    files: list[dict[str, Any]],
    *,
    address: str,
    cite_as: str,
    date: datetime.date,
) -> bytes:
    """Return the text of ``croissant.json``.

    Parameters
    ----------
    tables : list of HubTable
        The Parquet tables; each becomes a record set.
    files : list of dict
        ``path``, ``bytes`` and ``sha256`` of every file to be listed, the tables among them.
    address : str
        Web address of the data set.
    cite_as : str
        BibTeX of the software.
    date : date
        Of publication.
    """
    document = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": "dysts",
        "alternateName": TITLE,
        "description": SUMMARY,
        "url": address,
        "license": LICENSE_ADDRESS,
        "version": _semantic_version(),
        "datePublished": date.isoformat(),
        "creator": {"@type": "sc:Organization", "name": CREATOR},
        "citeAs": cite_as,
        "keywords": list(KEYWORDS),
        "isLiveDataset": False,
        "distribution": [_file_object(file) for file in files],
        "recordSet": [_splits(), *map(_record_set, tables)] if tables else [],
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _semantic_version() -> str:
    """Return the version of this package in the form MAJOR.MINOR.PATCH-PRERELEASE that Croissant asks for."""
    release, _, development = __version__.partition(".dev")
    return f"{release}-dev{development}" if development else release


def _file_object(file: dict[str, Any]) -> dict[str, Any]:
    formats = {"parquet": "application/x-parquet", "zip": "application/zip", "json": "application/json"}
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": formats[file["path"].rpartition(".")[2]],
        "sha256": file["sha256"],
    }


def _splits() -> dict[str, Any]:
    rows = [
        {"splits/name": "train", "splits/url": "cr:TrainingSplit"},
        {"splits/name": "test", "splits/url": "cr:TestSplit"},
    ]
    fields = [("name", "sc:Text"), ("url", "sc:URL")]
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {"@type": "cr:Field", "@id": f"splits/{name}", "name": name, "dataType": kind} for name, kind in fields
        ],
        "data": rows,
    }


def _record_set(table: HubTable) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.dataset,
        "name": table.dataset,
        "description": f"Configuration {table.configuration}, split {table.split}: a record for each trajectory.",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table.dataset}/{column}",
                "name": column,
                "description": meaning,
                **_TYPES.get(column, {"dataType": "sc:Float"}),
                "source": {"fileObject": {"@id": table.path}, "extract": {"column": column}},
            }
            for column, meaning in COLUMNS.items()
        ],
    }
