"""What a column of somebody's extract means: standard names, guessed from its heading or said by the user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: every standard name, and the headings that are taken for it, plainly written (letters and digits only)
HEADINGS: dict[str, tuple[str, ...]] = {
    "first_name": ("firstname", "forename", "givenname", "given", "forenames", "givennames", "firstnames",
                   "christianname", "first", "fname", "forename1", "givenname1"),
    "middle_names": ("middlenames", "middlename", "secondname", "midlname", "middle", "forename2",
                     "othernames", "secondforename", "middleinitial", "mname"),
    "surname": ("surname", "lastname", "familyname", "family", "last", "lname", "surnamename"),
    "former_names": ("formernames", "formername", "formersurname", "formersurnames", "maidenname",
        "previousname",
                     "previousnames", "previoussurname", "birthname", "alias", "aliases", "knownas",
                     "alsoknownas", "aka", "preferredname", "birthsurname"),
    "full_name": ("fullname", "name", "personname", "displayname", "completename", "wholename"),
    "date_of_birth": ("dateofbirth", "dob", "birthdate", "birthday", "born", "dateborn", "bdate",
                      "yearofbirth", "birthyear", "yob"),
    "sex": ("sex", "gender", "sexcode", "gendercode", "sexatbirth"),
    "postcode": ("postcode", "postalcode", "zip", "zipcode", "postcodefake", "homepostcode",
        "currentpostcode",
                 "pcode", "rescode"),
    "address": ("address", "streetaddress", "homeaddress", "address1", "addressline1", "street",
        "resstreetaddress",
                "fulladdress", "currentaddress"),
    "town": ("town", "city", "suburb", "locality", "posttown", "place", "village", "rescitydesc", "rescity",
             "placename", "municipality"),
    "phone": ("phone", "telephone", "mobile", "phonenumber", "telephonenumber", "mobilenumber", "tel",
              "fullphonenumber", "fullphonenum", "mobilephone", "contactnumber", "telno"),
    "email": ("email", "emailaddress", "mail"),
    "place_of_birth": ("placeofbirth", "birthplace", "townofbirth", "birthtown", "countryofbirth", "pob",
                       "birthcountry", "cityofbirth"),
    "occupation": ("occupation", "job", "profession", "trade", "employment", "jobtitle"),
    "national_id": ("nationalid", "nationalinsurancenumber", "nino", "nhsnumber", "socsecid", "ssn",
        "pncid", "pnc",
                    "nationalidentifier", "nationalinsurance", "croid", "passportnumber", "nhsno", "nino"),
}  # fmt: skip
STANDARD = tuple(HEADINGS)
#: headings of parts that belong to one standard column, in the order in which they are written
_PARTS = {"address": ("streetnumber", "housenumber", "housename", "address", "streetaddress",
    "resstreetaddress",
                      "addressline1", "address1", "street", "streetname", "addressline2",
                          "address2")}  # fmt: skip


class MappingError(Exception):
    """A --map that cannot be followed. The text says which and what to write instead."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which of the file's columns each standard column is made of, and which columns none is made of."""

    sources: dict[str, tuple[str, ...]]
    unused: tuple[str, ...]


def plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def guess(columns: Sequence[str], *, record: str, said: Sequence[str] = ()) -> Mapping:
    """The mapping of a file with these headings, where `record` is the column that names each record.

    `said` are the user's own words, each STANDARD=COLUMN; a standard name said twice is made of both columns,
    in this order; STANDARD= alone leaves it out. Raises MappingError.
    """
    found: dict[str, list[str]] = {}
    left_out: set[str] = set()
    for one in said:
        standard, sign, column = one.partition("=")
        standard, column = standard.strip(), column.strip()
        if not sign or standard not in STANDARD:
            raise MappingError(
                f"--map {one}: write STANDARD=COLUMN, STANDARD being one of {', '.join(STANDARD)}"
            )
        if not column:
            left_out.add(standard)
        elif column not in columns:
            raise MappingError(
                f"--map {one}: there is no column {column}; there are: {', '.join(columns[:30])}"
            )
        else:
            found.setdefault(standard, []).append(column)
    taken = {record} | {column for several in found.values() for column in several}
    free = [column for column in columns if column not in taken]
    for standard, headings in HEADINGS.items():
        if standard in found or standard in left_out:
            continue
        if standard in _PARTS:
            parts = [column for heading in _PARTS[standard] for column in free if plain(column) == heading]
            if parts:
                found[standard] = parts
                continue
        for heading in headings:
            fitting = [column for column in free if plain(column) == heading]
            if fitting:
                found[standard] = fitting[:1]
                break
    used = {column for several in found.values() for column in several} | {record}
    return Mapping(
        {standard: tuple(found[standard]) for standard in STANDARD if standard in found},
        tuple(column for column in columns if column not in used),
    )
