"""What the map asks a broker for, as one thing that is looked at."""

from __future__ import annotations

from dashboard.looks.look import Kind
from dashboard.topology.wires import Wires, ask

WIRES: Kind[Wires] = Kind("topology", lambda client, names: ask(client))
