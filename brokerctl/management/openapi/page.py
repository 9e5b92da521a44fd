"""The description as one page of HTML: no script, nothing from elsewhere, readable without any style."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from brokerctl.management.values import Json

METHODS = ("get", "put", "post", "delete")
PLACES = {"query": "In the query", "header": "In a header"}

CODE = re.compile("`([^`]+)`")

STYLE = """
:root { color-scheme: light dark;
  --ink: #1d2125; --dim: #5b636b; --line: #d5d9dd; --back: #fff; --code: #f2f4f6; --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7e9eb; --dim: #a3abb3; --line: #3a4046; --back: #16191c; --code: #22272c; --link: #7db7f5; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem 1.25rem 4rem; background: var(--back); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
code { font: .9em/1.4 ui-monospace, monospace; background: var(--code); padding: .1em .3em; border-radius: .2em;
  overflow-wrap: anywhere; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin: 2rem 0 .25rem; font-size: 1.05rem; }
h3 code { background: none; padding: 0; font-weight: 600; }
p { margin: .25rem 0; }
.needs { color: var(--dim); }
nav ul { columns: 12rem; padding-left: 1.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; width: 100%; }
caption { text-align: left; color: var(--dim); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-top: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--back); padding: .5rem; }
"""

STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

SECURITY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'; sandbox"
"""This style and nothing else: a browser runs and loads nothing here."""


def page(document: Json) -> str:
    info = document["info"]
    title = escape(f"{info['title']} {info['version']}")
    return "".join(
        (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{STYLE}</style></head><body>",
            '<a class="skip" href="#operations">To the operations</a>',
            f"<header><h1>{title}</h1><p>{_text(info['description'])} ",
            'The same for machines: <a href="openapi.json">openapi.json</a>.</p></header>',
            *_contents(document),
            '<main id="operations">',
            *_operations(document),
            *_meanings(document),
            *_refusals(document),
            *_schemas(document),
            "</main></body></html>",
        )
    )


def _by_tag(document: Json) -> list[tuple[str, list[tuple[str, str, Json]]]]:
    """Operations by the first part of their path: (method, path, operation)."""
    found = [
        (method, path, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item
    ]
    found.sort(key=lambda each: (each[2]["tags"][0], each[1], METHODS.index(each[0])))
    return [(tag, list(group)) for tag, group in groupby(found, lambda each: str(each[2]["tags"][0]))]


def _contents(document: Json) -> Iterator[str]:
    yield '<nav aria-label="Contents"><ul>'
    for tag in (*(tag for tag, _ in _by_tag(document)), "parameters", "refusals", "objects"):
        yield f'<li><a href="#{escape(tag)}">{escape(tag)}</a></li>'
    yield "</ul></nav>"


def _operations(document: Json) -> Iterator[str]:
    for tag, operations in _by_tag(document):
        yield f'<section aria-labelledby="{escape(tag)}"><h2 id="{escape(tag)}">{escape(tag)}</h2>'
        for method, path, operation in operations:
            yield f'<h3 id="{escape(operation["operationId"])}"><code>{method.upper()} {escape(path)}</code></h3>'
            yield f"<p>{_text(operation['summary'])}</p>"
            yield f'<p class="needs">{escape(operation["description"])}</p>'
            yield from _parameters(operation.get("parameters", []))
            yield from _contents_of(operation)
        yield "</section>"


def _parameters(parameters: list[Json]) -> Iterator[str]:
    """Their names; what they mean stands once for all operations."""
    for place, words in PLACES.items():
        names = [f'<a href="#parameters"><code>{escape(each["name"])}</code></a>' for each in _in(place, parameters)]
        if names:
            yield f"<p>{words}: {', '.join(names)}.</p>"


def _in(place: str, parameters: list[Json]) -> list[Json]:
    return [each for each in parameters if each["in"] == place]


def _meanings(document: Json) -> Iterator[str]:
    found: dict[str, tuple[str, str, str]] = {}
    for _, operations in _by_tag(document):
        for _, _, operation in operations:
            for each in operation.get("parameters", ()):
                meaning = each["schema"].get("description") or each.get("description", "")
                found[each["name"]] = each["name"], each["in"], meaning
    yield '<section aria-labelledby="parameters"><h2 id="parameters">parameters</h2>'
    yield from _table("What parameters mean", ("Name", "In", ""), sorted(found.values()))
    yield "</section>"


def _contents_of(operation: Json) -> Iterator[str]:
    body = operation.get("requestBody")
    if body is not None:
        yield f"<p>Takes {_content(body)}.</p>"
    answers = {status: answer for status, answer in operation["responses"].items() if "$ref" not in answer}
    told = ", ".join(
        f"<code>{status}</code> {_content(answer) if 'content' in answer else 'without a body'}"
        for status, answer in answers.items()
    )
    yield f"<p>Answers {told}.</p>"


def _content(holder: Json) -> str:
    return " or ".join(
        f"{_shape(content['schema'])} as <code>{escape(media_type)}</code>"
        for media_type, content in holder["content"].items()
    )


def _refusals(document: Json) -> Iterator[str]:
    yield '<section aria-labelledby="refusals"><h2 id="refusals">refusals</h2>'
    rows = [(status, answer["description"]) for status, answer in sorted(document["components"]["responses"].items())]
    yield from _table("What every operation may answer", ("Status", ""), rows)
    yield "</section>"


def _schemas(document: Json) -> Iterator[str]:
    yield '<section aria-labelledby="objects"><h2 id="objects">objects</h2>'
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f'<h3 id="schema-{escape(name)}">{escape(name)}</h3><p>{_text(schema.get("description", ""))}</p>'
        rows = [
            (key, f"\0{_shape(field)}", field.get("description", ""))
            for key, field in schema.get("properties", {}).items()
        ]
        if rows:
            yield from _table(f"Keys of {name}", ("Key", "Value", ""), rows)
    yield "</section>"


def _table(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """A text that begins with NUL is markup already."""
    yield f'<div class="wide"><table><caption>{escape(caption)}</caption><thead><tr>'
    yield "".join(f'<th scope="col">{escape(head) or "Meaning"}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    for name, *rest in rows:
        yield f'<tr><th scope="row"><code>{escape(name)}</code></th>'
        yield "".join(f"<td>{cell[1:] if cell.startswith(chr(0)) else _text(cell)}</td>" for cell in rest)
        yield "</tr>"
    yield "</tbody></table></div>"


def _text(sentence: str) -> str:
    """A sentence; what stands between backticks is code."""
    return CODE.sub(r"<code>\1</code>", escape(sentence))


def _shape(schema: Json) -> str:
    """A schema in a few words; what it refers to is a link."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_shape(each) for each in schema["anyOf"])
    kinds = schema.get("type", "anything")
    if isinstance(kinds, list):
        return " or ".join(map(escape, kinds))
    if kinds == "array":
        return f"list of {_shape(schema['items'])}"
    if kinds == "object" and "additionalProperties" in schema:
        return f"object of {_shape(schema['additionalProperties'])}"
    return escape(str(kinds))
