"""libical, the library under many calendar programs, as the judge of what may stand in which message (RFC 5546 3)."""

import ctypes
import re
from functools import cache
from typing import Any


def faults_of(content: bytes) -> list[str]:
    """What libical finds wrong with a calendar or a message, in its own words; nothing where all is well."""
    library = _library()
    calendar = library.icalparser_parse_string(content + b"\0")
    if not calendar:
        return ["it cannot be parsed"]
    try:
        allowed = library.icalrestriction_check(calendar)
        written = ctypes.string_at(library.icalcomponent_as_ical_string(calendar)).decode("utf-8", "replace")
    finally:
        library.icalcomponent_free(calendar)
    unfolded = re.sub(r"\r?\n[ \t]", "", written)
    found = re.findall(r"^X-LIC-ERROR[^:\r\n]*:([^\r\n]*)", unfolded, re.MULTILINE)
    return list(dict.fromkeys(found)) or ([] if allowed else ["the restrictions of RFC 5546 are not kept"])


@cache
def _library() -> Any:
    library = ctypes.CDLL("libical.so.3")
    library.icalparser_parse_string.restype = ctypes.c_void_p
    library.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    library.icalrestriction_check.restype = ctypes.c_int
    library.icalrestriction_check.argtypes = [ctypes.c_void_p]
    library.icalcomponent_as_ical_string.restype = ctypes.c_void_p
    library.icalcomponent_as_ical_string.argtypes = [ctypes.c_void_p]
    library.icalcomponent_free.restype = None
    library.icalcomponent_free.argtypes = [ctypes.c_void_p]
    return library
