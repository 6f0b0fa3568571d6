"""The two bodies of a message, from `templates/<feature>/email/<name>.txt` and `.html`."""

from typing import Any

from flask import render_template


def render_email(name: str, /, **values: Any) -> tuple[str, str]:
    """`name` is `booking/booked`. Gives (text, HTML)."""
    feature, letter = name.split("/")
    text = render_template(f"{feature}/email/{letter}.txt", **values).strip() + "\n"
    return text, render_template(f"{feature}/email/{letter}.html", **values)
