"""Tools for whoever works on the site. Never in production: `app.py` leaves all of it out there."""
