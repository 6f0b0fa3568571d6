"""Slips of the finger in the domain of an e-mail address."""

from difflib import get_close_matches

COMMON = (
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "comcast.net",
    "verizon.net",
    "att.net",
    "proton.me",
    "protonmail.com",
)
# Real ones that look like a slip of the above.
RARE = {
    "mail.com",
    "ymail.com",
    "email.com",
    "gmx.com",
    "live.ca",
    "me.net",
    "hotmail.co.uk",
    "yahoo.co.uk",
    "yahoo.ca",
}
LIKE = 0.86


def likely_meant(address: str) -> str:
    """The address that was probably meant: `ann@gmial.com` is `ann@gmail.com`. Empty where nothing looks wrong."""
    name, at, domain = address.strip().rpartition("@")
    if not at or domain.lower() in COMMON or domain.lower() in RARE:
        return ""
    found = get_close_matches(domain.lower(), COMMON, n=1, cutoff=LIKE)
    return f"{name}@{found[0]}" if found else ""
