"""A row as plain values, for whoever asks what is kept of them."""

import base64
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import inspect

from kit.db import Base


def as_mapping(row: Base, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every column of a row by its name, as JSON can hold it; bytes in base64."""
    columns = inspect(type(row)).column_attrs
    return {column.key: plain(getattr(row, column.key)) for column in columns if column.key not in without}


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
