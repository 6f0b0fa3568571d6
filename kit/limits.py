"""How often one network may do something. Counts live in memory, or in Redis where it is configured."""

from ipaddress import ip_address, ip_network

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from kit.settings import Settings

limiter = Limiter(get_remote_address, strategy="moving-window", headers_enabled=False)


def network_of_request() -> str:
    """The network a request comes from: what one house or office usually has (a /24 of IPv4, a /48 of IPv6)."""
    told = get_remote_address()
    try:
        address = ip_address(told)
    except ValueError:
        return told
    address = getattr(address, "ipv4_mapped", None) or address
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def install(app: Flask, settings: Settings) -> None:
    """Count in the configured place; a store that cannot be reached limits in memory instead of failing."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or "memory://"
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(settings.redis_url)
    app.config["RATELIMIT_IN_MEMORY_FALLBACK"] = ["600/minute"] if settings.redis_url else []
    limiter.init_app(app)
