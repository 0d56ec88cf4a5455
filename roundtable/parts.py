"""The list of the parts that have pages, in the order in which they may know each other."""

from flask import Flask

from roundtable.accounts import views as accounts
from roundtable.actions import views as actions
from roundtable.agenda_page import views as agenda
from roundtable.audit import views as audit
from roundtable.board import views as board
from roundtable.calendars import views as calendars
from roundtable.circulation import views as circulation
from roundtable.clearance import views as clearance
from roundtable.conferences import views as conferences
from roundtable.desk import views as desk
from roundtable.distribution import views as distribution
from roundtable.guest_list import views as guests
from roundtable.guest_page import views as guest_page
from roundtable.home import views as home
from roundtable.invitations import views as invitations
from roundtable.mail import views as mail
from roundtable.minutes import views as minutes
from roundtable.press import publish_views as publishing
from roundtable.press import views as press
from roundtable.press_room import views as press_room
from roundtable.privacy import views as privacy
from roundtable.scheduling import views as scheduling
from roundtable.search import views as search
from roundtable.trail import views as trail
from roundtable.video import views as video
from roundtable.watch import views as watch


def register_parts(app: Flask) -> None:
    """Give the app the pages of every part."""
    for part in (
        audit,
        mail,
        accounts,
        conferences,
        invitations,
        scheduling,
        agenda,
        calendars,
        video,
        minutes,
        desk,
        circulation,
        actions,
        search,
        press,
        publishing,
        clearance,
        press_room,
        distribution,
        guests,
        guest_page,
        privacy,
        trail,
        watch,
        board,
        home,
    ):
        part.init_app(app)
