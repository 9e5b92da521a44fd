"""Every address of the dashboard. One noun, one module of views."""

from django.contrib.auth.views import LogoutView
from django.urls import path, register_converter

from dashboard import paths
from dashboard.views import (
    brokers,
    declare,
    definitions,
    delete,
    exchanges,
    health,
    jobs,
    lists,
    login,
    many,
    messages,
    move,
    overview,
    policies,
    publish,
    purge,
    queues,
    republish,
)

register_converter(paths.NameConverter, "amqp")

BROKER = "brokers/<slug:broker>/"
QUEUE = BROKER + "<amqp:vhost>/queues/<amqp:queue>/"
OPERATOR_POLICY = BROKER + "<amqp:vhost>/operator-policies/<amqp:policy>/"
EXCHANGE = BROKER + "<amqp:vhost>/exchanges/<amqp:exchange>/"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("health/", health.health, name="health"),
    path("login/", login.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("brokers/new/", brokers.add, name="broker-add"),
    path(BROKER + "edit/", brokers.edit, name="broker-edit"),
    path(BROKER + "remove/", brokers.remove, name="broker-remove"),
    path(BROKER + "queues/", queues.list_queues, name="queues"),
    path(BROKER + "queues/many/", many.act, name="queues-many"),
    path(QUEUE, queues.detail, name="queue"),
    path(BROKER + "queues/new/", declare.queue, name="queue-add"),
    path(QUEUE + "bind/", declare.bind_queue, name="queue-bind"),
    path(QUEUE + "delete/", delete.queue, name="queue-delete"),
    path(QUEUE + "messages/", messages.browse, name="messages"),
    path(QUEUE + "publish/", publish.to_queue, name="queue-publish"),
    path(QUEUE + "purge/", purge.purge, name="purge"),
    path(QUEUE + "move/", move.move, name="move"),
    path(QUEUE + "republish/", republish.republish, name="republish"),
    path(BROKER + "exchanges/", exchanges.list_exchanges, name="exchanges"),
    path(EXCHANGE, exchanges.detail, name="exchange"),
    path(EXCHANGE + "publish/", publish.to_exchange, name="exchange-publish"),
    path("lists/<slug:table>/columns/", lists.choose_columns, name="list-columns"),
    path("lists/<slug:table>/views/", lists.save_view, name="list-views"),
    path("lists/views/<int:view>/remove/", lists.remove_view, name="list-view-remove"),
    path(BROKER + "exchanges/new/", declare.exchange, name="exchange-add"),
    path(EXCHANGE + "bind/", declare.bind_exchange, name="exchange-bind"),
    path(EXCHANGE + "delete/", delete.exchange, name="exchange-delete"),
    path(BROKER + "<amqp:vhost>/unbind/", delete.binding, name="unbind"),
    path(BROKER + "definitions/", definitions.definitions, name="definitions"),
    path(BROKER + "definitions/export/", definitions.export, name="definitions-export"),
    path(BROKER + "definitions/plans/<int:plan>/", definitions.plan, name="definitions-plan"),
    path(BROKER + "definitions/plans/<int:plan>/discard/", definitions.discard, name="definitions-discard"),
    path(BROKER + "policies/", policies.listing, name="policies"),
    path(BROKER + "policies/new/", policies.add, name="policy-add"),
    path(BROKER + "<amqp:vhost>/policies/<amqp:policy>/", policies.edit, name="policy-edit"),
    path(BROKER + "<amqp:vhost>/policies/<amqp:policy>/delete/", policies.delete, name="policy-delete"),
    path(OPERATOR_POLICY, policies.edit, {"is_operator": True}, name="operator-policy-edit"),
    path(OPERATOR_POLICY + "delete/", policies.delete, {"is_operator": True}, name="operator-policy-delete"),
    path("jobs/", jobs.listing, name="jobs"),
    path("jobs/<int:job>/", jobs.detail, name="job"),
    path("jobs/<int:job>/cancel/", jobs.cancel, name="job-cancel"),
]
