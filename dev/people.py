"""The people of the sample data. Nobody here exists: the domains are those of RFC 2606, the numbers 555-01xx."""

from dataclasses import dataclass

from staff.services import NewAccount


@dataclass(frozen=True)
class Person:
    """Somebody who visits the site, and how they came to it besides the story."""

    name: str
    address: str
    company: str = ""
    phone: str = ""
    zone_name: str = "America/New_York"
    clock: str = "12"
    referrer: str = ""
    utm: tuple[tuple[str, str], ...] = ()


PASSWORD = "three blue kettles sing"  # noqa: S105  # of accounts that exist in the sample only
ROBIN = NewAccount("Robin Vale", "robin.vale@example.com", PASSWORD)
MAYA = NewAccount("Maya Lind", "maya.lind@example.com", PASSWORD)

LETTER_OF_AUTUMN = (("utm_source", "newsletter"), ("utm_medium", "email"), ("utm_campaign", "autumn"))
FROM_A_SEARCH = "https://search.example.com/"
FROM_A_FORUM = "https://forum.example.org/threads/recruiting"

ANN = Person("Ann Avery", "ann.avery@example.com", "Harbor Light Homes", "+1 555 010 0101", "America/Los_Angeles")
BEN = Person("Ben Okoro", "ben@okoro.example.net", "Okoro & Daughters", "+1 555 010 0102", referrer=FROM_A_SEARCH)
CARLA = Person("Carla Mendes", "carla.mendes@example.org", "Tallgrass Brokers", "+1 555 010 0103", "America/Chicago")
DINESH = Person("Dinesh Rao", "dinesh@example.com", "", "+1 555 010 0104", "Europe/London", "24")
ELIN = Person("Elin Berg", "Elin.Berg@example.org", "Birch Street Realty", "+1 555 010 0105", utm=LETTER_OF_AUTUMN)
FARID = Person("Farid Nasser", "farid@example.net", "Cedar Row", "+1 555 010 0106")
GRACE = Person("Grace Holm", "grace.holm@example.com", "Holm & Field", "+1 555 010 0107", "America/Denver")
HUGO = Person("Hugo Marchetti-Vandersloot", "hugo.marchetti.vandersloot@example.org", "The Ninth Ward Office")
IRIS = Person("Iris Novak", "iris@example.com", "Lantern Hill", "+1 555 010 0109", referrer=FROM_A_FORUM)
JONAS = Person("Jonas Pell", "jonas.pell@example.net", "Pell Homes", "+1 555 010 0110", referrer=FROM_A_SEARCH)
KATE = Person("Kate Dunmore", "kate@example.org", "", "+1 555 010 0111")
LIAM = Person("Liam Roche", "liam.roche@example.com", "Roche Coastal", utm=LETTER_OF_AUTUMN)
NOAH = Person("Noah Lindqvist", "noah.l@example.org", "Two Rivers")
OLGA = Person("Olga Ferro", "olga.ferro@example.com", "Ferro Group")
PAVEL = Person("Pavel Hruby", "pavel@exampel.example.net", "Old Mill Brokers")
QUINN = Person("Quinn Lockwood", "quinn@example.org", "Lockwood & Sons", "+1 555 010 0117")
ROSA = Person("Rosa Delmar", "rosa.delmar@example.com", "Delmar Realty", "+1 555 010 0118", "America/Phoenix")
SAM = Person("", "sam.reader@example.net")
TARA = Person("Tara Whitfield", "tara@example.org", "Whitfield Estates", "", "Europe/London", "24")
UMA = Person("Uma Reyes", "uma.reyes@example.com")
VICTOR = Person("Victor Sand", "victor@example.net")
WANDA = Person("Wanda Foxley", "wanda.foxley@example.org", "Foxley Homes", "+1 555 010 0123")
XAVER = Person("Xaver Lang", "xaver@example.com", "Lang & Partners", "+1 555 010 0124")
YUSUF = Person("Yusuf Arden", "yusuf.arden@example.com", "", "+1 555 010 0125")
ZOE = Person("Zoe Marlow", "zoe@example.org", "", "+1 555 010 0126", "America/Chicago")
ODA = Person("Oda Finch", "oda.finch@example.net", "", "+1 555 010 0127")
REMY = Person("Remy Castel", "remy@example.com", "", "+1 555 010 0128", "Europe/Paris", "24")
LEON = Person("Leon Ashby", "leon.ashby@example.org", "", "+1 555 010 0129")
EVERYBODY = (
    *(ANN, BEN, CARLA, DINESH, ELIN, FARID, GRACE, HUGO, IRIS, JONAS, KATE, LIAM, NOAH, OLGA, PAVEL, QUINN),
    *(ROSA, SAM, TARA, UMA, VICTOR, WANDA, XAVER, YUSUF, ZOE, ODA, REMY, LEON),
)
