"""Every page of stories as the Nu HTML checker reads it."""

from pathlib import Path

import pytest
from flask import Flask

from blog import previews
from blog.head import DEFAULT_PS
from kit import clock
from tests import nu
from tests.blog.builders import a_file, a_folder, a_picture, tell
from tests.blog.test_pages import READING
from tests.staff.signed_in import signed_in

DESK = ("/desk/stories/", "/desk/stories/new", "/desk/stories/a", "/desk/stories/a?as=file", "/desk/stories/broken")
EVERYTHING = """Words, *soft* and **loud**, ~~gone~~, `code` and [a link](/about).

![A desk](desk.jpg "Where he sat")

> Dana: Why are you calling?

> Somebody said this.

| Week | Conversations |
| --- | ---: |
| 1 | 5 |

1. One
   - Two

## A heading

::: moral
One. Two.
:::
"""


@pytest.mark.processes
def test_the_checker_finds_nothing(app: Flask, tmp_path: Path):
    pages, folder = tmp_path / "pages", tmp_path / "posts"
    pages.mkdir()
    folder.mkdir()
    client, ann = app.test_client(), signed_in(app)
    answers = [client.get(address) for address in (*READING, "/stories/search?q=xylophone")]
    series = {"series": "Letters", "image": "desk.jpg", "image_alt": "A “desk” & <more>"}
    a_picture(folder / "desk.jpg", 1000, 600)
    a_folder(
        folder,
        a=a_file(EVERYTHING, part="1", **series),
        b=a_file(EVERYTHING, part="2", ps=f'"{DEFAULT_PS}"', **series),
        c=a_file(draft="true"),
        broken="nothing",
    )
    tell(app, folder)
    link = previews.make("c.md", days=1, made_by=None, now=clock.now())
    answers += [client.get(f"/stories/{place}") for place in ("a", "series/letters", f"preview/{link.secret}", "none")]
    answers += [ann.get(address) for address in DESK]
    answers.append(client.post("/desk/stories/a", data={"body": EVERYTHING, "tags": ["habits"], "act": "save"}))
    for number, answer in enumerate(answers):
        (pages / f"{number}.html").write_bytes(answer.get_data())

    assert nu.faults_of(pages) == []
