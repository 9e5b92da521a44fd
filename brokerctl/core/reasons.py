"""Why a queue gave a message up, in RabbitMQ's words."""

from enum import StrEnum


class Reason(StrEnum):
    REJECTED = "rejected"
    EXPIRED = "expired"
    MAXLEN = "maxlen"
    DELIVERY_LIMIT = "delivery_limit"
