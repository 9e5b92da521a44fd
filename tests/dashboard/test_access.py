from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404

from dashboard import access, brokers
from dashboard.models import Broker, Grant
from dashboard.models.grant import Role
from tests.dashboard.operations.rows import broker_row, job_row
from tests.dashboard.people import member, person
from tests.dashboard.snapshots import row, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def local() -> Broker:
    return broker_row()


def test_the_owner_sees_everything_and_a_stranger_nothing(local: Broker, owner: User, stranger: User) -> None:
    assert list(access.visible_brokers(owner)) == [local]
    assert access.visible_vhosts(owner, local) is None
    assert access.role_on(owner, local, "/") is Role.ADMIN
    for nobody in (stranger, AnonymousUser()):
        assert list(access.visible_brokers(nobody)) == []
        assert access.visible_vhosts(nobody, local) == set()
        assert access.role_on(nobody, local, "/") is None


def test_a_grant_is_for_its_vhost_only(local: Broker) -> None:
    user = member(local, Role.OPERATOR, "/shop")

    assert access.visible_vhosts(user, local) == {"/shop"}
    assert access.role_on(user, local, "/shop") is Role.OPERATOR
    assert access.role_on(user, local, "/") is None
    assert access.role_on(user, local) is None


def test_a_grant_for_all_vhosts_is_for_those_to_come_too(local: Broker) -> None:
    user = member(local, Role.VIEWER, "")

    assert access.visible_vhosts(user, local) is None
    assert access.role_on(user, local, "made tomorrow") is Role.VIEWER
    assert access.role_on(user, local) is Role.VIEWER


def test_the_highest_of_two_roles_counts(local: Broker) -> None:
    user = member(local, Role.VIEWER, "")
    Grant.objects.create(user=user, broker=local, vhost="/shop", role=Role.ADMIN)

    assert access.role_on(user, local, "/shop") is Role.ADMIN
    assert access.role_on(user, local, "/") is Role.VIEWER


def test_a_grant_on_one_broker_is_none_on_another(local: Broker) -> None:
    other = broker_row("other")
    user = member(local, Role.ADMIN, "")

    assert list(access.visible_brokers(user)) == [local]
    assert access.role_on(user, other, "/") is None
    with pytest.raises(Http404):
        access.broker_or_404(user, "other")


@pytest.mark.parametrize("is_owner", [True, False])
def test_a_disabled_account_sees_nothing(is_owner: bool, local: Broker) -> None:
    user = person("gone", is_owner=is_owner)
    Grant.objects.create(user=user, broker=local, vhost="", role=Role.ADMIN)
    job_row(broker=local)
    user.is_active = False

    assert list(access.visible_brokers(user)) == []
    assert access.visible_vhosts(user, local) == set()
    assert access.role_on(user, local, "/") is None
    assert list(access.visible_operations(user)) == []


@pytest.mark.parametrize(
    ("mine", "needed", "suffices"),
    [
        (Role.VIEWER, Role.VIEWER, True),
        (Role.VIEWER, Role.OPERATOR, False),
        (Role.OPERATOR, Role.VIEWER, True),
        (Role.OPERATOR, Role.OPERATOR, True),
        (Role.OPERATOR, Role.ADMIN, False),
        (Role.ADMIN, Role.OPERATOR, True),
    ],
)
def test_each_role_includes_the_ones_before_it(mine: Role, needed: Role, suffices: bool, local: Broker) -> None:
    user = member(local, mine)

    assert access.may(user, local, "/", needed) is suffices
    if suffices:
        access.require(user, local, "/", needed)
    else:
        with pytest.raises(PermissionDenied, match=f"is {mine.value}; this needs {needed.value}"):
            access.require(user, local, "/", needed)


def test_what_is_not_for_somebody_does_not_exist(local: Broker) -> None:
    user = member(local, Role.ADMIN)

    with pytest.raises(Http404):
        access.require(user, local, "/other", Role.VIEWER)
    with pytest.raises(Http404):
        access.require(user, local, None, Role.VIEWER)


def test_jobs_are_seen_by_vhost(local: Broker, owner: User, stranger: User) -> None:
    here, there = job_row(broker=local), job_row(broker=local, vhost="/shop")
    job_row(broker=broker_row("other"))
    both = member(local, Role.VIEWER)
    Grant.objects.create(user=both, broker=local, vhost="/shop", role=Role.VIEWER)

    assert access.visible_operations(owner).count() == 3
    assert set(access.visible_operations(member(local, Role.VIEWER, ""))) == {here, there}
    assert set(access.visible_operations(member(local, Role.VIEWER, "/shop"))) == {there}
    assert access.visible_operations(both).count() == 2
    assert not access.visible_operations(stranger).exists()


def test_a_snapshot_is_cut_to_what_somebody_sees(local: Broker, owner: User, stranger: User) -> None:
    brokers.remember(local.pk, snapshot(row("a"), row("b", "/shop")))
    try:
        assert len(access.visible_snapshot(owner, local).queues) == 2
        assert list(access.visible_snapshot(member(local, Role.VIEWER, "/shop"), local).queues) == [("/shop", "b")]
        assert access.visible_snapshot(stranger, local).queues == {}
    finally:
        brokers.forget(local.pk)
