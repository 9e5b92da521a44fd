"""Feature flags and deprecated features of a broker: what it could do, and what it will not do for ever."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.features import FeatureFlag
from brokerctl.errors import ObjectNotFound
from dashboard import access
from dashboard.declaring.known import EMBEDDED, LAVINMQ
from dashboard.looks import kinds, look
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.confirm import Confirmation, Crumb
from dashboard.pages.features import FeaturesPage
from dashboard.views.confirming import confirm
from dashboard.views.place import says_why, whole
from dashboard.words import sentence, visible

ENABLED = "enabled"
WITHOUT = {
    EMBEDDED: "The embedded broker has none: it is one node, and what its version can do is always there.",
    LAVINMQ: "LavinMQ has none.",
}


@says_why
def listing(request: HttpRequest, broker: str) -> HttpResponse:
    here = whole(request, broker, Role.VIEWER)
    seen = look.take(here.broker, kinds.FEATURES)
    product, version = here.product()
    flags, deprecated = seen.value.flags, seen.value.deprecated
    page = FeaturesPage(
        broker=here.broker,
        snapshot=access.visible_snapshot(request.user, here.broker),
        look=seen,
        flags=tuple(sorted(flags or (), key=lambda each: (each.state == ENABLED, each.name))),
        why_no_flags=WITHOUT.get(product) or ("" if flags is not None else f"{here.broker.name} does not tell them."),
        deprecated=tuple(sorted(deprecated or (), key=lambda each: (not each.is_used, each.name))),
        why_none_deprecated=WITHOUT.get(product)
        or ("" if deprecated is not None else f"RabbitMQ tells of these from 3.13; this is {version or 'older'}."),
    )
    return render(request, "features/list.html", {"page": page})


@require_http_methods(["GET", "POST"])
@says_why
def enable(request: HttpRequest, broker: str, feature: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    flag = next((each for each in here.client().feature_flags() if each.name == feature), None)
    if flag is None:
        raise ObjectNotFound(f"there is no feature flag {feature}")
    back, shown = reverse("features", args=[broker]), visible(feature)
    page = Confirmation(
        broker=here.broker,
        crumbs=(Crumb("Feature flags", back),),
        title=f"Enable {shown}?",
        lead=f"This enables the feature flag {shown} on every node of {here.broker.name}, while it runs.",
        effects=_effects(flag),
        button="Enable it for good",
        cancel=back,
        verb="Enable",
        refusal=_refusal(flag),
    )
    asked = ChangeParameters("feature flag", feature, {"state": ENABLED}, {"state": flag.state})

    def do(client: BrokerClient, form: object) -> None:
        client.enable_feature_flag(feature)

    return confirm(request, here, page, asked, do, (back, f"Feature flag {shown} is enabled."), Kind.CHANGE)


def _effects(flag: FeatureFlag) -> tuple[str, ...]:
    effects = [sentence(flag.description)] if flag.description else []
    effects.append("It cannot be disabled again, by nothing and nobody.")
    effects.append("A node of an older version, which does not know it, can no longer join the cluster.")
    if flag.stability == "experimental":
        effects.append("It is experimental: the broker’s makers do not promise that it can be upgraded later.")
    return tuple(effects)


def _refusal(flag: FeatureFlag) -> str:
    if flag.state == ENABLED:
        return "It is enabled already."
    if flag.state == "unavailable":
        return "A node of the cluster does not know it: upgrade that one first."
    return ""
