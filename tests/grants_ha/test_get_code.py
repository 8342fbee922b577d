"""The code of a grant, at a vendor that tells none."""

from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.grants_ha.helpers import Grants, sent


async def test_vendor_that_tells_no_codes(grants: Grants) -> None:
    """It is refused, with nothing sent."""
    row = await grants.issue()
    before = sent(grants.house)
    for grant_id, key in ((row["grant_id"], "codes_not_told"), ("", "empty")):
        with pytest.raises(ServiceValidationError) as caught:
            await grants.call("get_code", grant_id=grant_id)
        assert caught.value.translation_key == key
        assert row["code"] not in str(caught.value)
    assert sent(grants.house) == before
