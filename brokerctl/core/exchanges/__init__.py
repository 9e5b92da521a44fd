"""Exchange types: each is one small class with one question, `destinations`."""

from brokerctl.core.exchanges.base import Binding, Exchange
from brokerctl.core.exchanges.direct import Direct
from brokerctl.core.exchanges.fanout import Fanout
from brokerctl.core.exchanges.headers import Headers
from brokerctl.core.exchanges.topic import Topic

TYPES: dict[str, type[Exchange]] = {cls.type: cls for cls in (Direct, Fanout, Topic, Headers)}

__all__ = ["TYPES", "Binding", "Direct", "Exchange", "Fanout", "Headers", "Topic"]
