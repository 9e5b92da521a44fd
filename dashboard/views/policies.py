"""Policies and operator policies: the list, one with a review of what it reaches, and taking one away."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Policy
from brokerctl.errors import ClientError, ObjectNotFound
from dashboard import access, brokers
from dashboard.declaring import in_force
from dashboard.declaring.in_force import Effect, Policies
from dashboard.declaring.patterns import BadPattern
from dashboard.forms.policy import PolicyForm, initial_of
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.leaving import named
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.confirm import Confirmation, Crumb
from dashboard.pages.policies import ListedPolicy, PoliciesPage, PolicyPage
from dashboard.snapshot import Snapshot
from dashboard.views.confirming import confirm
from dashboard.views.declare import refused, rows, typed
from dashboard.views.place import Place, place, says_why, somewhere, whole
from dashboard.words import sentence, visible

NOUN = {False: "policy", True: "operator policy"}
EDIT = {False: "policy-edit", True: "operator-policy-edit"}


@require_safe
def listing(request: HttpRequest, broker: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    taken = access.visible_snapshot(request.user, found)
    seen = access.visible_vhosts(request.user, found)
    is_operator, vhost = request.GET.get("kind") == "operator", request.GET.get("vhost", "")
    both: tuple[list[Policy], list[Policy]] = [], []
    error = ""
    try:
        client = brokers.client(found)
        both = client.policies(), client.operator_policies()
    except ClientError as failure:
        error = sentence(failure)
    shown = [
        [each for each in kind if (seen is None or each.vhost in seen) and vhost in ("", each.vhost)] for kind in both
    ]
    mine = shown[is_operator]
    mine.sort(key=lambda each: (each.vhost, -each.priority, each.name))
    editable = set(access.vhosts_with(request.user, found, Role.ADMIN, {each.vhost for each in mine}))
    if is_operator and access.role_on(request.user, found) is not Role.ADMIN:
        editable = set()
    reached = _reached(taken)
    page = PoliciesPage(
        broker=found,
        snapshot=taken,
        rows=tuple(
            ListedPolicy(each, None if is_operator else reached[each.vhost, each.name], each.vhost in editable)
            for each in mine
        ),
        is_operator=is_operator,
        vhost=vhost,
        vhosts=tuple(sorted({*({vhost} - {""}), *taken.vhost_names})),
        counts=(len(shown[0]), len(shown[1])),
        may_add=(
            access.role_on(request.user, found) is Role.ADMIN
            if is_operator
            else access.is_admin_somewhere(request.user, found)
        ),
        error=error,
    )
    return render(request, "policies/list.html", {"page": page})


def _reached(taken: Snapshot) -> Counter[tuple[str, str | None]]:
    """Of how many queues and exchanges each policy is the one that counts, by vhost and name."""
    queues = Counter((row.queue.vhost, row.queue.policy) for row in taken.queues.values())
    return queues + Counter((each.vhost, each.policy) for each in taken.exchanges)


@require_http_methods(["GET", "POST"])
@says_why
def add(request: HttpRequest, broker: str) -> HttpResponse:
    is_operator = request.GET.get("kind") == "operator"
    if is_operator:
        whole(request, broker, Role.ADMIN)
    here, vhosts = somewhere(request, broker, Role.ADMIN)
    return _form(request, here, vhosts, None, is_operator)


@require_http_methods(["GET", "POST"])
@says_why
def edit(request: HttpRequest, broker: str, vhost: str, policy: str, *, is_operator: bool = False) -> HttpResponse:
    here = _place(request, broker, vhost, is_operator)
    return _form(request, here, [vhost], _there(here, vhost, policy, is_operator), is_operator)


@require_http_methods(["GET", "POST"])
@says_why
def delete(request: HttpRequest, broker: str, vhost: str, policy: str, *, is_operator: bool = False) -> HttpResponse:
    here = _place(request, broker, vhost, is_operator)
    there = _there(here, vhost, policy, is_operator)
    effect = _effect(here, vhost, policy, None, is_operator)
    noun, shown = NOUN[is_operator], visible(policy)
    page = Confirmation(
        broker=here.broker,
        crumbs=(
            Crumb("Policies", _list(here, is_operator)),
            Crumb(policy, reverse(EDIT[is_operator], args=[broker, vhost, policy])),
        ),
        title=f"Delete {noun} {shown}?",
        lead=f"This takes the {noun} {shown} away from vhost {vhost} on {here.broker.name}. "
        "What it set is no longer in force at once.",
        effects=_losses(effect),
        button=f"Delete {noun}",
        cancel=_list(here, is_operator),
        seen=len(effect.changed),
        counted="queues and exchanges",
    )

    def take_away(client: BrokerClient, form: object) -> None:
        (client.delete_operator_policy if is_operator else client.delete_policy)(vhost, policy)

    asked = ChangeParameters(noun, policy, before=_readable(there))
    done = f"The {noun} {shown} is deleted."
    return confirm(request, Place(here.user, here.broker, vhost), page, asked, take_away, (page.cancel, done))


def _losses(effect: Effect) -> tuple[str, ...]:
    if not effect.matching:
        return ("It matches nothing there is.",)
    losses = []
    for noun in ("queue", "exchange"):
        found = [each for each in effect.changed if each.noun == noun]
        if found:
            losses.append(
                f"{len(found):,} {noun}{'' if len(found) == 1 else 's'} lose{'s' if len(found) == 1 else ''} "
                f"it: {named(each.name for each in found)}."
            )
    for each in effect.changed[:3]:
        keys = ", ".join(f"{key.name} from {_told(key.now)} to {_told(key.then)}" for key in each.keys)
        if keys:
            losses.append(f"{visible(each.name)}: {keys}{f'; {each.then} takes over' if each.then else ''}.")
    if effect.same:
        losses.append(f"{len(effect.same):,} more match and do not change: another policy is in force there.")
    return tuple(losses)


def _told(value: Any) -> str:
    return "not set" if value is None else str(value)


def _form(
    request: HttpRequest, here: Place, vhosts: list[str], there: Policy | None, is_operator: bool
) -> HttpResponse:
    form = _asked(request, here, vhosts, there, is_operator)
    effect, failure = None, ""
    if form.is_bound and form.is_valid():
        effect = _reviewed(here, form, there, is_operator)
        if effect is not None and form.is_confirmed(len(effect.changed)):
            try:
                _save(here, form.policy(), there, is_operator)
            except ClientError as error:
                failure = refused(form, error, "pattern")
            else:
                messages.success(request, f"The {NOUN[is_operator]} {visible(form.policy().name)} is in force.")
                return redirect(_list(here, is_operator))
    page = PolicyPage(here.broker, is_operator, there, form, rows(request, form), effect, failure)
    return render(request, "policies/policy.html", {"page": page})


def _asked(request: HttpRequest, here: Place, vhosts: list[str], there: Policy | None, is_operator: bool) -> PolicyForm:
    """As it was posted; or unbound, with the policy that is edited, or what was typed before another row was wanted."""
    product = here.product()
    fixed = {"vhost": there.vhost, "name": there.name} if there else {}
    if request.method == "POST" and request.POST.get("step") in ("review", "do"):
        data = request.POST.copy()
        for name, value in fixed.items():
            data[name] = value
        return PolicyForm(data, vhosts=vhosts, is_operator=is_operator, broker=product)
    form = PolicyForm(vhosts=vhosts, is_operator=is_operator, broker=product)
    known = initial_of(there, is_operator=is_operator) if there else {}
    form.initial = {**form.initial, **known, **typed(request, form), **fixed}
    return form


def _reviewed(here: Place, form: PolicyForm, there: Policy | None, is_operator: bool) -> Effect | None:
    """What saving will do; None when something is wrong, which the form says then."""
    wanted = form.policy()
    if there is None and any(each.name == wanted.name for each in _all(here, wanted.vhost, is_operator)):
        form.add_error(
            "name", f"There is {'an' if is_operator else 'a'} {NOUN[is_operator]} of this name. Edit that one."
        )
        return None
    try:
        return _effect(here, wanted.vhost, wanted.name, wanted, is_operator)
    except BadPattern as error:
        form.add_error("pattern", str(error))
        return None


def _effect(here: Place, vhost: str, name: str, to: Policy | None, is_operator: bool) -> Effect:
    """From what the collector saw, which is seconds old at most; of a broker that it does not see, from itself."""
    client, taken = here.client(), brokers.snapshot(here.broker)
    before = Policies(tuple(client.policies(vhost)), tuple(client.operator_policies(vhost)))
    if taken.is_live:
        queues = [row.queue for (of, _), row in taken.queues.items() if of == vhost]
        exchanges = [each for each in taken.exchanges if each.vhost == vhost]
    else:
        queues, exchanges = client.queues(vhost), client.exchanges(vhost)
    return in_force.effect(name, to, before, queues, exchanges, is_operator=is_operator)


def _save(here: Place, policy: Policy, there: Policy | None, is_operator: bool) -> None:
    kind = Kind.CHANGE if there else Kind.CREATE
    asked = ChangeParameters(NOUN[is_operator], policy.name, _readable(policy), _readable(there) if there else {})

    def put(client: BrokerClient) -> None:
        (client.put_operator_policy if is_operator else client.put_policy)(policy)

    change(kind, here.user, here.broker, policy.vhost, asked, put)


def _readable(policy: Policy) -> dict[str, Any]:
    values = asdict(policy)
    return {
        "pattern": values["pattern"],
        "apply-to": values["apply_to"],
        "priority": values["priority"],
        **policy.definition,
    }


def _there(here: Place, vhost: str, name: str, is_operator: bool) -> Policy:
    found = next((each for each in _all(here, vhost, is_operator) if each.name == name), None)
    if found is None:
        raise ObjectNotFound(f"there is no {NOUN[is_operator]} {name} in vhost {vhost} on {here.broker.name}")
    return found


def _all(here: Place, vhost: str, is_operator: bool) -> list[Policy]:
    client = here.client()
    return client.operator_policies(vhost) if is_operator else client.policies(vhost)


def _place(request: HttpRequest, broker: str, vhost: str, is_operator: bool) -> Place:
    """Operator policies are for those who run the broker; policies for who administers the vhost."""
    return whole(request, broker, Role.ADMIN) if is_operator else place(request, broker, vhost, Role.ADMIN)


def _list(here: Place, is_operator: bool) -> str:
    return reverse("policies", args=[here.broker.slug]) + ("?kind=operator" if is_operator else "")
