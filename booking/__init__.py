"""A conversation agreed on: availability, slots, the guard against overlap, invites."""
