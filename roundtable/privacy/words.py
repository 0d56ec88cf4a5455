"""What the kinds of data are called, and why each is stored: the page for everybody reads from here."""

from dataclasses import dataclass

from roundtable.languages import later as _l

KINDS = {
    "letters": _l("Letters to offices and newsrooms"),
    "history of answers": _l("The history of answers"),
    "replies from calendars": _l("Replies from calendars"),
    "state of calendars": _l("Which entry stands in which calendar"),
    "who came through the door": _l("Who came through the door"),
    "contacts of offices": _l("Contacts of offices, with their personal links"),
    "visits by preview links": _l("Visits by links for journalists"),
    "preview links": _l("Links for journalists"),
    "details of the log": _l("Details of the log; that something was done stays"),
    "notes and deputies": _l("Notes, topics and deputies in answers"),
    "contacts": _l("Contacts of offices, with their personal links"),
    "deputies": _l("Named as deputy"),
    "calendar replies": _l("Replies from calendars"),
    "links for journalists": _l("Links for journalists"),
    "calendar entry": _l("Which entry stands in which calendar"),
    "link request": _l("Wishes for a new link"),
    "newsroom": _l("Places on distribution lists"),
    "account door": _l("Invitations and links for new passwords"),
    "account": _l("The account"),
    "details in the log": _l("Details of the log; that something was done stays"),
    "stays: contact person of a conference": _l(
        "Still named as contact person of a conference: please let its organizers enter somebody else"
    ),
    "stays: approved minutes": _l("Approved minutes that name the person stay as they are, as records must"),
}


@dataclass(frozen=True)
class Stored:
    """One row of the page: what, why, and how long."""

    what: str
    why: str
    how_long: str


STORED = (
    Stored(
        _l("Name, address and language of the contacts of mayors’ offices"),
        _l("To invite, to send changes and reminders, and to know who has answered"),
        _l("Until the time of the conference is over, or the office asks"),
    ),
    Stored(
        _l("Name and office of mayors, and of those who sit in for them"),
        _l("To seat them, to give them the floor and to keep the record: they act in public office"),
        _l("With the minutes, as long as those are kept"),
    ),
    Stored(
        _l("Answers, notes, languages and consent to pictures"),
        _l("To prepare the session"),
        _l("Until the time of the conference is over"),
    ),
    Stored(
        _l("Statements, decisions and action items in minutes"),
        _l("The record of the session; what was said off the record is read only by those who keep it"),
        _l("As long as the hosts keep their records"),
    ),
    Stored(
        _l("Letters that were sent, and whether they arrived"),
        _l("To send each once, and to show organizers what did not arrive"),
        _l("Until the time of the conference is over"),
    ),
    Stored(
        _l("Addresses of newsrooms and journalists"),
        _l("To send them what is published; every letter has a link to leave the list"),
        _l("Until they leave, or the list is removed"),
    ),
    Stored(
        _l(
            "Accounts of organizers, minute takers and press officers; their open sign-ins with browser and network"
        ),
        _l("To let in who may come in, and to show misuse"),
        _l("As long as there is the account; a sign-in ends after seven days"),
    ),
    Stored(
        _l("A log of who did what, with the network from which they came, never the whole address"),
        _l("To find out later what happened, and to show that nothing was changed in secret"),
        _l("Details for 24 months; that something was done stays"),
    ),
    Stored(
        _l("One cookie for whoever signs in or chooses a language"),
        _l("To know the browser again; there is no tracking, and nothing is loaded from elsewhere"),
        _l("At most seven days"),
    ),
)
