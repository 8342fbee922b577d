"""The one place where a vendor's error becomes a Home Assistant error."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .vendors.vendor import Conflict, InvalidRequest, RateLimited, VendorError


def translated[E: HomeAssistantError](
    err: VendorError, exception: type[E], account: str
) -> E:
    """Return the Home Assistant error that tells the user what failed and what can be done."""
    key = err.key
    placeholders = {"name": account}
    if isinstance(err, RateLimited) and err.retry_after is not None:
        key = "rate_limited_until"
        placeholders["seconds"] = str(round(err.retry_after))
    return exception(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


@contextmanager
def vendor_errors(account: str) -> Iterator[None]:
    """Turn a vendor's error into one that says who is at fault: the caller, or the world."""
    try:
        yield
    except (InvalidRequest, Conflict) as err:
        raise translated(err, ServiceValidationError, account) from err
    except VendorError as err:
        raise translated(err, HomeAssistantError, account) from err
