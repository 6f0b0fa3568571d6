"""The settings of the running application, for code that must not know the web framework."""

from flask import current_app

from kit.settings import Settings

EXTENSION = "site_settings"


def current_settings() -> Settings:
    """The settings the application was made with. Needs an application context."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Settings)
    return found
