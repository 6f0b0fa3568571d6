"""The consultants' front page. May look at every feature."""
