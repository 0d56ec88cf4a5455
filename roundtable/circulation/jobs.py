"""Adopting minutes by silence when their time has come."""

from roundtable.circulation import service
from roundtable.jobs import Pieces

adopt_by_silence = Pieces(service.due_for_silence, service.adopt)
"""Adopts what nobody objected to."""
