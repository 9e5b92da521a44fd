"""What a person keeps of a table: columns for everywhere, views for one broker. The only part with a database."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.models import User
from django.http import QueryDict

from dashboard import preferences
from dashboard.listing.asked import Asked
from dashboard.listing.table import View
from dashboard.models import Broker, ChosenColumns, SavedView
from dashboard.models.list_choice import MAX_VIEWS


class TooManyViews(ValueError):
    """A sentence for people."""


def asked(user: User, query: QueryDict) -> Asked:
    """What an address asks of a table, with as many rows on a page as the person likes unless it names a number."""
    found = Asked.read(query)
    return found if "rows" in query else replace(found, rows=preferences.of(user).rows_per_page)


def columns(user: User, table: str) -> tuple[str, ...]:
    """The names of the columns that the person keeps for this table; empty for the table's own."""
    found = ChosenColumns.objects.filter(user=user, table=table).first()
    return tuple(found.columns.split(",")) if found else ()


def choose(user: User, table: str, names: tuple[str, ...]) -> None:
    """Keep these columns; none means the table's own again."""
    mine = ChosenColumns.objects.filter(user=user, table=table)
    if names:
        mine.update_or_create(user=user, table=table, defaults={"columns": ",".join(names)})
    else:
        mine.delete()


def views(user: User, broker: Broker | None, table: str) -> list[View]:
    rows = SavedView.objects.filter(user=user, broker=broker, table=table)
    return [View(row.title, Asked.read(QueryDict(row.query)), row.pk) for row in rows]


def save(user: User, broker: Broker | None, table: str, title: str, asked: Asked) -> None:
    """Keep the view under this title, in place of one that has it already. Raises TooManyViews."""
    mine = SavedView.objects.filter(user=user, broker=broker, table=table)
    if mine.filter(title=title).update(query=asked.but().query):
        return
    if mine.count() >= MAX_VIEWS:
        raise TooManyViews(f"There are {MAX_VIEWS} saved views already. Remove one that you no longer use first.")
    SavedView.objects.create(user=user, broker=broker, table=table, title=title, query=asked.but().query)


def remove(user: User, number: int) -> None:
    """Forget a view, if it is theirs."""
    SavedView.objects.filter(user=user, pk=number).delete()
