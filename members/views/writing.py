"""The edit form: a new object, an edit held beside a live one, a draft continued.

Saving never changes what is public. Somebody who comes late is told, and loses nothing: the form
comes back with what they typed, and with what the other person wrote beside it.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from members.fields import organisation_names
from members.models import Organisation, User
from members.views import access, trails
from members.views.access import MemberRequest, signed_in
from portal import i18n, limits
from portal.lifecycle import agreements, kinds, permissions, repeats, review
from portal.lifecycle.content import Values
from portal.lifecycle.errors import (
    Incomplete,
    NotAllowed,
    NothingToSubmit,
    NothingWritten,
    Stale,
    WrongState,
)
from portal.lifecycle.kinds import Kind
from portal.limits import TooOften
from portal.models import HistoryEntry, Published, Status, Submission
from portal.writing.editing import ContentForm
from portal.writing.marks import read_key

PROPOSALS_A_DAY = 10
# Where the session keeps the messages to the moderators that were typed and not sent yet.
MESSAGES = "messages_to_moderators"


@dataclass
class Desk:
    """What one edit form is about, as it is in the database now."""

    user: User
    kind: Kind
    organisation: Organisation | None
    target: Published | None = None
    submission: Submission | None = None
    # Of something new, what its form carries.
    key: uuid.UUID | None = None

    @property
    def live(self) -> Values:
        return self.kind.content.read(self.target) if self.target else self.kind.content.blank

    def form(self, data: Any = None, files: Any = None, more: str = "") -> ContentForm:
        """The form as it stands, filled with `data` if something was sent."""
        live = self.live
        if self.submission:
            proposed = live | self.kind.content.fitting(self.submission.values)
        elif self.target:
            proposed = live
        else:
            proposed = live | self.kind.form.suggested(self.organisation)
        return self.kind.form(
            self.kind.content,
            proposed,
            user=self.user,
            organisation=self.organisation,
            target=self.target,
            submission=self.submission,
            data=data,
            files=files,
            more=more,
        )

    def others(self, form: ContentForm) -> Values:
        """The content without what is being typed: what is held, and what was put live over it."""
        live = self.live
        held_up = review.conflicts(self.submission, live) if self.submission else []
        return form.proposed | {name: live[name] for name in held_up}

    def save(self, form: ContentForm, *, take_back: bool) -> Submission:
        """Hold what the form says.

        Raises Stale or WrongState, NothingToSubmit if nothing is new and NothingWritten if nothing is
        there at all, TooOften for one proposal of an organisation too many.
        """
        if form.expected != review.token(self.submission, self.target):
            raise Stale
        others = self.others(form)
        values = form.values() | {name: others[name] for name in form.taken_from_others()}
        begins = self.submission is None
        if begins and self.target and self.target.is_published and values == form.proposed:
            raise NothingToSubmit
        if begins and self.target is None and form.is_blank():
            raise NothingWritten
        if begins and self.target is None:
            self.submission = repeats.begun(
                self.kind, values, by=self.user, organisation=self.organisation
            )
            if self.submission:
                raise Stale
        if begins and self.organisation is None:
            limits.require("propose", self.user.pk, PROPOSALS_A_DAY, 24 * 3600)
        expected: str | None = form.expected
        with transaction.atomic():
            if take_back and self.submission and self.submission.status == Status.IN_REVIEW:
                review.take_back(self.submission, by=self.user, expected=expected)
                expected = None
            self.submission = review.save(
                self.kind,
                values,
                by=self.user,
                organisation=self.organisation,
                target=self.target,
                submission=self.submission,
                expected=expected,
                form_key=self.key,
            )
        return self.submission

    def find(self) -> None:
        """Go on with what the same form has begun already, if it was sent before."""
        if self.submission is None and self.target is None:
            begun = Submission.objects.writable_by(self.user).begun_with(self.key)
            self.submission = begun.filter(kind=self.kind.content_type).first()

    def refresh(self) -> None:
        """Look again: what was being edited may have been published, decided or abandoned since.

        Raises NotAllowed if the object has been handed over to others since: what is held beside it is
        theirs.
        """
        self.find()
        if self.submission:
            self.submission = Submission.objects.get(pk=self.submission.pk)
            self.target = self.submission.target
        if self.target:
            self.target = type(self.target)._default_manager.get(pk=self.target.pk)
            self.submission = review.open_submission(self.target)
            if not permissions.can_write(self.user, self.kind, self.target.keeper, self.submission):
                raise NotAllowed
        elif self.submission and not self.submission.is_open:
            self.submission = None

    def was_begun_by(self, form: ContentForm) -> bool:
        """Whether the draft was begun by an earlier sending of this very form."""
        if self.submission is None or self.key is None or not self.submission.is_writable:
            return False
        return self.submission.form_key == self.key and form.expected == review.token(None, None)

    def address(self, opened_at: str) -> str:
        """Where the form is sent: to the submission once there is one, else to where it was opened.

        Said in full: the part of the page that a button led to, such as one more line, stays behind.
        """
        if self.submission is None:
            return opened_at
        return reverse("members:submission-edit", args=[self.submission.pk])


# --- Which form -------------------------------------------------------------------------------------


@signed_in
def organisation_propose(request: MemberRequest) -> HttpResponse:
    """An organisation that the directory does not have yet, proposed by anybody who is signed in."""
    return write(request, Desk(request.user, kinds.named("organisation"), None))


@signed_in
def content_create(request: MemberRequest, slug: str, kind: str) -> HttpResponse:
    """A new object of an organisation."""
    organisation = access.organisation_of(request.user, slug)
    return write(request, Desk(request.user, access.written_kind(kind), organisation))


@signed_in
def organisation_edit(request: MemberRequest, slug: str) -> HttpResponse:
    """The profile of an organisation: begins an edit, or continues the one that is held."""
    organisation = access.organisation_of(request.user, slug)
    kind = kinds.named("organisation")
    return _edit(request, Desk(request.user, kind, organisation, organisation), organisation)


@signed_in
def content_edit(request: MemberRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """A live object: begins an edit, or continues the one that is held."""
    found, organisation, target = access.content_of(request.user, slug, kind, pk)
    return _edit(request, Desk(request.user, found, organisation, target), target)


def _edit(request: MemberRequest, desk: Desk, target: Published) -> HttpResponse:
    desk.submission = review.open_submission(target)
    if desk.submission and request.method != "POST":
        return redirect("members:submission-edit", desk.submission.pk)
    return write(request, desk)


@signed_in
def submission_edit(request: MemberRequest, pk: int) -> HttpResponse:
    """A draft continued. Of what is not a draft any more, the way to what it has become."""
    submission = access.submission_of(request.user, pk)
    if request.method != "POST" and not submission.is_writable:
        return redirect(submission)
    organisation: Any = submission.organisation
    target = submission.target
    desk = Desk(request.user, kinds.of(submission), organisation, target, submission)
    if not submission.is_open:
        desk.refresh()
    return write(request, desk)


# --- What happens to what was typed -----------------------------------------------------------------


def write(request: MemberRequest, desk: Desk) -> HttpResponse:
    """Show the form; or take what was sent: one more line, a draft, a preview, a submission."""
    if request.method != "POST":
        return _opened(request, desk)
    desk.key = read_key(request.POST.get("key", ""))
    desk.find()
    form = desk.form(request.POST, request.FILES, more=request.POST.get("more", ""))
    valid = form.is_valid()
    if "more" in request.POST:
        form.forget_errors()
        return page(request, desk, form)
    action = request.POST.get("action", "save")
    if not valid:
        return _refused(request, desk, form, action)
    return _taken(request, desk, form, action)


def _taken(request: MemberRequest, desk: Desk, form: ContentForm, action: str) -> HttpResponse:
    """Hold what a form says that can be taken, then do what its button says."""
    try:
        desk.save(form, take_back=action == "take-back")
    except NothingWritten as error:
        form.add_error(next(iter(desk.kind.model.slug_sources.values())), str(error))
        return _refused(request, desk, form, action)
    except NothingToSubmit as error:
        return page(request, desk, form, notice={"level": "info", "text": error})
    except TooOften as error:
        form.add_error(None, str(error))
        return page(request, desk, form, too_often=error)
    except (Stale, WrongState):
        return _late(request, desk, form, action)
    return _held(request, desk, form, action)


def _held(request: MemberRequest, desk: Desk, form: ContentForm, action: str) -> HttpResponse:
    """What follows once the draft says what the form does: sending, a preview, or writing on."""
    submission: Any = desk.submission
    if action == "submit":
        try:
            return _submitted(request, desk, form, submission)
        except (Stale, WrongState):
            return _late(request, desk, form, action)
    _remember_message(request, submission, form.cleaned_data["message"])
    language = action.removeprefix("preview-")
    if language in i18n.LANGUAGES:
        with override(language):
            return redirect("members:submission-preview", submission.pk)
    messages.success(request, _("Your draft is saved. Nothing is sent yet."))
    return redirect("members:submission-edit", submission.pk)


def _refused(request: MemberRequest, desk: Desk, form: ContentForm, action: str) -> HttpResponse:
    """The form with what could not be taken; who wanted to send it is told all that is wrong with it."""
    if action == "submit":
        form.add_faults()
    text = _("Nothing is saved yet: correct what is marked, then save or send it again.")
    notice = {"level": "warn", "text": text}
    return page(request, desk, form, notice=notice, too_often=form.refusal)


def _opened(request: MemberRequest, desk: Desk) -> HttpResponse:
    """The form as it is opened, with what was put live over the columns of a held edit."""
    form = desk.form()
    others = desk.others(form)
    held_up = [name for name in others if others[name] != form.proposed[name]]
    for name in held_up:
        form.show_other(name, others[name], _name(desk, _author_of_live(desk)))
    if desk.submission:
        typed = request.session.get(MESSAGES, {})
        form.initial["message"] = typed.get(str(desk.submission.pk), "")
    notice = None
    if held_up:
        notice = {
            "level": "warn",
            "title": _("The live version has changed since this edit began"),
            "text": _(
                "It is shown beside each field in question. Tick it to take it; otherwise your "
                "version is what you send."
            ),
        }
    return page(request, desk, form, notice=notice)


def _submitted(
    request: MemberRequest, desk: Desk, form: ContentForm, submission: Submission
) -> HttpResponse:
    """Send what was just saved, or say beside the fields what it lacks; the draft stays saved."""
    try:
        review.submit(
            submission,
            by=request.user,
            message=form.cleaned_data["message"],
            expected=review.token(submission, desk.target),
        )
    except (Incomplete, NothingToSubmit) as error:
        again = desk.form(form.data)
        again.is_valid()
        again.renew()
        if isinstance(error, Incomplete):
            again.add_errors(error.errors)
        text = _("Your draft is saved, but not sent. %(reason)s") % {"reason": error}
        return page(request, desk, again, notice={"level": "warn", "text": text}, saved=True)
    _remember_message(request, submission, "")
    return redirect(submission)


def _late(request: MemberRequest, desk: Desk, form: ContentForm, action: str) -> HttpResponse:
    """Somebody else was quicker, or the same form came twice.

    Where all is there already, or nothing stands against it, things go on. Else 409, with everything
    that was typed and what others wrote beside it.
    """
    before = form.expected
    desk.refresh()
    again = desk.form(form.data)
    quicker = _who_was_quicker(desk, before)
    if (desk.submission or desk.target) and again.is_valid():
        others = desk.others(again)
        if again.values() == others and action != "take-back":
            return _there_already(request, desk, again, action)
        again.compare(others, _name(desk, quicker))
        if desk.was_begun_by(form) and all(other.taken for other in again.others.values()):
            again.renew()
            again.take_others()
            return _taken(request, desk, again, action)
    again.renew()
    in_review = desk.submission is not None and desk.submission.status == Status.IN_REVIEW
    notice = _late_notice(desk, quicker, before, differs=bool(again.others))
    return page(request, desk, again, notice=notice, take_back=in_review, status=409)


def _there_already(
    request: MemberRequest, desk: Desk, form: ContentForm, action: str
) -> HttpResponse:
    """Go on as if what was typed had been saved now: by a second click, it was saved a moment ago."""
    form.renew()
    if desk.submission and desk.submission.is_writable:
        return _held(request, desk, form, action)
    sent = desk.submission
    if sent is None and desk.target:
        published = Submission.objects.of(desk.target).filter(status=Status.PUBLISHED)
        sent = published.order_by("-decided_at", "-pk").first()
    if sent is None:
        return page(request, desk, form, notice={"level": "info", "text": NothingToSubmit()})
    return redirect(sent)


def _late_notice(desk: Desk, quicker: Any, before: str, *, differs: bool) -> dict[str, Any]:
    """What has happened since the versions that `before` names, and what can be done with the text."""
    withdrawal = _withdrawn_since(desk, before)
    title = _("%(who)s wrote here while you were writing") % {"who": _name(desk, quicker)}
    if quicker == desk.user:
        title = _("You wrote here in another window while this one was open")
    if withdrawal:
        title = _("The page has been withdrawn meanwhile")
    if desk.submission and desk.submission.status == Status.IN_REVIEW:
        title = _("This submission has been sent for review meanwhile")
        text = _(
            "Your text is kept below and saved nowhere yet. Take the submission back to save it."
        )
    elif desk.submission is None and desk.target is None:
        title = _("This submission has been closed meanwhile")
        text = _("Your text is kept below. Save it again to begin a new submission with it.")
    elif differs:
        text = _(
            "Nothing of yours is lost or saved yet. Where the two differ, the other version stands "
            "under the field: tick it to take it; otherwise yours replaces it."
        )
    elif withdrawal:
        text = _(
            "The reason given: “%(reason)s”. Your text is kept below. Save it again; once it is sent, "
            "the moderators decide whether the page is back online."
        ) % {"reason": withdrawal.message}
    else:
        text = _("Your text is kept below and says the same as theirs. Save it again.")
    return {"level": "warn", "title": title, "text": text}


def _who_was_quicker(desk: Desk, before: str) -> Any:
    """Who moved the submission, or else the live object, since the versions that `before` names."""
    version = before.partition(".")[0]
    if desk.submission and version != str(desk.submission.version):
        return desk.submission.author
    return _author_of_live(desk)


def _withdrawn_since(desk: Desk, before: str) -> HistoryEntry | None:
    """The step that has withdrawn the object since the version that `before` names."""
    moved = desk.target is not None and before.partition(".")[2] != str(desk.target.version)
    return review.withdrawal(desk.target) if moved else None


def _author_of_live(desk: Desk) -> Any:
    entry = review.history(desk.target).first() if desk.target else None
    return entry.actor if entry else None


def _name(desk: Desk, person: Any) -> str:
    """What colleagues call each other; whoever is not one of them is the association's team."""
    if person == desk.user:
        return _("you, in another window")
    if person is not None and desk.organisation and person.edits(desk.organisation):
        return str(person)
    return _("The association’s team")


# --- The page ---------------------------------------------------------------------------------------


def page(
    request: HttpRequest,
    desk: Desk,
    form: ContentForm,
    *,
    notice: dict[str, Any] | None = None,
    take_back: bool = False,
    too_often: Exception | None = None,
    saved: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The form, with where the object stands; 429 when something was sent too often.

    What was sent and not `saved` is in this page only: who leaves it is asked whether they mean to.
    """
    missing = form.missing()
    context = {
        "form": form,
        "kind": desk.kind,
        "organisation": desk.organisation,
        "target": desk.target,
        "submission": desk.submission,
        "action": desk.address(request.path),
        "heading": trails.heading(desk.kind, desk.target, desk.submission),
        "trail": trails.of_form(desk.kind, desk.organisation, desk.target, desk.submission),
        "noindex": True,
        "missing": missing,
        "total": len(form.elements),
        "done": len(form.elements) - len(missing),
        "datalists": {"organisation-names": organisation_names(), **form.datalists},
        "correction": _correction(desk.submission),
        "notice": notice,
        "take_back": take_back,
        "unsaved": form.is_bound and not saved,
        "trusted": permissions.may_skip_review(desk.organisation, desk.kind, desk.target),
        "named": list(agreements.rows_of(desk.target)) if desk.target else [],
    }
    response = render(request, "members/workspace/content_form.html", context, status=status)
    if isinstance(too_often, TooOften):
        response.status_code = 429
        response["Retry-After"] = str(too_often.seconds)
    return response


def _correction(submission: Submission | None) -> HistoryEntry | None:
    """What the moderators asked for, while it is to be corrected."""
    if submission is None or submission.status != Status.TO_CORRECT:
        return None
    asked = submission.history.filter(action=HistoryEntry.Action.CORRECTION)
    return asked.select_related("actor").first()


def _remember_message(request: HttpRequest, submission: Submission, message: str) -> None:
    """Keep a message that was typed and not sent with its submission, in the session; "" forgets it."""
    typed = request.session.get(MESSAGES, {})
    kept = {pk: text for pk, text in typed.items() if pk != str(submission.pk)}
    if message:
        kept[str(submission.pk)] = message
    if kept != typed:
        request.session[MESSAGES] = kept
