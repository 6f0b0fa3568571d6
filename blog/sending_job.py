"""What the worker does for the newsletter: begin what is due, and go on with what is under way."""

from blog import sending
from blog.views import shelf
from kit import clock


def send_stories() -> int:
    """Begin the stories whose time has come, and write the next copies. Gives how many. A job."""
    now = clock.now()
    stories = shelf()
    for slug in sending.due(now):
        sending.begin(slug, stories.find(stories.moved.get(slug, slug), now), now=now)
    return sending.write_batches(now)
