"""The headers every answer carries, whichever test asked."""

from werkzeug.test import TestResponse

from dev.views import WITH_FRAMES
from kit.security import CONTENT_SECURITY_POLICY, POLICY_OF_A_MAIL

# Where a cookie may begin: with a time that is picked, with the own page of a consult, and in the desk.
COOKIES_BEGIN = ("/book/", "/desk/")
NO_COOKIE = ("/book/", "/book/call-back")


def assert_headers(response: TestResponse) -> None:
    """A policy, no guessing of types, no address told to others, and nothing stored on a reader's device."""
    path, headers = response.request.path, response.headers
    if path.startswith("/static/"):
        return
    policies = [CONTENT_SECURITY_POLICY]
    # Mail is looked at as it is, styles and all, where it can do nothing; developers see it in a frame.
    if path.startswith(("/dev/", "/desk/mail/", "/desk/newsletter/stories/")):
        policies.append(POLICY_OF_A_MAIL)
    if path.startswith("/dev/"):
        policies.append(WITH_FRAMES)
    assert headers["Content-Security-Policy"] in policies, path
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), path
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
    assert headers["Cache-Control"], path
    assert "unsafe" not in headers["Content-Security-Policy"] or "sandbox" in headers["Content-Security-Policy"], path
    if response.cache_control.public:
        assert "Set-Cookie" not in headers, f"{path} can be kept by a cache and sets a cookie"
        assert "Cookie" not in response.vary, f"{path} can be kept by a cache and differs by cookie"
    begins = path.startswith(COOKIES_BEGIN) and path not in NO_COOKIE
    if not begins and "Cookie" not in response.request.headers:
        assert "Set-Cookie" not in headers, f"{path} stores something on the device"
