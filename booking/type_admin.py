"""Consult types at the desk: what can be booked, by which rules, with whom, and what is asked."""

from collections.abc import Sequence

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import catalogue, wording
from booking.admin import ROW
from booking.forms import ButtonForm
from booking.models import Consultant, ConsultType
from booking.refusals import AddressInUse, QuestionAskedTwice
from booking.type_forms import KINDS, QuestionForm, TypeForm
from kit import asked
from kit.refusals import Refusal
from staff.access import desk_only
from staff.roles import Right

type_admin = desk_only(Blueprint("type_admin", __name__, url_prefix="/desk/consult-types"), Right.SET_TYPES)
# What stands in the form of a new consult type.
AT_FIRST = {
    "active": True,
    "lengths": "30",
    "step": 30,
    "place_kind": "phone",
    "host_mode": "any",
    "buffer_after": "10 minutes",
    "notice": "4 hours",
    "cut_off": "an hour",
    "horizon_days": 60,
}


@type_admin.get("/")
def overview() -> ResponseReturnValue:
    """Every consult type."""
    page = catalogue.types_page(number=asked.page_number())
    return render_template("booking/desk/types.html", page=page, wording=wording)


@type_admin.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """A further consult type."""
    people = catalogue.possible_hosts()
    form = _form(people, {**AT_FIRST, "hosts": [str(host.id) for host in people]})
    if form.validate_on_submit():
        try:
            added = catalogue.add(form.answer())
            return redirect(url_for(".edit", type_id=added.id, saved="new"), 303)
        except AddressInUse as refusal:
            return _edit(form, None, refusal)
    return _edit(form, None)


@type_admin.route(f"/<{ROW}:type_id>", methods=["GET", "POST"])
def edit(type_id: int) -> ResponseReturnValue:
    """The rules of one consult type, and what it asks."""
    consult_type = catalogue.get_type(type_id)
    form = _form(catalogue.possible_hosts(consult_type.hosts), TypeForm.shown(consult_type))
    if form.validate_on_submit():
        try:
            catalogue.change(type_id, form.answer())
            return redirect(url_for(".edit", type_id=type_id, saved="rules"), 303)
        except AddressInUse as refusal:
            return _edit(form, consult_type, refusal)
    return _edit(form, consult_type)


@type_admin.route(f"/<{ROW}:type_id>/questions/new", methods=["GET", "POST"])
def ask(type_id: int) -> ResponseReturnValue:
    """A further question."""
    consult_type = catalogue.get_type(type_id)
    form = QuestionForm(data={"kind": "line"})
    if form.validate_on_submit():
        try:
            catalogue.ask(type_id, form.answer())
            return _to_questions(type_id)
        except QuestionAskedTwice as refusal:
            form.label.errors = [str(refusal)]
            return _question(form, consult_type, None, refusal)
    return _question(form, consult_type, None)


@type_admin.route(f"/<{ROW}:type_id>/questions/<{ROW}:question_id>", methods=["GET", "POST"])
def question(type_id: int, question_id: int) -> ResponseReturnValue:
    """One question."""
    consult_type = catalogue.get_type(type_id)
    found = catalogue.get_question(consult_type, question_id)
    form = QuestionForm(data=QuestionForm.shown(found))
    if form.validate_on_submit():
        try:
            catalogue.change_question(type_id, question_id, form.answer())
            return _to_questions(type_id)
        except QuestionAskedTwice as refusal:
            form.label.errors = [str(refusal)]
            return _question(form, consult_type, question_id, refusal)
    return _question(form, consult_type, question_id)


@type_admin.post(f"/<{ROW}:type_id>/questions/<{ROW}:question_id>/up")
def lift(type_id: int, question_id: int) -> ResponseReturnValue:
    """Ask it earlier."""
    if ButtonForm().validate_on_submit():
        catalogue.lift_question(type_id, question_id)
    return _to_questions(type_id)


@type_admin.post(f"/<{ROW}:type_id>/questions/<{ROW}:question_id>/remove")
def remove(type_id: int, question_id: int) -> ResponseReturnValue:
    """Ask it no more."""
    if ButtonForm().validate_on_submit():
        catalogue.remove_question(type_id, question_id)
    return _to_questions(type_id)


def _to_questions(type_id: int) -> ResponseReturnValue:
    return redirect(url_for(".edit", type_id=type_id, saved="questions") + "#questions", 303)


def _form(people: Sequence[Consultant], shown: dict[str, object]) -> TypeForm:
    form = TypeForm(data=shown)
    form.offer_hosts(people)
    form.reserved = _used_by_the_site()
    return form


def _used_by_the_site() -> frozenset[str]:
    """The words after /book/ that are pages of their own."""
    parts = (rule.rule.split("/") for rule in current_app.url_map.iter_rules() if rule.rule.startswith("/book/"))
    return frozenset(part[2] for part in parts if part[2] and not part[2].startswith("<"))


def _edit(form: TypeForm, consult_type: ConsultType | None, refusal: Refusal | None = None) -> ResponseReturnValue:
    if refusal is not None:
        form.slug.errors = [str(refusal)]
    saved = request.args.get("saved", "")
    shown = render_template("booking/desk/type.html", form=form, type=consult_type, kinds=KINDS, saved=saved)
    return shown, refusal.status if refusal else 422 if form.errors else 200


def _question(
    form: QuestionForm, consult_type: ConsultType, question_id: int | None, refusal: Refusal | None = None
) -> ResponseReturnValue:
    shown = render_template("booking/desk/question.html", form=form, type=consult_type, question_id=question_id)
    return shown, refusal.status if refusal else 422 if form.errors else 200
