"""When two written addresses are the same person's."""


def normalise(address: str) -> str:
    """Trimmed, the domain in lower case. The part before the @ is the receiving server's business and stays."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local}@{domain.lower()}" if at else address.strip()
