"""Times: without zone they are the home's, at the vendor they have an offset, and walls' clocks rule."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.grants_ha.helpers import UNIT, Grants

type Bodies = list[dict[str, Any]]


@pytest.fixture
def bodies(grants: Grants, monkeypatch: pytest.MonkeyPatch) -> Bodies:
    """Return the bodies of the requests by which the cloud was told of entries."""
    bodies: Bodies = []
    entries = grants.house.cloud.program(UNIT).entries
    create, change = entries.create, entries.change

    def note_new(body: dict[str, Any]) -> Any:
        bodies.append(body)
        return create(body)

    def note_changed(entry_id: int, body: dict[str, Any]) -> Any:
        bodies.append(body)
        return change(entry_id, body)

    monkeypatch.setattr(entries, "create", note_new)
    monkeypatch.setattr(entries, "change", note_changed)
    return bodies


@pytest.fixture(autouse=True)
async def zone(grants: Grants) -> None:
    """Have the home in Stockholm."""
    await grants.hass.config.async_set_time_zone("Europe/Stockholm")


def instant(text: str | None) -> datetime:
    """Return a time as one that can be compared; it must have an offset."""
    assert text is not None
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    return moment.astimezone(UTC)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2027-01-15 15:00:00", "2027-01-15T15:00:00+01:00"),
        ("2027-01-15T15:00", "2027-01-15T15:00:00+01:00"),
        ("2027-07-15 15:00:00", "2027-07-15T15:00:00+02:00"),
        ("2027-07-15 15:00:00.7", "2027-07-15T15:00:00+02:00"),
        ("2027-07-15T15:00:00Z", "2027-07-15T15:00:00+00:00"),
        ("2027-07-15T15:00:00-05:00", "2027-07-15T15:00:00-05:00"),
        ("2027-07-15T15:00:00+05:30", "2027-07-15T15:00:00+05:30"),
        (datetime(2027, 7, 15, 15), "2027-07-15T15:00:00+02:00"),
        (datetime(2027, 7, 15, 15, tzinfo=UTC), "2027-07-15T15:00:00+00:00"),
        ("2027-03-28 01:59:59", "2027-03-28T01:59:59+01:00"),
        ("2027-03-28 03:00:00", "2027-03-28T03:00:00+02:00"),
        ("2027-10-31 02:30:00", "2027-10-31T02:30:00+02:00"),
        ("2027-10-31T02:30:00+01:00", "2027-10-31T02:30:00+01:00"),
        ("2027-10-31 03:00:00", "2027-10-31T03:00:00+01:00"),
    ],
    ids=str,
)
async def test_instants(
    grants: Grants, bodies: Bodies, given: object, meant: str
) -> None:
    """The cloud gets an explicit offset, in whole seconds, and the row tells the same instant."""
    row = await grants.issue(start_datetime=given)
    (body,) = bodies
    assert instant(body["validFromIso"]) == instant(meant)
    assert "." not in body["validFromIso"]
    assert instant(row["start_datetime"]) == instant(meant)
    entry = grants.entry(row["code"])
    assert entry is not None
    assert instant(entry["validFromIso"]) == instant(meant)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2027-03-27T15:00:00+01:00", "2027-03-28T11:00:00+02:00"),
        ("2027-10-30T15:00:00+02:00", "2027-10-31T11:00:00+01:00"),
    ],
)
async def test_window_across_a_change_of_clocks(
    grants: Grants, bodies: Bodies, start: str, end: str
) -> None:
    """A window keeps its ends by the clock on the wall, also after it was read back and across a restart."""
    row = await grants.active(start_datetime=start[:19], end_datetime=end[:19])
    (body,) = bodies
    assert (body["validFromIso"], body["validToIso"]) == (start, end)
    assert (row["start_datetime"], row["end_datetime"]) == (start, end)
    await grants.restart()
    (listed,) = await grants.listed()
    assert (listed["start_datetime"], listed["end_datetime"]) == (start, end)
    await grants.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=end[:11] + "12:00:00"
    )
    assert instant(bodies[-1]["validFromIso"]) == instant(start)
    assert bodies[-1]["validToIso"] == end.replace("T11", "T12")


async def test_window_within_the_hour_that_comes_twice(
    grants: Grants, bodies: Bodies
) -> None:
    """Both ends of a window in the ambiguous hour are taken in the same way; offsets choose otherwise."""
    await grants.issue(
        start_datetime="2027-10-31 02:15:00", end_datetime="2027-10-31 02:45:00"
    )
    await grants.issue(
        start_datetime="2027-10-31 02:45:00", end_datetime="2027-10-31T02:15:00+01:00"
    )
    with pytest.raises(ServiceValidationError) as failure:
        await grants.issue(
            start_datetime="2027-10-31T02:15:00+01:00",
            end_datetime="2027-10-31 02:45:00",
        )
    assert failure.value.translation_key == "ends_before_start"
    lengths = [
        instant(body["validToIso"]) - instant(body["validFromIso"]) for body in bodies
    ]
    assert [length.total_seconds() for length in lengths] == [1800, 1800]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2027-03-28 02:30:00", "2027-03-28 03:00:00"),
        ("2027-03-28 02:00", "2027-03-28 03:00"),
    ],
)
async def test_start_in_the_hour_that_is_left_out(
    grants: Grants, bodies: Bodies, start: str, end: str
) -> None:
    """A start that no clock shows must not lie behind its end: that is seen here, before anything is sent."""
    with pytest.raises(ServiceValidationError) as failure:
        await grants.issue(start_datetime=start, end_datetime=end)
    assert failure.value.translation_key == "ends_before_start"
    assert bodies == []


async def test_expiry_by_the_clock(grants: Grants) -> None:
    """A grant ends at its instant, whichever zone it was written in."""
    now = datetime.now(UTC).replace(microsecond=0)
    end = now.replace(minute=0, second=0).isoformat()
    with pytest.raises(ServiceValidationError) as failure:
        await grants.issue(end_datetime=end.replace("+00:00", "+00:01"))
    assert failure.value.translation_key == "in_the_past"
