"""The job that applies an uploaded file of definitions: opens the sealed file, does its plan, and lets the file go."""

from __future__ import annotations

import json

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Arguments, Definitions
from brokerctl.errors import ObjectNotFound
from brokerctl.operations import importing
from brokerctl.operations.progress import Control, Tally
from dashboard import secrets
from dashboard.models import ImportPlan, Operation
from dashboard.operations.parameters import ImportParameters


def sealed(document: Arguments) -> bytes:
    """As it lies in the database: it holds hashes of passwords."""
    return secrets.encrypt(json.dumps(document))


def wanted(row: ImportPlan) -> Definitions:
    """Raises secrets.UndecryptableError when the encryption key changed."""
    return importing.into(json.loads(secrets.decrypt(bytes(row.document_encrypted))), row.vhost or None)


def apply(operation: Operation, client: BrokerClient, control: Control) -> Tally:
    """Raises ObjectNotFound when the file is gone, else as brokerctl.operations.importing.apply does."""
    asked = ImportParameters.from_json(operation.parameters)
    row = ImportPlan.objects.filter(pk=asked.plan).first()
    if row is None:
        raise ObjectNotFound("the uploaded file is not kept any more; upload it again")
    try:
        definitions = wanted(row)
    except secrets.UndecryptableError as error:
        raise ObjectNotFound("the uploaded file cannot be decrypted any more; upload it again") from error
    tally = importing.apply(client, definitions, asked.digest, control)
    row.delete()
    return tally
