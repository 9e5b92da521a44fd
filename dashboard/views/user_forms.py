"""Add, change and delete users of a broker: for those who run it as a whole."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Connection, User
from brokerctl.errors import ClientError
from dashboard.forms.user import WAYS, PasswordForm, TagsForm, UserForm, initial_of
from dashboard.looks import look
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations import granting
from dashboard.operations.changes import change
from dashboard.operations.leaving import named
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.confirm import Confirmation, Crumb
from dashboard.pages.users import TAGS, SecretPage, UserFormPage
from dashboard.views.confirming import confirm
from dashboard.views.declare import refused
from dashboard.views.place import Place, says_why, whole
from dashboard.words import counted, visible

OURS = (
    "Postroom itself logs in as this user: it would be locked out of {broker}. Add another user with the tag "
    "administrator, and name it under Address and login, first."
)
OURS_EMBEDDED = (
    "Postroom itself logs in as this user: it would be locked out of {broker}. It is set by the settings of Postroom, "
    "not here."
)


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
@never_cache
@says_why
def add(request: HttpRequest, broker: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    form = UserForm(request.POST if request.method == "POST" else None)
    failure = ""
    if form.is_bound and form.is_valid():
        wanted, password = User(form.cleaned_data["name"], form.tags()), form.wanted()
        if wanted.name in {each.name for each in here.client().users()}:
            form.add_error("name", "There is a user of this name already. Open that one.")
        else:
            after = {"tags": ", ".join(wanted.tags), "password": _way(form)}
            asked = ChangeParameters("user", wanted.name, after)
            try:
                change(Kind.CREATE, here.user, here.broker, "", asked, lambda each: each.put_user(wanted, password))
            except ClientError as error:
                failure = refused(form, error, "name")
            else:
                done = f"User {visible(wanted.name)} is there. It may use no vhost yet: grant it something."
                return _done(request, here, wanted.name, form, password, done, is_new=True)
    page = UserFormPage(here.broker, None, form, failure)
    return render(request, "users/add.html", {"page": page})


@require_http_methods(["GET", "POST"])
@says_why
def tags(request: HttpRequest, broker: str, user: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    there = here.client().user(user)
    form = TagsForm(request.POST if request.method == "POST" else None, initial=initial_of(there.tags))
    failure, effects = "", tuple[str, ...]()
    is_reviewed = form.is_bound and form.is_valid()
    if is_reviewed:
        wanted = User(user, form.tags())
        effects = granting.of_tags(there.tags, wanted.tags, TAGS)
        if user == here.broker.username and "administrator" in there.tags and "administrator" not in wanted.tags:
            effects += ("Postroom itself logs in as this user: users, permissions and more will be closed to it.",)
        if form.is_confirmed(None):
            asked = ChangeParameters("user", user, {"tags": ", ".join(wanted.tags)}, {"tags": ", ".join(there.tags)})
            try:
                change(Kind.CHANGE, here.user, here.broker, "", asked, lambda each: each.put_user(wanted))
            except ClientError as error:
                failure = refused(form, error, "other")
            else:
                messages.success(request, f"The tags of {visible(user)} are changed.")
                return redirect("user", broker, user)
    page = UserFormPage(here.broker, there, form, failure, effects, is_reviewed=is_reviewed)
    return render(request, "users/tags.html", {"page": page})


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
@never_cache
@says_why
def password(request: HttpRequest, broker: str, user: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    there = here.client().user(user)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    failure, refusal = "", _refusal(here, user)
    if not refusal and form.is_bound and form.is_valid():
        wanted = form.wanted()
        asked = ChangeParameters("user", user, {"password": _way(form)})
        try:
            change(Kind.CHANGE, here.user, here.broker, "", asked, lambda each: each.put_user(there, wanted))
        except ClientError as error:
            failure = refused(form, error, "password")
        else:
            told = "has no password any more" if not wanted else "has its new password"
            return _done(request, here, user, form, wanted, f"{visible(user)} {told}.", is_new=False)
    effects = granting.of_password(_open(here, user), has_one=there.has_password)
    page = UserFormPage(here.broker, there, form, failure, effects, refusal)
    return render(request, "users/password.html", {"page": page})


def _done(
    request: HttpRequest, here: Place, user: str, form: PasswordForm, password: str, told: str, *, is_new: bool
) -> HttpResponse:
    """The user's page; a password that was made up is told first, in this answer and nowhere else."""
    if form.is_made_up:
        look.outdate(here.broker.slug)
        return render(request, "users/secret.html", {"page": SecretPage(here.broker, user, password, is_new)})
    messages.success(request, told)
    return redirect("user", here.broker.slug, user)


@require_http_methods(["GET", "POST"])
@says_why
def delete(request: HttpRequest, broker: str, user: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    there, open_now = here.client().user(user), _open(here, user)
    vhosts = [each.vhost for each in here.client().permissions() if each.user == user]
    shown = visible(user)
    effects = [
        *granting.of_deletion(open_now, here.product()[0]),
        f"Its permissions go, in {counted(len(vhosts), 'vhost')}: {named(vhosts)}."
        if vhosts
        else "It has no permission in any vhost.",
        "Queues, exchanges and messages stay, whoever declared or published them.",
    ]
    page = Confirmation(
        broker=here.broker,
        crumbs=(
            Crumb("Users", reverse("users", args=[broker])),
            Crumb(user, reverse("user", args=[broker, user])),
        ),
        title=f"Delete user {shown}?",
        lead=f"This deletes the user {shown} of {here.broker.name}. It cannot be undone: nobody knows its password.",
        effects=tuple(effects),
        button="Delete user" + (f" and close {counted(len(open_now), 'connection')}" if open_now else ""),
        cancel=reverse("user", args=[broker, user]),
        typed=user if open_now else "",
        seen=len(open_now),
        counted="open connections",
        refusal=_refusal(here, user),
    )
    asked = ChangeParameters("user", user, before={"tags": ", ".join(there.tags), "vhosts": ", ".join(vhosts)})

    def take_away(client: BrokerClient, form: object) -> None:
        client.delete_user(user)

    return confirm(
        request, here, page, asked, take_away, (reverse("users", args=[broker]), f"User {shown} is deleted.")
    )


def _open(here: Place, user: str) -> list[Connection]:
    return [each for each in here.client().connections() if each.user == user]


def _refusal(here: Place, user: str) -> str:
    """Why this user is not to be touched; empty: it may be."""
    if user != here.broker.username:
        return ""
    return (OURS_EMBEDDED if here.broker.is_embedded else OURS).format(broker=here.broker.name)


def _way(form: PasswordForm) -> str:
    """For the record: how it got its password, and never which."""
    return WAYS[form.cleaned_data["way"]][0].lower()
