"""One authenticated request, with everything a handler needs to answer it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote

from starlette.requests import Request

from brokerctl.core.authorized import AuthorizedVhost
from brokerctl.core.broker import Broker
from brokerctl.core.permissions import User
from brokerctl.core.vhost import Vhost
from brokerctl.management import auth, bodies
from brokerctl.management.catalogue import Catalogue
from brokerctl.management.door import Door
from brokerctl.management.errors import absent, bad_request, not_found
from brokerctl.management.sampling import Rates, Sampler
from brokerctl.management.series import Range
from brokerctl.management.values import Json
from brokerctl.names import DEFAULT_EXCHANGE_IN_PATHS


@dataclass(slots=True, frozen=True)
class Services:
    """What all requests share."""

    door: Door
    sampler: Sampler
    node: str
    """The name of the one node."""
    catalogue: Catalogue = field(default_factory=Catalogue)


@dataclass(slots=True)
class Call:
    request: Request
    services: Services
    user: User
    lengths: Rates = field(init=False)
    """Renders queue lengths and churn, over the range that was asked for."""
    rates: Rates = field(init=False)
    """Renders message counters."""
    data: Rates = field(init=False)
    """Renders bytes of connections."""
    node_stats: Rates = field(init=False)
    has_stats: bool = field(init=False)
    """False when statistics were not asked for: definitions and cheap state only."""

    def __post_init__(self) -> None:
        self.lengths = self._rates("lengths")
        self.rates = self._rates("msg_rates")
        self.data = self._rates("data_rates")
        self.node_stats = self._rates("node_stats")
        self.has_stats = not self.flag("disable_stats")

    def _rates(self, family: str) -> Rates:
        asked = self.request.query_params
        return Rates(self.services.sampler, Range.parse(asked.get(f"{family}_age"), asked.get(f"{family}_incr")))

    @property
    def door(self) -> Door:
        return self.services.door

    @property
    def broker(self) -> Broker:
        return self.services.door.broker

    @property
    def node(self) -> str:
        return self.services.node

    def name(self, segment: str) -> str:
        """A segment of the path, decoded."""
        return unquote(self.request.path_params[segment])

    def exchange_name(self, segment: str) -> str:
        """A segment that names an exchange: `amq.default` stands for the one whose name is empty."""
        name = self.name(segment)
        return "" if name == DEFAULT_EXCHANGE_IN_PATHS else name

    def flag(self, name: str) -> bool:
        # Python's own True, too: some clients write it, and `if-unused` must not be lost on the way.
        return self.request.query_params.get(name, "").lower() == "true"

    def require_stats(self) -> None:
        """Raises Refusal where there is nothing to tell without statistics."""
        if not self.has_stats:
            raise bad_request("Stats in management UI are disabled on this node")

    async def body(self, max_bytes: int = bodies.MAX_BYTES, too_large: str = "") -> Json:
        return await bodies.read_object(self.request, max_bytes, too_large)

    def idle_since(self, source: object) -> str | None:
        """When a number of this object last changed, in RFC 3339; None when it just did, or is too young to tell."""
        sampler = self.services.sampler
        series = sampler.series(source)
        if series is None or series.idle_since is None:
            return None
        moment = datetime.fromtimestamp(series.idle_since + sampler.clock_offset, UTC)
        return moment.isoformat(timespec="milliseconds")

    # Vhosts

    def check_vhost(self) -> None:
        """Raises Refusal when the vhost in the path does not exist, or must not be known to this user."""
        name = self.name("vhost")
        if not auth.sees(self.user, name):
            raise not_found("Not Found")
        if name not in self.broker.vhosts:
            raise absent() if self.request.method in ("GET", "HEAD", "DELETE") else not_found("vhost_not_found")

    @property
    def vhost(self) -> Vhost:
        """The vhost in the path, after `check_vhost`; it may have gone while the body was read."""
        vhost = self.broker.vhosts.get(self.name("vhost"))
        if vhost is None:
            raise not_found("vhost_not_found")
        return vhost

    @property
    def authorized(self) -> AuthorizedVhost:
        """The vhost in the path, as this user may use it. Raises NotAllowed when the user has no rights in it."""
        return self.broker.authorized(self.user, self.vhost.name)

    def listed_vhosts(self) -> list[Vhost]:
        """The vhosts a list covers: the one in the path, else the one in X-Vhost, else all the user sees."""
        if "vhost" in self.request.path_params:
            return [self.vhost]
        asked = self.request.headers.get("x-vhost", "").strip()
        visible = auth.visible_vhosts(self.broker, self.user)
        if asked:
            visible = [name for name in visible if name == asked]
            if not visible:
                raise absent()
        return [self.broker.vhosts[name] for name in visible]
