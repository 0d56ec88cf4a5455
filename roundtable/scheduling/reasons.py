"""Why an hour suits or does not, as an organizer reads it."""

from flask_babel import gettext, ngettext

from roundtable import dates
from roundtable.scheduling.proposals import Obstacle, Proposal, Reason


def said(proposal: Proposal, language: str) -> list[str]:
    """Return the phrases that judge an hour, in the current language, the most important first."""
    if not proposal.reasons:
        return [
            ngettext("the city is in office hours", "all %(num)d cities are in office hours", proposal.cities)
        ]
    first = gettext(
        "%(inside)d of %(all)d cities are in office hours", inside=proposal.inside, all=proposal.cities
    )
    return [first, *(_phrase(one, language) for one in proposal.reasons)]


def _phrase(one: Reason, language: str) -> str:
    country = dates.country_name(one.country, language)
    counts = {"cities": one.cities, "all": one.of_cities, "country": country}
    if one.obstacle is Obstacle.HOLIDAY and one.holiday is not None:
        return gettext(
            "%(holiday)s: %(cities)d of %(all)d cities (%(country)s)",
            holiday=one.holiday.called(),
            **counts,
        )
    if one.obstacle is Obstacle.WEEKEND:
        return gettext("weekend: %(cities)d of %(all)d cities (%(country)s)", **counts)
    return gettext(
        "outside office hours: %(cities)d of %(all)d cities (%(country)s, time of %(place)s)",
        place=dates.zone_city(one.zone, language),
        **counts,
    )
