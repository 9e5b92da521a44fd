"""Pages, filters, orders, ranges and columns of lists."""

from __future__ import annotations

from tests.brokerctl.management.parity.reasons import HIDDEN_500, NEWER, OTHER_WORD
from tests.brokerctl.management.parity.requests import Answer

PAGED = "RabbitMQ 3.10 did not page these"
NO_VHOST = "a vhost that is not there is said to be none"

STORIES: dict[str, list[Answer]] = {
    "asking for pages": [
        Answer("GET", "/queues/{vhost}?page=9"),
        Answer("GET", "/queues/{vhost}?page=0"),
        Answer("GET", "/queues/{vhost}?page=x"),
        Answer("GET", "/queues/{vhost}?page=1&page_size=501"),
        Answer(
            "GET", "/queues/{vhost}?page=1&use_regex=true&name=(", ours=200, differs="newer RabbitMQs show nothing, too"
        ),
        Answer("GET", "/queues/{vhost}?lengths_age=0&lengths_incr=5"),
        Answer("GET", "/queues/{vhost}?sort=nope&columns=name"),
        Answer("GET", "/queues/{vhost}?page=1&page_size=x"),
        Answer("GET", "/queues/{vhost}?page=1&page_size=0"),
        Answer("GET", "/queues/{vhost}?page=-1"),
        Answer("GET", "/queues/{vhost}?page=1&page_size=500&columns=name"),
        Answer("GET", "/queues/{vhost}?page=1&page_size=2&name=nothing-like-that"),
        Answer("GET", "/queues/{vhost}?page=1&name=US&use_regex=false&columns=name"),
        Answer(
            "GET", "/queues/{vhost}?page=1&use_regex=true&name=^(busy|idle)$&columns=name&sort=name&sort_reverse=true"
        ),
        Answer("GET", "/queues/{vhost}?page=1&use_regex=true&name=" + "a" * 1025, ours=400, differs=NEWER),
        Answer("GET", "/queues/{vhost}?name=nothing-like-that&columns=name"),
        Answer("GET", "/queues/{vhost}?page_size=1&columns=name"),
        Answer("GET", "/queues/{vhost}?sort=&columns=name"),
        Answer(
            "GET",
            "/queues/{vhost}?columns=nope,message_stats.nope",
            ours=200,
            differs="RabbitMQ says [] for an object without keys",
        ),
        Answer("GET", "/exchanges/{vhost}?page=9"),
        Answer("GET", "/exchanges/{vhost}?page=1&page_size=3&columns=name,type"),
        Answer("GET", "/exchanges?page=1&page_size=3&columns=name,type"),
        Answer("GET", "/queues?page=1&page_size=3&columns=name,vhost"),
        Answer("GET", "/connections?page=1&page_size=3&columns=name,user"),
        Answer("GET", "/channels?page=1&page_size=3&columns=name,user"),
        Answer("GET", "/connections/username/guest?page=1&columns=name,user"),
        Answer("GET", "/users?page=1&columns=name", ours=200, differs=PAGED),
        Answer("GET", "/users/without-permissions?page=1", ours=200, differs=PAGED),
        Answer("GET", "/vhosts?page=1&columns=name"),
        Answer("GET", "/consumers/{vhost}?page=9&columns=consumer_tag"),
        Answer("GET", "/bindings/{vhost}?page=9&columns=source&sort=destination"),
        Answer("GET", "/policies/{vhost}?page=9&columns=name"),
        Answer("GET", "/permissions?page=9&columns=user,vhost&sort=user"),
    ],
    "asking for what is not there": [
        Answer("GET", "/connections/nope"),
        Answer("GET", "/channels/nope"),
        Answer("DELETE", "/connections/nope"),
        Answer("GET", "/nodes/nope", ours=404, differs=HIDDEN_500),
        Answer("GET", "/connections/nope/channels", ours=404, differs=HIDDEN_500),
        Answer("GET", "/connections/username/nobody"),
        Answer("DELETE", "/connections/username/nobody"),
        Answer("GET", "/consumers/nowhere"),
        Answer("GET", "/vhosts/nowhere/connections"),
        Answer("GET", "/vhosts/nowhere/channels"),
        Answer("GET", "/nodes/nope/memory"),
        Answer("GET", "/users/nobody/queues", ours=200, differs=NEWER),
        Answer("GET", "/users/guest/queues", ours=200, differs=NEWER),
        Answer("GET", "/queues/detailed", ours=200, differs=NEWER),
    ],
    "asking for a time that is none": [
        Answer("GET", "/overview?lengths_age=0&lengths_incr=5", ours=400, differs=OTHER_WORD),
        Answer("GET", "/overview?lengths_age=5000000&lengths_incr=5", ours=400, differs=OTHER_WORD),
        Answer("GET", "/overview?lengths_age=x&lengths_incr=5&columns=node"),
        Answer("GET", "/overview?lengths_age=60&columns=node"),
        Answer("GET", "/nodes?node_stats_age=10&node_stats_incr=0", ours=400, differs=OTHER_WORD),
        Answer("GET", "/vhosts?msg_rates_age=10&msg_rates_incr=0"),
        Answer("GET", "/vhosts/{vhost}?data_rates_age=10&data_rates_incr=-1", ours=400, differs=OTHER_WORD),
        Answer("GET", "/queues/{vhost}?msg_rates_age=10&msg_rates_incr=0"),
        Answer("GET", "/queues/{vhost}/busy?msg_rates_age=10&msg_rates_incr=0", ours=400, differs=OTHER_WORD),
        Answer("GET", "/exchanges/{vhost}?msg_rates_age=10&msg_rates_incr=0"),
        Answer("GET", "/exchanges/{vhost}/events?msg_rates_age=10&msg_rates_incr=0", ours=400, differs=OTHER_WORD),
        Answer("GET", "/connections?data_rates_age=10&data_rates_incr=0", ours=400, differs=OTHER_WORD),
        Answer("GET", "/channels?msg_rates_age=10&msg_rates_incr=0", ours=400, differs=OTHER_WORD),
    ],
    "asking without statistics": [
        Answer("GET", "/channels?disable_stats=true"),
        Answer("GET", "/vhosts/{vhost}/channels?disable_stats=true"),
        Answer("GET", "/channels/{connection}%20(1)?disable_stats=true"),
        Answer("GET", "/consumers?disable_stats=true"),
        Answer("GET", "/consumers/{vhost}?disable_stats=true"),
    ],
    "naming a vhost in a header": [
        Answer("GET", "/queues?columns=name", headers={"x-vhost": "{vhost}"}),
        Answer("GET", "/exchanges?columns=name&page=1", headers={"x-vhost": "{vhost}"}),
        Answer("GET", "/queues?columns=name", headers={"x-vhost": "nowhere"}, ours=404, differs=NO_VHOST),
        Answer("GET", "/policies?columns=name", headers={"x-vhost": "nowhere"}, ours=404, differs=NO_VHOST),
    ],
}
