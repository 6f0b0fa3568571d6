"""What the features tell us about people, and what they may ask."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from blinker import Signal
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from kit import tokens
from kit.context import current_settings
from kit.db import session, transaction
from kit.pages import Page, page_of
from kit.refusals import NotFound, Unacceptable
from leads import funnel, webhooks
from leads.addresses import normalise
from leads.funnel_models import Step
from leads.models import Happening, HappeningKind, Lead, LeadAlias, LeadWord, Stage
from leads.origin import Origin
from leads.words import plain, words_of

ADVANCES = {
    HappeningKind.REPORT_SENT: Stage.REPORT_SENT,
    HappeningKind.CALL_BACK_ASKED: Stage.ENGAGED,
    HappeningKind.TIMES_ASKED: Stage.ENGAGED,
    HappeningKind.CONSULT_BOOKED: Stage.CONSULT_BOOKED,
}
REOPENS = {
    HappeningKind.CALL_BACK_ASKED: "asked to be called back",
    HappeningKind.TIMES_ASKED: "asked for times by mail",
    HappeningKind.CONSULT_BOOKED: "booked a consult",
}
ANSWERS = (
    HappeningKind.NOTE,
    HappeningKind.TIMES_OFFERED,
    HappeningKind.CONSULT_BOOKED,
    HappeningKind.CONSULT_HELD,
)
STEPS = {
    HappeningKind.REPORT_SENT: Step.REPORT,
    HappeningKind.CONSULT_BOOKED: Step.BOOKED,
    HappeningKind.CONSULT_HELD: Step.HELD,
}
OURS = (HappeningKind.OWNER, HappeningKind.DETAILS)  # of which nobody has news of the lead
TAKES_BACK = "takes_back"  # the fact of a note by which another one no longer stands
TIMELINE = 40  # entries on a page
ORDER = [Stage.NEW, Stage.REPORT_SENT, Stage.ENGAGED, Stage.CONSULT_BOOKED, Stage.CLIENT]

texts_wanted = Signal(
    "The words by which a lead is found are put together anew. Sent with the lead; heard in `app.py`. Whoever hears it "
    "gives what the lead wrote to them."
)


class NoSuchLead(NotFound):
    """Nobody is known by that id."""

    title = "This person is not in the list"
    sentence = "They may have been removed, or the address has a slip in it."


class ReasonMissing(Unacceptable):
    """A lead was to be closed without a word why."""

    title = "Closing needs a reason"
    sentence = "Say in a few words why this lead is closed."


def capture(
    *, address: str, name: str, at: datetime, origin: Origin | None = None, company: str = "", phone: str = ""
) -> Lead:
    """The lead with that address: made now or found. What they typed last fills what was empty.

    The first touch is set once; the last touch is the trail of this step. Joins the caller's transaction.
    """
    with transaction() as current:
        key = normalise(address)
        touch = {} if origin is None else {**origin.to_mapping(), "at": at.isoformat()}
        told = {"name": name, "company": company, "phone": phone}
        lead = _locked(key) or _new(key, address.strip(), at, touch, told)
        known = (lead.name, lead.company, lead.phone)
        lead.name, lead.company, lead.phone = name or lead.name, company or lead.company, phone or lead.phone
        lead.seen_at = at
        if origin is not None:
            lead.first_touch = lead.first_touch or touch
            lead.last_touch = touch
            lead.story = origin.plain_story or lead.story or ""
            lead.source = origin.source(current_settings().base_host) or lead.source or ""
        current.flush()
        if known != (lead.name, lead.company, lead.phone):
            lead.revision += 1
            if words_of(known[:2], known[2]) <= words_of((lead.name, lead.company), lead.phone):
                index(lead)
            else:
                index_anew(lead)
        return lead


def record(
    lead: Lead, kind: HappeningKind, *, at: datetime, headline: str, facts: Mapping[str, Any] | None = None
) -> None:
    """Add to the timeline; the stage follows where it is further on. Joins the caller's transaction.

    Whoever comes back by themselves after they were closed is open again.
    """
    with transaction() as current:
        add_happening(lead, kind, at, headline, dict(facts or {}))
        _sum_up(lead, kind, at, facts or {})
        if kind in STEPS:
            funnel.count(STEPS[kind], Origin.from_mapping(lead.last_touch), at=at)
        further = ADVANCES.get(kind)
        if further is None:
            return
        if lead.stage is Stage.CLOSED and kind in REOPENS:
            add_happening(lead, HappeningKind.STAGE, at, f"Open again: they {REOPENS[kind]}", _move(lead, further))
        elif lead.stage in ORDER and ORDER.index(lead.stage) < ORDER.index(further):
            lead.stage = further
        current.flush()


def add_happening(
    lead: Lead, kind: HappeningKind, at: datetime, headline: str, facts: Mapping[str, Any] | None = None
) -> None:
    """Add to the timeline and nothing more; whoever wants to know is told. Joins the caller's transaction."""
    with transaction() as current:
        happening = Happening(lead_id=lead.id, kind=kind, at=at, headline=headline[:400], facts=dict(facts or {}))
        current.add(happening)
        if kind not in OURS:
            lead.seen_at = max(lead.seen_at, at)
        current.flush()
        webhooks.tell(lead, happening)


def move_stage(lead: Lead, stage: Stage, *, author: str, at: datetime, reason: str = "") -> None:
    """Put a lead into another stage by hand; who did it, when and why stays in the timeline. Raises ReasonMissing."""
    if stage is Stage.CLOSED and not reason:
        raise ReasonMissing
    with transaction():
        if lead.stage is not stage:
            facts = _move(lead, stage) | ({"reason": reason} if reason else {})
            lead.revision += 1
            add_happening(
                lead, HappeningKind.STAGE, at, f"{author} set the stage to “{stage.value}”", facts | {"by": author}
            )


def find_lead(public_id: str) -> Lead | None:
    """The lead of that public id, or into whom the one of that id was merged, if there is one."""
    chosen = select(Lead).options(joinedload(Lead.aliases))
    found = session().scalars(chosen.where(Lead.public_id == public_id)).unique().first()
    return found or session().scalar(select(Lead).join(LeadAlias).where(LeadAlias.public_id == public_id))


def find_by_address(address: str) -> Lead | None:
    """The lead with that address, if there is one."""
    key = normalise(address)
    found = session().scalar(select(Lead).where(Lead.address == key))
    return found or session().scalar(select(Lead).join(LeadAlias).where(LeadAlias.address == key))


def get_lead(public_id: str) -> Lead:
    """The lead of that public id. Raises NoSuchLead."""
    lead = find_lead(public_id)
    if lead is None:
        raise NoSuchLead
    return lead


def timeline_page(lead: Lead, *, number: int = 1) -> Page[Happening]:
    """A page of what happened with a lead, newest first."""
    chosen = select(Happening).where(Happening.lead_id == lead.id)
    return page_of(chosen.order_by(Happening.at.desc(), Happening.id.desc()), number=number, size=TIMELINE)


def latest_notes(lead: Lead, *, most: int | None = None) -> tuple[Happening, ...]:
    """The notes that stand, `most` of them where it is given, the one that was written last in front."""
    chosen = select(Happening).where(
        Happening.lead_id == lead.id,
        Happening.kind == HappeningKind.NOTE,
        Happening.facts[TAKES_BACK].as_integer().is_(None),
        Happening.id.not_in(taken_back(lead)),
    )
    return tuple(session().scalars(chosen.order_by(Happening.at.desc(), Happening.id.desc()).limit(most)))


def standing_notes(found: Iterable[Happening]) -> tuple[Happening, ...]:
    """The notes that nobody took back, of notes that are given newest first."""
    gone: set[object] = set()
    notes = []
    for note in found:
        if TAKES_BACK in note.facts:
            gone.add(note.facts[TAKES_BACK])
        elif note.id not in gone:
            notes.append(note)
    return tuple(notes)


def taken_back(lead: Lead) -> set[int]:
    """The numbers of the notes that were taken back."""
    number = Happening.facts[TAKES_BACK].as_integer()
    chosen = select(number).where(Happening.lead_id == lead.id, Happening.kind == HappeningKind.NOTE)
    return set(session().scalars(chosen.where(number.is_not(None))))


def history_of(lead_ids: Iterable[int], *kinds: HappeningKind) -> dict[int, tuple[Happening, ...]]:
    """By lead, everything of those kinds that happened, newest first; a lead without any is left out."""
    ids = list(lead_ids)
    found: dict[int, tuple[Happening, ...]] = {}
    if not ids:
        return found
    chosen = select(Happening).where(Happening.lead_id.in_(ids), Happening.kind.in_(kinds))
    for happening in session().scalars(chosen.order_by(Happening.at.desc(), Happening.id.desc())):
        found[happening.lead_id] = (*found.get(happening.lead_id, ()), happening)
    return found


def add_note(lead: Lead, *, text: str, author: str, at: datetime, account_id: int | None = None) -> None:
    """Write what a consultant wants to remember. Whoever has that account may take it back."""
    with transaction():
        facts: dict[str, Any] = {"text": text} | ({"account": account_id} if account_id is not None else {})
        if lead.call_back_on is not None and lead.call_back_asked_at is not None:
            facts["call_back"] = [lead.call_back_on.isoformat(), lead.call_back_asked_at.isoformat()]
        record(lead, HappeningKind.NOTE, at=at, headline=f"Note by {author}", facts=facts)
        index(lead, text)


def index(lead: Lead, *texts: str, new: bool = False) -> None:
    """Let a lead be found by what is known of them, and by the words of `texts`. Joins the caller's transaction.

    A `new` one has no words yet, and they are not asked for.
    """
    with transaction():
        _find_by(lead, _words(lead, texts), set() if new else _known_words(lead))


def index_anew(lead: Lead) -> None:
    """Let a lead be found by all that is known of them, and no more by what was. Joins the caller's transaction.

    What was written is read again, so that it is for what takes something away.
    """
    with transaction() as current:
        texts = [text for _, wrote in texts_wanted.send(lead) for text in wrote]
        texts += [note.facts.get("text", "") for note in latest_notes(lead)]
        merged = history_of([lead.id], HappeningKind.MERGED).get(lead.id, ())
        texts += [happening.facts.get(name, "") for happening in merged for name in ("with", "company")]
        texts += [f"{alias.address} {alias.address_typed}" for alias in lead.aliases]
        wanted, known = _words(lead, texts), _known_words(lead)
        wanted |= set().union(*(words_of((), happening.facts.get("phone", "")) for happening in merged))
        if gone := known - wanted:
            current.execute(delete(LeadWord).where(LeadWord.lead_id == lead.id, LeadWord.word.in_(sorted(gone))))
        _find_by(lead, wanted, known)


def _words(lead: Lead, texts: Iterable[str]) -> set[str]:
    return words_of((lead.name, lead.address, lead.address_typed, lead.company, *texts), lead.phone)


def _known_words(lead: Lead) -> set[str]:
    return set(session().scalars(select(LeadWord.word).where(LeadWord.lead_id == lead.id)))


def _find_by(lead: Lead, wanted: set[str], known: set[str]) -> None:
    lead.called = plain(lead.name or lead.address)[:120]
    if missing := wanted - known:
        session().execute(insert(LeadWord), [{"word": word, "lead_id": lead.id} for word in sorted(missing)])


def _locked(key: str) -> Lead | None:
    found = session().scalar(select(Lead).where(Lead.address == key).with_for_update())
    if found is not None:
        return found
    other = select(Lead).join(LeadAlias).where(LeadAlias.address == key)
    return session().scalar(other.with_for_update(of=Lead))


def _new(key: str, typed: str, at: datetime, touch: dict[str, Any], told: Mapping[str, str]) -> Lead:
    """A lead with that address; where somebody else makes the same one at this instant, theirs."""
    lead = Lead(
        public_id=tokens.new_secret(12),
        address=key,
        address_typed=typed,
        created_at=at,
        seen_at=at,
        **told,
        stage=Stage.NEW,
        first_touch=touch,
        last_touch=touch,
    )
    try:
        with session().begin_nested():
            session().add(lead)
    except IntegrityError:
        found = _locked(key)
        if found is None:
            raise
        return found
    index(lead, new=True)
    return lead


def _sum_up(lead: Lead, kind: HappeningKind, at: datetime, facts: Mapping[str, Any]) -> None:
    """Keep with the lead what lists ask for."""
    if kind is HappeningKind.ASSESSMENT_TAKEN:
        lead.band = str(facts.get("band", ""))[:80]
    if kind is HappeningKind.CONSULT_BOOKED:
        lead.has_consult = True
    asked = lead.call_back_asked_at
    if kind is HappeningKind.CALL_BACK_ASKED and "due" in facts and (asked is None or at >= asked):
        lead.call_back_on, lead.call_back_asked_at = date.fromisoformat(str(facts["due"])), at
    elif kind in ANSWERS and asked is not None and at > asked:
        lead.call_back_on = lead.call_back_asked_at = None


def _move(lead: Lead, stage: Stage) -> dict[str, Any]:
    """Set the stage; gives what the timeline keeps of it."""
    before, lead.stage = lead.stage, stage
    return {"from": before.value, "to": stage.value}
