"""The directory of services: taken in whole, from every known shape, again without harm."""

from __future__ import annotations

import json

import pytest

from pathways.analysis import directory as reading
from pathways.journey import directory, identity
from pathways.records.models import DesiredOutcome, NeedCategory, Organisation, Service
from tests.journey import people


@pytest.fixture
def cast(db):
    return people.cast()


def take_in(found, by, **more):
    with identity.acting(by):
        return directory.take_in(found=found, by=by, at=people.NOW, **more)


@pytest.mark.shared_data
def test_all_58_contracts_are_taken_in_and_none_is_lost(cast, shared_data):
    found = reading.read(shared_data / "moj_crs_womens_contracts")
    said = take_in(found, cast.coordinator)
    assert said.data["tally"].services == Service.objects.count() == 58
    assert said.data["tally"].offers == 1274
    assert (NeedCategory.objects.count(), DesiredOutcome.objects.count()) == (9, 46)
    assert said.data["tally"].levels == 24
    bedfordshire = Service.objects.get(name="Women's Services in Bedfordshire")
    assert bedfordshire.contract_reference == "PRJ_5751"
    assert bedfordshire.is_for_women_only
    assert bedfordshire.minimum_age == 18
    assert bedfordshire.area == "bedfordshire"
    assert {p.code for p in bedfordshire.partners.all()} >= {"BEDFORD_WOMENS_CENTRE"}
    assert not bedfordshire.offers.filter(category__isnull=True).exists()


@pytest.mark.shared_data
def test_taking_the_same_in_twice_changes_nothing(cast, shared_data):
    found = reading.read(shared_data / "moj_crs_womens_contracts")
    take_in(found, cast.coordinator)
    before = list(Service.objects.order_by("id").values())
    again = take_in(found, cast.coordinator).data["tally"]
    assert (again.new, again.changed, again.unchanged) == (0, 0, 58)
    assert list(Service.objects.order_by("id").values()) == before


@pytest.mark.shared_data
def test_the_whole_open_referral_folder_is_read_as_it_lies(shared_data):
    found = reading.read(shared_data / "open_referral")
    assert len(found.services) >= 128
    assert "hsds_3/examples/csv/datapackage.json" in found.ignored


def test_a_damaged_file_of_a_folder_is_named_with_its_path(tmp_path):
    (tmp_path / "north").mkdir()
    (tmp_path / "north" / "list.json").write_text("[1,")
    with pytest.raises(reading.UnreadableError, match=r"^north/list\.json: line 1"):
        reading.read(tmp_path)


@pytest.mark.shared_data
def test_the_open_referral_sample_is_taken_in_whole(cast, shared_data):
    sample = shared_data / "open_referral" / "oruk_mocks" / "V3.0-UK-Test" / "service_list_data.json"
    found = reading.read(sample)
    assert take_in(found, cast.coordinator).data["tally"].services == Service.objects.count() == 128
    assert any("is given to several services" in note for note in found.notes)


@pytest.mark.shared_data
def test_a_folder_of_every_kind_of_answer_is_read_without_inventing_services(shared_data):
    found = reading.read(shared_data / "open_referral" / "oruk_mocks" / "V3.0-UK-Default")
    assert found.services
    assert "taxonomy.json" in found.ignored


def test_a_dry_run_says_what_would_happen_and_writes_nothing(cast, tmp_path):
    file = tmp_path / "service.json"
    file.write_text(json.dumps({"id": "1", "name": "Counselling", "status": "active"}))
    said = take_in(reading.read(file), cast.coordinator, dry_run=True)
    assert said.data["tally"].new == 1
    assert not Service.objects.exists()


def test_only_a_coordinator_or_an_administrator_takes_in(cast, tmp_path):
    file = tmp_path / "service.json"
    file.write_text(json.dumps({"id": "1", "name": "Counselling", "status": "active"}))
    assert not take_in(reading.read(file), cast.worker)
    assert take_in(reading.read(file), cast.administrator)


def test_a_sector_is_taken_from_the_mapping_and_never_from_a_name(cast, tmp_path):
    file = tmp_path / "services.csv"
    file.write_text("name,organisation,needs\nCoaching,Bright Ltd,Employment; Debt\nAdvice,Harbour,Housing\n")
    said = take_in(reading.read(file), cast.coordinator, mapping={"Bright Ltd": {"sector": "private"}})
    assert Organisation.objects.get(code="Bright Ltd").sector == "private"
    assert said.data["tally"].assumed_sector == ["Harbour"]
    assert Service.objects.get(name="Coaching").offers.count() == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", '{"id": 1,', "a.json: line 1, column 10"),
        ("a.json", "[1, 2]", "no service was found"),
        ("a.csv", "colour\nred\n", "no service was found"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.raises(reading.UnreadableError, match="(?s)" + said.replace(".", r"\.")):
        reading.read(tmp_path / name)


def test_a_bad_record_is_left_out_with_its_reason_and_the_rest_are_taken_in(tmp_path):
    good = {"id": "1", "name": "Counselling", "status": "active"}
    bad = {"id": "2", "name": "Group", "status": "active", "minimum_age": "eighteen"}
    (tmp_path / "list.json").write_text(json.dumps({"contents": [good, bad]}))
    found = reading.read(tmp_path)
    assert [record.name for record in found.services] == ["Counselling"]
    assert [(r.place, r.why) for r in found.rejected] == [
        ("list.json item 2", "minimum_age is not a whole number: eighteen")
    ]
