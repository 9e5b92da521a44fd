"""The dashboard's own rows. A model knows its row's rules; nothing here talks to a broker."""

from dashboard.models.broker import Broker
from dashboard.models.grant import Grant
from dashboard.models.import_plan import ImportPlan
from dashboard.models.list_choice import ChosenColumns, SavedView
from dashboard.models.operation import Operation
from dashboard.models.preferences import Preferences
from dashboard.models.sample import Mark, Sample, Track

__all__ = [
    "Broker",
    "ChosenColumns",
    "Grant",
    "ImportPlan",
    "Mark",
    "Operation",
    "Preferences",
    "Sample",
    "SavedView",
    "Track",
]
