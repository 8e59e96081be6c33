"""Made-up names, drawn from ordinary given names and surnames; any likeness is chance."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words("""
Aaliyah Abigail Agnieszka Aisha Alice Amina Amy Ananya Angela Anna Ayesha Beata Bethany Blessing
Carly Caroline Chantelle Charlotte Chloe Claire Danielle Deborah Destiny Donna Eilidh Elena Ellie
Emma Esther Ewa Faith Farzana Fatima Fiona Gemma Georgia Grace Hafsa Halima Hannah Harriet Holly
Imani Iqra Isabel Jade Jasmine Jennifer Jessica Joanne Jodie Julia Karen Kasia Katie Kayleigh Kelly
Keziah Kirsty Laila Laura Leanne Lisa Lorraine Lucy Maria Marta Maryam Megan Melissa Mercy Michelle
Monika Nadia Naomi Natalie Natasha Nazia Nicole Nimra Olivia Patricia Paula Precious Priya Rachel
Rebecca Rukhsana Ruth Sabrina Samantha Sana Sarah Shabnam Shanice Shannon Sharon Simone Siobhan
Sofia Stacey Sunita Tanya Tara Tasha Teresa Tracey Vanessa Victoria Yasmin Zainab Zara Zoe
""")
SURNAMES = _words("""
Abbott Adeyemi Ahmed Akhtar Allen Anderson Appiah Asante Bailey Banks Barker Begum Bell Bennett Bibi
Boateng Bond Brady Briggs Brooks Butt Campbell Carr Chapman Charles Chaudhry Clarke Coleman Collins
Cooper Cox Cross Daniels Davies Dawson Doyle Dunn Edwards Ellis Evans Farrell Fletcher Ford Foster
Francis Gibson Gill Gordon Graham Grant Green Griffiths Hale Hall Hamilton Harper Harris Hart Hassan
Hayes Henry Hill Holmes Hughes Hunt Hussain Iqbal Jackson James Jenkins Johnson Jones Joseph Kamara
Kaur Kelly Khan Khatun King Knight Kowalska Lambert Lawrence Lee Lewis Lloyd Mahmood Malik Marsh
Marshall Martin Mason Matthews Mensah Miah Miller Mitchell Moore Morgan Morris Murphy Murray Nash
Newton Nowak Obi Okoro Oliver Osei Owen Palmer Parker Patel Pearce Perry Phillips Popescu Powell
Price Quinn Rahman Raja Reid Reynolds Richards Roberts Robinson Rogers Rose Russell Ryan Saleem
Sanders Saunders Scott Shah Sharma Shaw Simpson Singh Smith Spencer Stevens Stewart Stone Sullivan
Taylor Thomas Thompson Tucker Turner Wade Walker Walsh Ward Watson Watts Webb West White Wilkins
Williams Wilson Wood Wright Wojcik Yates Young Zaman
""")
_SHORT = {
    "Abigail": "Abi",
    "Agnieszka": "Aga",
    "Bethany": "Beth",
    "Charlotte": "Lottie",
    "Danielle": "Dani",
    "Deborah": "Debbie",
    "Jennifer": "Jen",
    "Jessica": "Jess",
    "Joanne": "Jo",
    "Natasha": "Tasha",
    "Patricia": "Trish",
    "Rebecca": "Becky",
    "Samantha": "Sam",
    "Victoria": "Vicky",
}


@dataclass(frozen=True, slots=True)
class Name:
    """An invented woman on paper, and the name she uses."""

    given: str
    surname: str
    called: str
    born: date
    telephone: str


def invent(rng: random.Random, *, on: date) -> Name:
    """A woman of 18 to 62 on the given day. Telephone numbers are from the range kept for drama."""
    given = rng.choice(GIVEN)
    youngest = on.replace(year=on.year - 18) - timedelta(days=30)
    born = youngest - timedelta(days=int(rng.triangular(0, 44 * 365, 11 * 365)))
    return Name(
        given,
        rng.choice(SURNAMES),
        _SHORT.get(given, given),
        born,
        f"07700 900{rng.randrange(1000):03d}",
    )


def misspell(name: str, rng: random.Random) -> str:
    """The same name with one slip of the keyboard."""
    place = rng.randrange(1, max(2, len(name) - 1))
    match rng.randrange(3):
        case 0:
            return name[:place] + name[place + 1 :]
        case 1:
            return name[: place - 1] + name[place : place + 1] + name[place - 1 : place] + name[place + 1 :]
        case _:
            return name[:place] + name[place] + name[place:]
