"""Letters about accounts: they come from the program itself, about no conference's session."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext

from roundtable.accounts.models import User
from roundtable.languages import speaking
from roundtable.mail import letters
from roundtable.mail.outbox import Draft


@dataclass(frozen=True)
class _Part:
    """A paragraph, or the button with the link."""

    lines: Sequence[str] = ()
    block: str = ""


@dataclass(frozen=True)
class Sheet:
    """A letter in one language: its paragraphs before and after the link, if it has one."""

    subject: str
    before: Sequence[str]
    link: str = ""
    button: str = ""
    after: Sequence[str] = field(default_factory=tuple)


def draft(kind: str, language: str, sheet: Sheet) -> Draft:
    """Return the letter; everything in the sheet is in the language already, which is the current one."""
    parts = [_Part([gettext("Dear Sir or Madam,")]), *(_Part([line]) for line in sheet.before)]
    if sheet.link:
        parts.append(_Part(block="link"))
    parts += [_Part([line]) for line in sheet.after]
    return letters.write(
        kind,
        language,
        sheet.subject,
        parts=parts,
        blocks={"link": [("", sheet.link)]},
        button=sheet.button,
        is_notice=True,
        title=sheet.subject,
        over="Roundtable",
        day="",
        clocks_at_table=[],
        bodies=[],
    )


def new_password(user: User, link: str) -> Draft:
    """Return the letter with the link to a new password."""
    with speaking(user.language):
        sheet = Sheet(
            subject=gettext("A new password for Roundtable"),
            before=[
                gettext("Somebody, probably you, has asked for a new password for your account."),
            ],
            link=link,
            button=gettext("Choose a new password"),
            after=[
                gettext(
                    "The link works once and for one hour. In another browser than the one in which you asked, "
                    "the page also wants the code that was shown there."
                ),
                gettext("If it was not you, you need not do anything: your password stays as it is."),
            ],
        )
        return draft("new-password", user.language, sheet)


def security_notice(user: User, what: str) -> Draft:
    """Return the letter that says what has changed about an account; `what` is one of `NOTICES`."""
    with speaking(user.language):
        sheet = Sheet(
            subject=gettext("Your Roundtable account has changed"),
            before=[_notices()[what], gettext("All your open sign-ins stand on the page of your account.")],
            after=[
                gettext(
                    "If it was not you, please ask for a new password at once and tell your administrator: "
                    "somebody else may have used your account."
                )
            ],
        )
        return draft("account-notice", user.language, sheet)


def _notices() -> dict[str, str]:
    return {
        "password": gettext("The password of your account was changed."),
        "factor-added": gettext("A second factor was added to your account."),
        "factor-removed": gettext("A second factor was taken from your account."),
        "codes": gettext(
            "New recovery codes were made for your account; the old ones do not count any more."
        ),
        "outside": gettext("Your account was connected with a city’s own sign-in service."),
        "recovery-code": gettext("A recovery code was used to sign in to your account."),
        "administrator": gettext("You are an administrator of Roundtable now."),
    }
