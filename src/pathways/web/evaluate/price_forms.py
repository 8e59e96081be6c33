"""What the price table and the page of costs ask: amounts with their range, years, shares and reasons."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.journey import pricing
from pathways.web import forms
from pathways.web.plan.forms import Amount, because


class Year(forms.Text):
    """A price year: the answer is written as 2015/16, or 2015."""

    def clean(self, value: Any) -> Any:
        typed = str(super().clean(value) or "")
        said = pricing.year_of(typed)
        if isinstance(said, Decision):
            raise ValidationError(said.reason)
        return said


class _Price(forms.PathwaysForm):
    name = forms.Text(label="What is the price for?", width="two-thirds", max_length=200)
    per = forms.Pick(label="Unit", of=pricing.Per,
                     hint="Prices of different units are never added together.")  # fmt: skip
    value = Amount(label="Value in the source", hint="In pounds, as the source prints it. Like 11320 or "
                                                     "11320.50")  # fmt: skip
    low = Amount(label="Low", hint="The least that it may be. Leave empty if there is no range.",
                 required=False)  # fmt: skip
    central = Amount(label="Central", hint="Leave empty to use the value in the source.", required=False)
    high = Amount(label="High", hint="The most that it may be. Leave empty if there is no range.",
                  required=False)  # fmt: skip
    year = Year(label="Price year", hint="Like 2015/16 for a financial year, or 2015", width=10,
                max_length=20)  # fmt: skip
    source = forms.Text(label="Source", hint="Author, year, title and page, so that others find it.",
                        width="full", max_length=400)  # fmt: skip
    deflator = forms.Pick(label="Moved to other years by", choices=[], empty="Never moved", required=False)
    note = forms.LongText(label="Note", rows=2, counted=400, required=False)

    def __init__(self, *args: Any, indices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deflator"].choices = [("", "Never moved"), *indices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name in ("value", "low", "central", "high"):
            if given.get(name) is not None and not 0 <= given[name] <= 1e9:
                self.add_error(name, "An amount must lie between nought and £1,000,000,000")
        value = given.get("value")
        if value is None or {"low", "central", "high"} & set(self.errors):
            return given
        central = value if given.get("central") is None else given["central"]
        low = central if given.get("low") is None else given["low"]
        high = central if given.get("high") is None else given["high"]
        if low > central:
            self.add_error("low", "Low must not be more than central")
        if high < central:
            self.add_error("high", "High must not be less than central")
        return {**given, "low": low, "central": central, "high": high,
                "deflator": given.get("deflator") or ""}  # fmt: skip


class AddPrice(_Price):
    code = forms.Text(
        label="Code",
        hint="Leave empty to have one made. The price of a full-time post has the code post; of one kind of "
        "work post-support, post-police, post-coordination, post-management, post-evaluation or "
        "post-volunteer.",
        width=20,
        max_length=40,
        required=False,
    )
    because = because("Why is it added?")


class ChangePrice(_Price):
    is_checked = forms.YesNo(
        label="Has somebody here held it against its source?",
        hint="Say yes only when the value, the unit and the price year were read in the source itself.",
    )
    because = because("Why is it changed?")


class YearForm(forms.PathwaysForm):
    year = Year(label="Prices of which year?", hint="All money is moved to this year. Like 2024/25",
                width=10, max_length=20)  # fmt: skip
    deflator = forms.Pick(label="By which indices is the programme’s own spending moved?", choices=[])
    because = because("Why is it changed?")

    def __init__(self, *args: Any, indices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deflator"].choices = [("", "Choose"), *indices]  # type: ignore[attr-defined]


class IndexForm(forms.PathwaysForm):
    series = forms.Pick(label="Which indices?", choices=[])
    year = Year(label="Year", hint="Like 2015/16 for a financial year, or 2015", width=10, max_length=20)
    index = Amount(label="Index", hint="A number above nought, on the same base as the others")
    source = forms.Text(label="Source of the whole series", hint="Leave empty to keep what is there.",
                        width="full", max_length=400, required=False)  # fmt: skip
    is_checked = forms.YesNo(label="Has somebody here held the whole series against its source?")
    because = because("Why is it changed?")

    def __init__(self, *args: Any, indices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series"].choices = [("", "Choose"), *indices]  # type: ignore[attr-defined]

    def clean_index(self) -> float:
        index = float(self.cleaned_data["index"])
        if not 0 < index <= 1e6:
            raise ValidationError("Index must be a number above nought, such as 100")
        return index


class PriceFile(forms.PathwaysForm):
    file = forms.Upload(
        label="Table of prices",
        hint="XLSX, ODS or CSV, with headings as the table is taken out here. The prices that are here now "
        "stay as a version.",
    )
    because = because("Why is it taken in?")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean(self) -> dict[str, Any]:
        """Each row that will not do stands in the summary; the question says that nothing was taken in."""
        given = super().clean() or self.cleaned_data
        if (sent := given.get("file")) is not None:
            made, wrong = pricing.read(sent.read(), sent.name, by=self.actor)
            sent.seek(0)
            if made is None:
                self.add_error(None, [ValidationError(each) for each in wrong])
                self.add_error("file", "Nothing was taken in. Mend the rows named above and choose the file "
                                       "again")  # fmt: skip
        return given


class ReasonForm(forms.PathwaysForm):
    because = because("Why?")


class PriceFilters(forms.PathwaysForm):
    words = forms.Text(label="Words", hint="A name, a code or a source")
    per = forms.Pick(label="Unit", of=pricing.Per, empty="Any unit")
    only = forms.ChooseMany(
        label="Only", choices=[("to_check", "Prices to be checked"), ("not_moved", "Prices not moved")],
        small=True, hint="",
    )  # fmt: skip


# --- costs avoided ------------------------------------------------------------------------------------


class Share(Amount):
    """A percentage; the answer is a share from 0 to 1, or None where it may be left out."""

    def clean(self, value: Any) -> Any:
        percent = super().clean(value)
        if percent is None:
            return None
        if not 0 <= percent <= 100:
            raise ValidationError(f"{self.label} must be from 0 to 100")
        return percent / 100

    def prepare_value(self, value: Any) -> Any:
        return f"{100 * value:g}" if isinstance(value, float) else value

    def in_words(self, value: Any) -> list[str]:
        return [] if value is None or value == "" else [f"{100 * value:g}%"]


class PutPrice(forms.PathwaysForm):
    finding = forms.Pick(label="Which finding?", choices=[])
    price = forms.Pick(label="Which price has one outcome?", choices=[])
    units = Amount(
        label="How many of the unit for each woman with the outcome?",
        hint="1 where a woman with the outcome counts once, as one incident, one victim or one stay.",
    )
    deadweight = Share(
        label="Deadweight, in per cent",
        hint="Of the difference, what would have come about anyway and the comparison does not hold. 0 where "
        "the comparison holds all of it.",
    )
    deadweight_least = Share(label="Deadweight at least", required=False, hint="Leave empty for no range.")
    deadweight_most = Share(label="Deadweight at most", required=False, hint="Leave empty for no range.")
    attribution = Share(
        label="Attribution, in per cent",
        hint="Of what is left, what this programme may claim beside others who helped. 100 where nobody else "
        "did.",
    )
    attribution_least = Share(label="Attribution at least", required=False, hint="Leave empty for no range.")
    attribution_most = Share(label="Attribution at most", required=False, hint="Leave empty for no range.")
    because = because("Why this price and these shares?")
    sections = (
        ("What is priced", ("finding", "price", "units")),
        ("What would have happened anyway", ("deadweight", "deadweight_least", "deadweight_most")),
        ("What the programme may claim", ("attribution", "attribution_least", "attribution_most")),
        ("Why", ("because",)),
    )

    def __init__(
        self, *args: Any, findings: list[tuple[str, str]], prices: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["finding"].choices = [("", "Choose"), *findings]  # type: ignore[attr-defined]
        self.fields["price"].choices = [("", "Choose"), *prices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name in ("deadweight", "attribution"):
            likely = given.get(name)
            if likely is None:
                continue
            least, most = given.get(f"{name}_least"), given.get(f"{name}_most")
            if least is not None and least > likely:
                self.add_error(f"{name}_least", "The least must not be more than the likely")
            if most is not None and most < likely:
                self.add_error(f"{name}_most", "The most must not be less than the likely")
        units = given.get("units")
        if units is not None and not 0 < units <= 10_000:
            self.add_error("units", "Enter a number above nought, and 10,000 at most")
        return given

    @staticmethod
    def span(given: dict[str, Any], name: str) -> tuple[float, float, float]:
        """Least, likely and most of a share; the likely one where no end was given."""
        likely = given[name]
        least, most = given.get(f"{name}_least"), given.get(f"{name}_most")
        return (likely if least is None else least, likely, likely if most is None else most)


class Published(forms.PathwaysForm):
    outcome = forms.Text(label="Which outcome?", hint="Yes or no, such as “reoffended within a year”",
                         width="two-thirds", max_length=120)  # fmt: skip
    source = forms.Text(label="Which publication?", hint="Author, year, title and page", width="full",
                        max_length=400)  # fmt: skip
    treated = forms.Number(label="Women of the programme", min_value=1, max_value=1_000_000)
    treated_events = forms.Number(label="Of them, with the outcome", min_value=0, max_value=1_000_000)
    comparison = forms.Number(label="Women compared with", min_value=1, max_value=1_000_000)
    comparison_events = forms.Number(label="Of those, with the outcome", min_value=0, max_value=1_000_000)
    is_published = forms.Confirm(label="These counts are published, or were cleared to leave")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name in ("treated", "comparison"):
            n, events = given.get(name), given.get(f"{name}_events")
            if n is not None and events is not None and events > n:
                self.add_error(f"{name}_events", "There cannot be more with the outcome than there are women")
        return given
