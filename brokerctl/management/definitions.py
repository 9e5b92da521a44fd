"""Definitions out and in: what a broker is made of as a file, of everything or of one vhost (reference: 6.2, 7.12).

Files of RabbitMQ come in and go out with nothing lost; what has no meaning here is kept (brokerctl.core.foreign).
"""

from __future__ import annotations

import asyncio
import codecs
import logging
import re
from functools import partial
from urllib.parse import urlsplit

from starlette.responses import Response

import brokerctl
from brokerctl.core import importing, parameters
from brokerctl.core.importing import Definitions
from brokerctl.errors import PreconditionFailed
from brokerctl.management import bodies, exporting, multipart, render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.definition_files import Reader
from brokerctl.management.errors import Refusal, bad_request, not_found
from brokerctl.management.exporting import Sections
from brokerctl.management.overview import PRODUCT, RABBITMQ_VERSION
from brokerctl.management.resources import resource
from brokerctl.management.turns import Turns
from brokerctl.management.values import Json

log = logging.getLogger(__name__)

MANY = 1000
"""Items in a file. Trying so many out takes some ten milliseconds; more are tried in a thread."""

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a file may be called without quotes (RFC 9110 §5.6.2)."""


async def export_all(call: Call) -> Response:
    name = parameters.cluster_name(call.broker)
    head = _head("cluster", f"Definitions of cluster '{name}'") | {"original_cluster_name": name}
    return await _export(call, head, exporting.of_everything(call.broker))


async def export_vhost(call: Call) -> Response:
    vhost = call.broker.vhosts.get(call.name("vhost"))
    if vhost is None:
        raise bad_request("vhost_not_found")
    head = _head("single_virtual_host", f"Definitions of virtual host '{vhost.name}'") | {
        "original_vhost_name": vhost.name,
        "description": vhost.description,
        "metadata": exporting.metadata(vhost),
        "limits": vhost.limits,
    }
    return await _export(call, head, exporting.of_vhost(vhost))


async def import_all(call: Call) -> Response:
    return await _import(call, None)


async def import_vhost(call: Call) -> Response:
    name = call.name("vhost")
    if name not in call.broker.vhosts:
        raise not_found("vhost_not_found")
    return await _import(call, name)


def _head(kind: str, explanation: str) -> Json:
    return {
        "rabbit_version": RABBITMQ_VERSION,
        "rabbitmq_version": RABBITMQ_VERSION,
        "product_name": PRODUCT,
        "product_version": brokerctl.__version__,
        "rabbitmq_definition_format": kind,
        "explanation": explanation,
    }


async def _export(call: Call, head: Json, sections: Sections) -> Response:
    download = call.request.query_params.get("download", "")
    headers = {}
    if download:
        if not TOKEN.fullmatch(download):
            raise bad_request("download: a file name of letters, digits, dots, dashes and underscores")
        headers["content-disposition"] = f"attachment; filename={download}"
    turns, parts = Turns(), [render.dumps(head)[:-1]]
    for name, rows in sections.items():
        encoded = []
        for batch in render.batches(rows):
            encoded.append(render.dumps([make() for make in batch])[1:-1])
            await turns.give_way()
        parts += b',"%s":[' % name.encode(), b",".join(encoded), b"]"
    return await render.text(call, b"".join([*parts, b"}"]), headers)


async def _import(call: Call, vhost: str | None) -> Response:
    body = await bodies.read_bytes(call.request)
    content_type = call.request.headers.get("content-type", "application/json")
    kind, redirect = content_type.partition(";")[0].strip().lower(), ""
    if kind == "multipart/form-data":
        form = multipart.fields(body, content_type)
        if "file" not in form:
            raise bad_request("the form has no field 'file'")
        body, redirect = form["file"], form.get("redirect", b"").decode(errors="replace")
    elif kind != "application/json":
        raise Refusal(
            415, "unsupported_media_type", "send application/json, or multipart/form-data with a field 'file'"
        )
    if _leads_elsewhere(redirect):
        raise bad_request("redirect: a path of this broker")
    reader = Reader(call.user.name, vhost)
    definitions = await asyncio.to_thread(_read, reader, body)
    await _apply(call, definitions)
    _report(call, definitions, reader)
    return Response(status_code=303, headers={"location": redirect}) if redirect else render.done()


def _leads_elsewhere(redirect: str) -> bool:
    # Browsers take a backslash for a slash, and any number of slashes at the beginning for two: a host follows.
    spelt = redirect.strip().replace("\\", "/")
    try:
        return spelt.startswith("//") or any(urlsplit(spelt)[:2]) or not redirect.isprintable()
    except ValueError:
        # No address at all.
        return True


def _read(reader: Reader, body: bytes) -> Definitions:
    """In a thread: a large file takes a while, and so does a password that must be hashed."""
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        file = bodies.parse(body) if body.strip() else {}
    except Refusal:
        raise bad_request("failed_to_parse_json") from None
    return reader.read(file)


async def _apply(call: Call, definitions: Definitions) -> None:
    """All or nothing: what would be refused is found on a broker that is thrown away."""
    try:
        is_tried = False
        if len(definitions) > MANY:
            trial = importing.trial(call.broker, definitions)
            found = importing.found_in(trial)
            await asyncio.to_thread(importing.apply, trial, definitions, [])
            # Meanwhile somebody may have deleted what they lean on: then it is tried once more, now without a pause.
            is_tried = found == importing.found_in(importing.trial(call.broker, definitions))
        if not is_tried:
            importing.apply(importing.trial(call.broker, definitions), definitions, [])
        call.door.run(partial(importing.apply, call.broker, definitions))
    except PreconditionFailed as error:
        raise bad_request(error.text) from error


def _report(call: Call, definitions: Definitions, reader: Reader) -> None:
    log.info("%s imported %d definitions", call.user.name, len(definitions))
    for item in definitions.foreign:
        log.warning("imported %s: it is kept and exported again, but not offered here", item)
    for what in reader.left_out:
        log.warning("not imported: %s", what)


RESOURCES = [
    *(
        resource(path, get=(Level.ADMINISTRATOR, export_all), post=(Level.ADMINISTRATOR, import_all))
        for path in ("/definitions", "/all-configuration")
    ),
    resource(
        "/definitions/{vhost}",
        get=(Level.ADMINISTRATOR, export_vhost),
        post=(Level.ADMINISTRATOR, import_vhost),
    ),
]
