"""Many leads at once: looked for, held to what is wanted, counted as far as it helps."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, select, union_all
from sqlalchemy.orm import aliased

from kit.db import session
from kit.sorting import Sort
from leads.models import Lead, LeadWord, Stage
from leads.words import terms_of

PAGE_SIZE = 50
COLUMN_SIZE = 15
COUNTED_MOST = 1000
FEW = 2000
AFTER_ALL_LETTERS = "\U0010ffff"
NOBODY = "nobody"
COLUMNS = {"name": (Lead.called,), "known": (Lead.created_at,), "news": (Lead.seen_at,)}
RANKED: dict[str, Any] = {"stage": Lead.stage, "result": Lead.band, "owner": Lead.owner_id}
MOST_RANKS = 40
NEWEST = Sort("news", down=True)


class Consult(StrEnum):
    """Whether they ever booked."""

    BOOKED = "booked"
    NEVER = "never"


class CallBack(StrEnum):
    """Whether they wait to be called."""

    DUE = "due"
    ASKED = "asked"


@dataclass(frozen=True)
class Wanted:
    """Which leads a list shall hold. `owner` is the number of an account, or `nobody`; what is empty is not asked."""

    search: str = ""
    stage: Stage | None = None
    owner: str = ""
    band: str = ""
    story: str = ""
    source: str = ""
    call_back: CallBack | None = None
    consult: Consult | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Wanted":
        """What an address asks for; anything odd is as if it had not been said."""
        owner = query.get("owner", "")
        return cls(
            search=query.get("search", "").strip()[:200],
            stage=_member(Stage, query.get("stage", "")),
            owner=owner if owner == NOBODY or (owner.isascii() and owner.isdecimal() and len(owner) < 10) else "",
            band=query.get("band", "")[:80],
            story=query.get("story", "")[:200],
            source=query.get("source", "")[:80],
            call_back=_member(CallBack, query.get("call_back", "")),
            consult=_member(Consult, query.get("consult", "")),
        )

    def to_query(self, **changes: Any) -> str:
        """The same as the query of an address, with changes."""
        values = asdict(replace(self, **{name: value for name, value in changes.items() if name in asdict(self)}))
        more = {name: value for name, value in changes.items() if name not in values}
        return urlencode({name: str(value) for name, value in (values | more).items() if value})

    @property
    def is_narrow(self) -> bool:
        """Whether anything is asked for."""
        return any(asdict(self).values())


@dataclass(frozen=True)
class LeadPage:
    """One page of a list of leads. Of many it is only counted that there are more than `COUNTED_MOST`."""

    leads: tuple[Lead, ...]
    number: int
    pages: int
    total: int

    @property
    def total_said(self) -> str:
        """`12`, `more than 1,000`."""
        return say_count(self.total) or ""


def say_count(count: int | None) -> str | None:
    """A count that may have been broken off, or was not made."""
    if count is None:
        return None
    return f"more than {COUNTED_MOST:,}" if count > COUNTED_MOST else f"{count:,}"


def list_leads(
    wanted: Wanted = Wanted(),
    *,
    today: date | None = None,
    number: int = 1,
    sort: Sort = NEWEST,
    ranks: Sequence[object] = (),
) -> LeadPage:
    """A page of those leads.

    A column of `RANKED` is sorted by what stands in it in the order of `ranks`; what is not among them comes last.
    Of leads that are alike in it those with the latest news come first.
    """
    chosen = _chosen(wanted, today)
    total = _counted(chosen)
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages)
    before = (number - 1) * PAGE_SIZE
    if sort.column in RANKED:
        chosen = _ranked(chosen, RANKED[sort.column], ranks[::-1] if sort.down else ranks, before + PAGE_SIZE, wanted)
    else:
        chosen = chosen.order_by(*sort.order(COLUMNS, Lead.id))
    return LeadPage(tuple(session().scalars(chosen.limit(PAGE_SIZE).offset(before))), number, pages, total)


def newest(most: int) -> tuple[Lead, ...]:
    """Those of whom there was news last."""
    return tuple(session().scalars(select(Lead).order_by(*_newest_first(Lead)).limit(most)))


def board(wanted: Wanted, *, today: date | None = None) -> dict[Stage, tuple[Lead, ...]]:
    """By stage the latest of those leads, a column's length of each."""
    everywhere = _chosen(replace(wanted, stage=None), today).order_by(*_newest_first(Lead))
    parts = (
        select(everywhere.where(Lead.stage == stage).with_only_columns(Lead.id).limit(COLUMN_SIZE).subquery().c.id)
        for stage in Stage
        if wanted.stage in (None, stage)
    )
    latest = select(Lead).where(Lead.id.in_(union_all(*parts))).order_by(*_newest_first(Lead))
    columns: dict[Stage, tuple[Lead, ...]] = dict.fromkeys(Stage, ())
    for lead in session().scalars(latest):
        columns[lead.stage] += (lead,)
    return columns


def count_by_stage(wanted: Wanted = Wanted(), *, today: date | None = None) -> dict[Stage, int | None]:
    """How many of those leads stand where, whatever stage is wanted; a stage without any is left out.

    Of very many that are narrowed down it is not counted who stands where: every stage is there, without a number.
    """
    everywhere = replace(wanted, stage=None)
    if not everywhere.is_narrow:
        counts = [_up_to(select(Lead).where(Lead.stage == stage)).label(stage.name) for stage in Stage]
        row = session().execute(select(*counts)).one()
        return {stage: count for stage, count in zip(Stage, row, strict=True) if count}
    chosen = _chosen(everywhere, today).with_only_columns(Lead.stage).limit(COUNTED_MOST + 1)
    found = Counter(session().scalars(chosen))
    if found.total() > COUNTED_MOST:
        return dict.fromkeys(Stage, None)
    return {stage: found[stage] for stage in Stage if found[stage]}


def each(wanted: Wanted, *, today: date | None = None) -> Iterator[Lead]:
    """All of those leads one after the other, the latest first; a few at a time are in memory."""
    chosen = _chosen(wanted, today).order_by(Lead.created_at.desc(), Lead.id.desc())
    yield from session().scalars(chosen.execution_options(yield_per=500))


def choices(column: Any, *, most: int = 60) -> tuple[str, ...]:
    """What stands in a column of leads, such as `Lead.band`, found by stepping through its index."""
    return tuple(_stepping(column, column > "", most))


def _stepping(column: Any, begin: ColumnElement[bool], most: int) -> Iterable[Any]:
    found = select(func.min(column).label("value")).where(begin).cte("found", recursive=True)
    following = select(func.min(column)).where(column > found.c.value).scalar_subquery()
    found = found.union_all(select(following).where(found.c.value.is_not(None)))
    chosen = select(found.c.value).where(found.c.value.is_not(None)).limit(most)
    return session().scalars(chosen)


def call_backs_due(until: date, *, since: datetime, most: int | None = None) -> tuple[tuple[date, Lead], ...]:
    """Who asked to be called back by that date, soonest first.

    Somebody who was talked with or written about since then is done with, and so is who was closed. `since` bounds how
    far back requests are looked for.
    """
    chosen = select(Lead).where(*_waits_for_call(until, since))
    rows = session().scalars(chosen.order_by(Lead.call_back_on, Lead.id).limit(most))
    return tuple((lead.call_back_on, lead) for lead in rows if lead.call_back_on is not None)


def count_call_backs(today: date, until: date, *, since: datetime) -> tuple[int, int]:
    """How many of them are due, and how many will be after today."""
    due = func.count(case((Lead.call_back_on <= today, 1)))
    now, later = session().execute(select(due, func.count() - due).where(*_waits_for_call(until, since))).one()
    return now, later


def owners(*, most: int = 60) -> tuple[int, ...]:
    """The accounts that look after somebody, found by stepping through the index."""
    return tuple(_stepping(Lead.owner_id, Lead.owner_id > 0, most))


def _waits_for_call(until: date, since: datetime) -> tuple[ColumnElement[bool], ...]:
    return Lead.call_back_on <= until, Lead.call_back_asked_at >= since, Lead.stage != Stage.CLOSED


def _chosen(wanted: Wanted, today: date | None) -> Select[Any]:
    chosen = select(Lead).where(*_holding(wanted.search))
    if wanted.stage is not None:
        chosen = chosen.where(Lead.stage == wanted.stage)
    if wanted.owner:
        owner = None if wanted.owner == NOBODY else int(wanted.owner)
        chosen = chosen.where(Lead.owner_id.is_(None) if owner is None else Lead.owner_id == owner)
    for column, value in ((Lead.band, wanted.band), (Lead.story, wanted.story), (Lead.source, wanted.source)):
        if value:
            chosen = chosen.where(column == value)
    if wanted.call_back is not None:
        chosen = chosen.where(Lead.call_back_on.is_not(None), Lead.stage != Stage.CLOSED)
        if wanted.call_back is CallBack.DUE and today is not None:
            chosen = chosen.where(Lead.call_back_on <= today)
    if wanted.consult is not None:
        chosen = chosen.where(Lead.has_consult == (wanted.consult is Consult.BOOKED))
    return chosen


def _holding(search: str) -> list[ColumnElement[bool]]:
    """What holds of those who are looked for. The index of words is asked first for a term that few have."""
    if not search:
        return []
    terms = terms_of(search)
    if not terms:
        return [literal(False)]
    found = _few_of(terms)
    rarest = min(terms, key=lambda term: len(found[term]))
    if len(found[rarest]) > FEW:
        return [_has(term) for term in terms]
    return [Lead.id.in_(found[rarest]), *(_has(other) for other in terms if other != rarest)]


def _few_of(terms: Sequence[str]) -> dict[str, list[int]]:
    """By term, who has a word that begins with it, broken off behind `FEW`; one query for all of them."""
    parts = []
    for place, term in enumerate(terms):
        few = select(LeadWord.lead_id).where(_begins(LeadWord.word, term)).distinct().limit(FEW + 1).subquery()
        parts.append(select(literal(place).label("place"), few.c.lead_id))
    found: dict[str, list[int]] = {term: [] for term in terms}
    for place, lead_id in session().execute(union_all(*parts)):
        found[terms[place]].append(lead_id)
    return found


def _has(term: str) -> ColumnElement[bool]:
    word = aliased(LeadWord)
    return exists().where(word.lead_id == Lead.id, _begins(word.word, term))


def _begins(column: Any, term: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (column >= term) & (column < term + AFTER_ALL_LETTERS)
    return found


def _counted(chosen: Select[Any]) -> int:
    return session().scalar(select(_up_to(chosen))) or 0


def _up_to(chosen: Select[Any]) -> Any:
    """How many there are, broken off where more are of no use."""
    bounded = chosen.with_only_columns(Lead.id).limit(COUNTED_MOST + 1).subquery()
    return select(func.count()).select_from(bounded).scalar_subquery()


def _newest_first(columns: Any) -> tuple[ColumnElement[Any], ...]:
    return columns.seen_at.desc(), columns.id.desc()


def _ranked(chosen: Select[Any], column: Any, ranks: Sequence[object], most: int, wanted: Wanted) -> Select[Any]:
    """In the order of those ranks. Of each only the first `most` are looked at, so that an index leads to them.

    Where words are looked for, or where there are very many ranks, each row is ranked: who is found by the words stands
    in the query once for each rank.
    """
    every = (*ranks, *(value for value in _values(column) if value not in ranks))
    held = [column.is_(None) if value is None else column == value for value in every]
    if wanted.search or len(every) > MOST_RANKS:
        rank = case(*((one, number) for number, one in enumerate(held)), else_=len(held))
        return chosen.order_by(rank, *_newest_first(Lead))
    parts = (
        chosen.with_only_columns(Lead.id, Lead.seen_at, literal(number).label("rank"))
        .where(one)
        .order_by(*_newest_first(Lead))
        .limit(most)
        .subquery()
        for number, one in enumerate(held)
    )
    found = union_all(*(select(part) for part in parts)).subquery()
    return select(Lead).join(found, Lead.id == found.c.id).order_by(found.c.rank, *_newest_first(found.c))


def _values(column: Any) -> tuple[object, ...]:
    """Everything that stands in a ranked column, or more than `MOST_RANKS` of it."""
    if column is Lead.stage:
        return tuple(Stage)
    if column is Lead.owner_id:
        return (*owners(most=MOST_RANKS + 1), None)
    return (*choices(column, most=MOST_RANKS + 1), "")


def _member(kind: type[Any], value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        return None
