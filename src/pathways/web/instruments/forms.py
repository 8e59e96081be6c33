"""What is asked before an instrument is turned on or off, and of the files that bring one or its wording."""

from __future__ import annotations

from pathways.web import forms


class LicenceRead(forms.PathwaysForm):
    is_licence_accepted = forms.Confirm(
        label="I have read the licence above, and our site meets it",
        error="Confirm that your site meets the licence",
    )


class WhyOff(forms.PathwaysForm):
    why = forms.LongText(
        label="Why is it turned off?", counted=300, rows=2, error="Say why it is turned off",
        hint="What was filled in stays, and is shown.",
    )  # fmt: skip


class WordingFile(forms.PathwaysForm):
    source = forms.Text(
        label="Where is the wording from?", width="two-thirds", max_length=300,
        hint="The owner’s page or document, and the day on which you took it.",
    )  # fmt: skip
    file = forms.Upload(
        label="The file", hint="JSON, or a sheet with the columns code and text: a line for each question.",
        error="Choose the file with the wording",
    )  # fmt: skip


class FormFile(forms.PathwaysForm):
    file = forms.Upload(
        label="The spreadsheet",
        hint="XLSForm, saved as .xlsx or .ods, with the sheets survey, choices and settings.",
        error="Choose the spreadsheet",
    )  # fmt: skip
