"""A file that came with a letter, given to whoever asks for it."""

from io import BytesIO

from flask import Response, send_file

from kit.mail import Attachment
from kit.mail_reading import Reading
from kit.refusals import NotFound


class NoSuchFile(NotFound):
    """The letter has fewer files."""

    title = "There is no such file"
    sentence = "The letter does not carry a file of that number."


def file_of(reading: Reading, number: int) -> Response:
    """The file of that number, from 1, to be saved and never shown in place. Raises NoSuchFile."""
    if not 1 <= number <= len(reading.files):
        raise NoSuchFile
    file: Attachment = reading.files[number - 1]
    response = send_file(
        BytesIO(file.content), mimetype=file.content_type, as_attachment=True, download_name=file.filename
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
