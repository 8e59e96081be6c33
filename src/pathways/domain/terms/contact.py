"""Contact with her: by what channel, at what times, in what form, and whether she came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum

from pathways.domain.terms.words import Worded


class Channel(Worded):
    """A way to reach her."""

    TEXT = "text", "Text message"
    CALL = "call", "Telephone call"
    VOICEMAIL = "voicemail", "Voicemail"
    EMAIL = "email", "Email"
    LETTER = "letter", "Letter"
    IN_PERSON = "in_person", "In person"
    VIA_SOMEONE = "via_someone", "Through a person she trusts"
    CALENDAR = "calendar", "Calendar invitation"


class Purpose(Worded):
    """What a message is for. Nothing goes out without one."""

    APPROACH = "approach", "To offer support"
    APPOINTMENT = "appointment", "An appointment"
    SUPPORT = "support", "Support"
    FOLLOW_UP = "follow_up", "Follow-up"
    SAFETY = "safety", "Her safety"


class ContactMode(Worded):
    """How a contact took place."""

    FACE_TO_FACE = "face_to_face", "Face to face"
    HOME_VISIT = "home_visit", "Home visit"
    TELEPHONE = "telephone", "Telephone"
    VIDEO = "video", "Video call"
    TEXT = "text", "Text messages"
    GROUP = "group", "Group"
    ACCOMPANIED = "accompanied", "Went with her to another service"


class Attendance(Worded):
    """Whether she came. A late arrival is attended."""

    YES = "yes", "Attended"
    LATE = "late", "Attended, late"
    NO = "no", "Did not attend"

    @property
    def is_attended(self) -> bool:
        return self is not Attendance.NO


class Weekday(IntEnum):
    """Days as Python counts them: Monday is 0."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @property
    def label(self) -> str:
        return self.name.capitalize()


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """One weekday and the hours of it, local time; it ends before `until`.

    Raises ValueError when it ends before it begins: a window over midnight is two windows.
    """

    day: Weekday
    start: time
    until: time

    def __post_init__(self) -> None:
        if self.start >= self.until:
            raise ValueError("a window ends after it begins")

    def holds(self, local: datetime) -> bool:
        """Whether a local time lies inside."""
        return local.weekday() == self.day and self.start <= local.time() < self.until

    @property
    def label(self) -> str:
        return f"{self.day.label} {hour(self.start)} to {hour(self.until)}"


def hour(moment: time) -> str:
    """A time as it is said: 10, 10:30, midnight at the end of a day."""
    if moment >= time(23, 59):
        return "midnight"
    return str(moment.hour) if moment.minute == 0 else f"{moment.hour}:{moment.minute:02d}"
