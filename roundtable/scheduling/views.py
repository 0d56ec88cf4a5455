"""Pages of finding the hour."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from roundtable import clock, dates, times
from roundtable.conferences.access import conference_or_404, meeting_or_404, rights_in
from roundtable.conferences.models import Conference, Meeting
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.queries import participants_of, zone_names_at
from roundtable.invitations.answers import CHANNEL_NAMES
from roundtable.languages import current_language, refusal_text
from roundtable.mail import delivery
from roundtable.scheduling import (
    queries,
    reasons,
    reminder_service,
    service,
)
from roundtable.scheduling.access import option_or_404, poll_or_404
from roundtable.scheduling.asking_views import bp as asking_pages
from roundtable.scheduling.choices import CHOICE_NAMES, MARKS, Choice, PollStage
from roundtable.scheduling.forms import OptionForm, SearchForm
from roundtable.scheduling.models import DateOption, DatePoll, DateQuestion
from roundtable.scheduling.proposals import Hours, Proposal, Search, judged, propose
from roundtable.web.numbers import key_of

bp = Blueprint("scheduling", __name__)


def _new_form(conference: Conference, meeting: Meeting | None) -> SearchForm:
    today = times.wall(clock.now(), ZoneInfo(conference.home_zone)).date()
    first = today + timedelta(days=21)
    return SearchForm(
        languages=conference.languages,
        data={
            "titles": meeting.titles if meeting else conference.titles,
            "zone": meeting.zone if meeting else conference.home_zone,
            "duration_minutes": meeting.duration_minutes if meeting else 90,
            "first_day": first,
            "last_day": first + timedelta(days=27),
            "close_day": today + timedelta(days=10),
            "close_hour": time(18),
            "reminder_days": 2,
        },
    )


def _meeting_asked_for(conference: Conference) -> Meeting | None:
    number = request.args.get("meeting", type=key_of)
    if number is None:
        return None
    meeting = meeting_or_404(number, Right.ORGANIZE)
    if meeting.conference_id != conference.id:
        abort(404)
    meeting.check_open()
    return meeting


@bp.route("/conferences/<int:conference_id>/polls/new", methods=["GET", "POST"])
def begin(conference_id: int) -> ResponseReturnValue:
    """Begin to look for an hour."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    meeting = _meeting_asked_for(conference)
    if request.method == "GET":
        form = _new_form(conference, meeting)
        return render_template("scheduling/edit.html", form=form, conference=conference, poll=None)
    form = SearchForm(request.form, languages=conference.languages)
    if form.validate():
        try:
            poll = service.begin(conference, form.plan(), meeting)
            db.session.commit()
            return redirect(url_for("scheduling.show", poll_id=poll.id))
        except Refusal as refusal:
            db.session.rollback()
            form.close_day.errors = [refusal_text(refusal)]
    return render_template("scheduling/edit.html", form=form, conference=conference, poll=None), 422


@bp.route("/polls/<int:poll_id>/edit", methods=["GET", "POST"])
def edit(poll_id: int) -> ResponseReturnValue:
    """Change what is looked for."""
    poll = poll_or_404(poll_id)
    conference = poll.conference
    if request.method == "GET":
        closes = times.wall(poll.answers_close_at, ZoneInfo(poll.zone))
        form = SearchForm(
            obj=poll,
            languages=conference.languages,
            data={"close_day": closes.date(), "close_hour": closes.time()},
        )
        return render_template("scheduling/edit.html", form=form, conference=conference, poll=poll)
    form = SearchForm(request.form, languages=conference.languages)
    if form.validate():
        try:
            service.change(poll, form.plan())
            db.session.commit()
            return redirect(url_for("scheduling.show", poll_id=poll.id))
        except Refusal as refusal:
            db.session.rollback()
            form.close_day.errors = [refusal_text(refusal)]
    return render_template("scheduling/edit.html", form=form, conference=conference, poll=poll), 422


@bp.get("/polls/<int:poll_id>")
def show(poll_id: int) -> ResponseReturnValue:
    """Show what is proposed, who is asked and what the offices say."""
    return _page(poll_or_404(poll_id, Right.READ), OptionForm())


def _page(poll: DatePoll, option_form: OptionForm) -> str:
    options, questions, said = queries.options_of(poll), queries.questions_of(poll), queries.said_in(poll)
    zones = zone_names_at(poll.conference_id)
    closures = queries.closures_for(poll.conference_id)
    groups = queries.groups_of(questions)
    countries = list(dict.fromkeys(one.participant.city.country for one in questions))
    return render_template(
        "scheduling/show.html",
        poll=poll,
        conference=poll.conference,
        rights=rights_in(poll.conference),
        zones=zones,
        options=options,
        by_id={one.id: one for one in options},
        questions=questions,
        participants=participants_of(poll.conference_id),
        said_by=said,
        tallies=queries.tallies(options, questions, said),
        silent={one.id for one in queries.silent(options, questions, said)},
        judgements={
            one.id: _in_words(judged(one.wall_time, one.starts_at, poll.duration_minutes, groups, closures))
            for one in options
        },
        proposals=_proposals(poll, options, questions),
        reasons_said=_in_words,
        hours={country: closures.hours.get(country, Hours()) for country in sorted(countries)},
        warnings=_warnings(poll, options, zones),
        choice_names=CHOICE_NAMES,
        marks=MARKS,
        choices=Choice,
        channel_names=CHANNEL_NAMES,
        is_open=poll.stage in {PollStage.DRAFT, PollStage.OPEN},
        option_form=option_form,
        fresh=sum(one.announced_at is None for one in options),
    )


def _in_words(proposal: Proposal) -> list[str]:
    return reasons.said(proposal, current_language())


def _proposals(poll: DatePoll, options: list[DateOption], questions: list[DateQuestion]) -> list[Proposal]:
    """Return what is proposed and not chosen yet."""
    if poll.stage not in {PollStage.DRAFT, PollStage.OPEN}:
        return []
    search = Search(poll.first_day, poll.last_day, poll.zone, poll.duration_minutes, clock.now())
    found = propose(search, queries.groups_of(questions), queries.closures_for(poll.conference_id))
    chosen = {one.starts_at for one in options}
    return [one for one in found if one.starts_at not in chosen]


def _warnings(poll: DatePoll, options: list[DateOption], zones: tuple[str, ...]) -> list[str]:
    """Return what changes of the clocks between the first and the last day mean at the table."""
    home = ZoneInfo(poll.zone)
    first = datetime.combine(poll.first_day, time(), tzinfo=home)
    last = datetime.combine(poll.last_day + timedelta(days=1), time(), tzinfo=home)
    starts = [one.starts_at for one in options]
    return dates.gaps_said(min([first, *starts]), max([last, *starts]), poll.zone, zones, current_language())


@bp.post("/polls/<int:poll_id>/options")
def add_options(poll_id: int) -> ResponseReturnValue:
    """Take proposed hours, or one of the organizer's own."""
    poll = poll_or_404(poll_id)
    form = OptionForm(request.form)
    if "own" in request.form:
        if not form.validate():
            return _page(poll, form), 422
        wall_times = [form.wall_time()]
    else:
        form = OptionForm()
        wall_times = _chosen_times()
    try:
        count = service.add_options(poll, wall_times)
    except Refusal as refusal:
        db.session.rollback()
        form.hour.errors = [refusal_text(refusal)]
        return _page(poll, form), 422
    db.session.commit()
    flash(ngettext("%(num)d date was added.", "%(num)d dates were added.", count))
    return redirect(url_for("scheduling.show", poll_id=poll.id) + "#dates")


def _chosen_times() -> list[datetime]:
    """Return the proposed hours that were ticked."""
    found = []
    for typed in request.form.getlist("start"):
        try:
            found.append(datetime.fromisoformat(typed).replace(tzinfo=None))
        except ValueError:
            abort(400)
    return found


@bp.post("/polls/<int:poll_id>/options/<int:option_id>/remove")
def remove_option(poll_id: int, option_id: int) -> ResponseReturnValue:
    """Take an hour out again."""
    poll = poll_or_404(poll_id)
    service.remove_option(option_or_404(poll, option_id))
    db.session.commit()
    return redirect(url_for("scheduling.show", poll_id=poll.id) + "#dates")


def _ticked(name: str) -> set[int]:
    return {int(one) for one in request.form.getlist(name) if one.isascii() and one.isdigit()}


@bp.post("/polls/<int:poll_id>/asked")
def set_asked(poll_id: int) -> ResponseReturnValue:
    """Say who is asked, and who is required."""
    poll = poll_or_404(poll_id)
    service.set_asked(poll, _ticked("asked"), _ticked("required"))
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("scheduling.show", poll_id=poll.id) + "#asked")


@bp.post("/polls/<int:poll_id>/hours")
def set_hours(poll_id: int) -> ResponseReturnValue:
    """Set the office hours by country."""
    poll = poll_or_404(poll_id)
    hours = {}
    for name, typed in request.form.items():
        if name.startswith("opens-"):
            country = name.removeprefix("opens-")[:2]
            try:
                opens, closes = (
                    time.fromisoformat(typed),
                    time.fromisoformat(request.form.get(f"closes-{country}", "")),
                )
            except ValueError:
                flash(gettext("Please enter both hours, such as 09:00 and 17:00."))
                return redirect(url_for("scheduling.show", poll_id=poll.id) + "#hours")
            hours[country] = (opens, closes)
    service.set_office_hours(poll.conference, hours)
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("scheduling.show", poll_id=poll.id) + "#proposals")


@bp.post("/polls/<int:poll_id>/withdraw")
def withdraw(poll_id: int) -> ResponseReturnValue:
    """Give the search up."""
    poll = poll_or_404(poll_id)
    service.withdraw(poll)
    db.session.commit()
    return redirect(url_for("scheduling.show", poll_id=poll.id))


def _series_warnings(meetings: list[Meeting]) -> list[str]:
    """Return what changes of the clocks mean between the coming meetings of a conference."""
    coming = [one for one in meetings if one.starts_at > clock.now() and not one.is_cancelled]
    if len(coming) < 2:
        return []
    zones = zone_names_at(coming[0].conference_id)
    first, last = coming[0], coming[-1]
    return dates.gaps_said(first.starts_at, last.starts_at, first.zone, zones, current_language())


def init_app(app: Flask) -> None:
    """Serve the pages, and let letters about closed polls be dropped."""
    with app.app_context():
        delivery.drop_when(reminder_service.unwanted)
    # The conference's page stands below this part and shows its searches all the same.
    app.jinja_env.globals["searches_of"] = lambda conference_id: [
        one for one in queries.polls_of(conference_id) if one.stage in {PollStage.DRAFT, PollStage.OPEN}
    ]
    app.jinja_env.globals["series_warnings"] = _series_warnings
    app.register_blueprint(bp)
    app.register_blueprint(asking_pages)
