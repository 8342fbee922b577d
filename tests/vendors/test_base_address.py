"""To which addresses credentials may be sent."""

from ipaddress import ip_address

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.transport import base_address
from custom_components.latchkey.vendors.vendor import InvalidField


def refusal(text: str) -> str | None:
    """Return why an address is refused, or nothing where it is taken."""
    try:
        base_address("url", text)
    except InvalidField as err:
        # The text itself is told to nobody: it may hold a password.
        return str(err).removeprefix("url: ") if err.field == "url" else None
    return None


@pytest.mark.parametrize(
    "text",
    [
        "https://api.flexykey.se/v1/",
        "  https://api.flexykey.se/v1/\n",
        "https://api.flexykey.se:8443",
        "https://bücher.example/v1",
        "https://192.168.1.4/",
        "https://[2001:db8::1]/",
        "http://127.0.0.1:8080/v1/",
        "http://127.8.9.1/",
        "http://[::1]:8080/",
        "http://localhost/",
        "HTTP://LOCALHOST:8080/",
    ],
)
def test_taken(text: str) -> None:
    """Any https address is taken, and plain http to this machine alone."""
    assert refusal(text) is None


def test_host_is_the_one_that_is_meant() -> None:
    """An address with letters beyond ASCII leads to the host of its punycode."""
    url = base_address("url", "https://bücher.example/v1")
    assert url.raw_host == "xn--bcher-kva.example"
    assert url.path == "/v1"


@pytest.mark.parametrize(
    "text",
    [
        "http://api.flexykey.se/v1/",
        "http://localhost.evil.com/",
        "http://127.0.0.1.evil.com/",
        "http://evil.com/127.0.0.1",
        "http://localhost./",
        "http://notlocalhost/",
        "http://192.168.1.4/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://169.254.1.1/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://2130706433/",
        "http://127.1/",
        "http://0x7f000001/",
        "http://bücher.example/",
    ],
)
def test_plain_http_elsewhere(text: str) -> None:
    """A password is not sent in the clear to any other machine, be it a near one."""
    assert refusal(text) == "insecure_url"


@pytest.mark.parametrize(
    "text",
    [
        "https://anna@api.flexykey.se/",
        "https://anna:hemligt@api.flexykey.se/",
        "https://:hemligt@api.flexykey.se/",
        "http://127.0.0.1@evil.com/",
        "http://localhost:80@evil.com/",
        "http://anna@localhost/",
        "https://api.flexykey.se/?a=b",
        "https://api.flexykey.se/#part",
    ],
)
def test_more_than_an_address(text: str) -> None:
    """User information, a query and a fragment have no place in it."""
    assert refusal(text) == "bare_url"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "api.flexykey.se",
        "api.flexykey.se/v1",
        "//api.flexykey.se/v1",
        "https://",
        "https:api.flexykey.se",
        "https:///v1",
        "https://:443/",
        "https://[::1",
        "https://host:99999/",
        "https://host:port/",
        "ftp://localhost/",
        "file:///etc/passwd",
        "ws://localhost/",
        "javascript:alert(1)",
        "http://localhost\\@evil.com/",
    ],
)
def test_no_address(text: str) -> None:
    """What is no web address is refused."""
    assert refusal(text) == "invalid_url"


@given(
    st.text()
    | st.builds(
        "{}://{}{}".format,
        st.sampled_from(["http", "https", "HTTP", "ftp", ""]),
        st.text(st.sampled_from("lochast127.0:[]@/\\%#?é "), max_size=24)
        | st.ip_addresses().map(str)
        | st.ip_addresses(v=6).map("[{}]".format),
        st.sampled_from(["", "/", "/v1", ":80/", "/?a", "#"]),
    )
)
def test_rule_holds_for_any_text(text: str) -> None:
    """Whatever is entered is refused with a reason, or leads over https or to this machine."""
    if reason := refusal(text):
        assert reason in {"invalid_url", "bare_url", "insecure_url"}
        return
    url = base_address("url", text)
    assert url.host
    assert url.user is None and url.password is None and not url.query
    if url.scheme != "https":
        assert url.scheme == "http"
        assert url.host == "localhost" or ip_address(url.host).is_loopback
