"""The life cycle's tables, and what everything published has in common.

What the public reads and what waits for a decision lie apart. A row of a published kind exists only
once it was published; until then, and for every later edit, its content is held in a `Submission`.
`portal/lifecycle/review.py` has the only verbs that move anything from one side to the other.
"""

import re
import uuid
from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self, cast

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import cards, i18n
from portal.nested import ShowingQuerySet, loaded
from portal.paths import path


class Status(models.TextChoices):
    """The states of a submission; what is public knows the last two only."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("Under review")
    TO_CORRECT = "to_correct", _("Changes requested")
    REFUSED = "refused", _("Not accepted")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Withdrawn")


# What a submission that was withdrawn by its author is called, told from what was public.
ABANDONED = "abandoned"
OPEN = (Status.DRAFT, Status.IN_REVIEW, Status.TO_CORRECT)
WRITABLE = (Status.DRAFT, Status.TO_CORRECT)
PUBLIC = ((Status.PUBLISHED, Status.PUBLISHED.label), (Status.WITHDRAWN, Status.WITHDRAWN.label))


class PublishedQuerySet(ShowingQuerySet):
    """Questions asked of everything that is published."""

    def published(self) -> Self:
        """The rows a visitor may read. Every public answer starts here."""
        return self.filter(status=Status.PUBLISHED)

    def withdrawn(self) -> Self:
        """The rows a visitor could read and no longer may."""
        return self.filter(status=Status.WITHDRAWN)


class Published(models.Model):
    """A row that was published, and may have been withdrawn since."""

    status = models.CharField(
        _("status"), max_length=10, choices=PUBLIC, default=Status.PUBLISHED, editable=False
    )
    # Counts the writes, so that whoever decides or saves can be told that the row has moved.
    version = models.PositiveIntegerField(default=1, editable=False)
    published_at = models.DateTimeField(_("published on"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn on"), null=True, editable=False)
    updated_at = models.DateTimeField(_("last change"), auto_now=True)
    # Columns whose twin in the other language was rewritten after them.
    outdated = models.JSONField(default=list, editable=False)

    objects: ClassVar = PublishedQuerySet.as_manager()

    # A text for each slug to be made from, by slug column; proper names have one, titles have two.
    slug_sources: dict[str, str] = {}
    # The route of its page.
    page_route: ClassVar[str]

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(status=Status.PUBLISHED, withdrawn_at=None)
                | Q(status=Status.WITHDRAWN, withdrawn_at__isnull=False),
                name="%(app_label)s_%(class)s_withdrawn_if_dated",
            ),
        ]

    def get_absolute_url(self) -> str:
        return self.address_in(i18n.current())

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **_more: Any
    ) -> Self:
        """An object of stored columns: see `portal.nested.loaded`."""
        return cast(Self, loaded(cls, db, field_names, values))

    @property
    def is_published(self) -> bool:
        return self.status == Status.PUBLISHED

    def slug_for(self, language: str) -> str:
        """The word that stands for it in addresses of a language."""
        return self.slug  # type: ignore[attr-defined]  # each kind that has no other has one

    def address_in(self, language: str) -> str:
        """The address of its page in a language."""
        return path(self.page_route, self.slug_for(language), language)

    @property
    def keeper(self) -> Any:
        """The organisation whose editors write this row, or None when only staff do."""
        return self.organisation  # type: ignore[attr-defined]  # each kind but one has it

    def undescribed(self) -> dict[str, Any]:
        """What an image of this would lack for those who cannot see it, by column."""
        return {}

    def search_texts(self, language: str) -> tuple[str, str]:
        """What this is found by, in a language: what it is called, a line each, and its texts."""
        return str(self), ""

    def card(self, language: str) -> cards.Card:
        """What the picture for social networks says of this, in a language."""
        return cards.Card(str(self), "")

    @property
    def card_arches(self) -> int:
        """How many arches stand on that picture: three, as in our name, where none are counted."""
        return 3

    def fill_slugs(self) -> None:
        """Give an address to each text that has none yet; one that exists never changes by itself."""
        for column, source in self.slug_sources.items():
            if not getattr(self, column):
                setattr(self, column, self._free_slug(getattr(self, source) or ""))

    def _free_slug(self, source: str) -> str | None:
        """A slug for `source` that no other row of this kind has, or had, in any language."""
        # Pl@ntNet is found at plantnet, ERIOS#1 at erios-1, l’IA at l-ia.
        readable = re.sub(r"['’#]", " ", source).replace("@", "a")
        wanted = slugify(readable)[:100].strip("-")
        if not wanted:
            # A title in another script, or in emoji, still needs an address.
            wanted = uuid.uuid4().hex[:12] if source.strip() else ""
        if not wanted:
            return None
        alike = [Q(**{f"{column}__startswith": wanted}) for column in self.slug_sources]
        rows = type(self)._default_manager.exclude(pk=self.pk).filter(reduce(or_, alike))
        taken = {slug for row in rows.values_list(*self.slug_sources) for slug in row}
        # Who follows an old link is sent on, and not shown something else.
        kind = ContentType.objects.get_for_model(type(self))
        former = FormerSlug.objects.filter(target_type=kind, slug__startswith=wanted)
        taken |= set(former.exclude(target_id=self.pk or 0).values_list("slug", flat=True))
        slug, number = wanted, 1
        while slug in taken or slug in RESERVED_SLUGS:
            number += 1
            slug = f"{wanted}-{number}"
        return slug


# Words that stand where a slug does in our addresses; years (the agenda's months) are refused too.
RESERVED_SLUGS = {"new", "nouveau", "feed", "flux", *map(str, range(2000, 2101))}


class FormerSlug(models.Model):
    """An address that an object had before staff changed it: visitors are sent on to the new one."""

    target_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    target_id = models.PositiveBigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    slug = models.SlugField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target_type", "slug"], name="portal_former_slug_once"),
        ]

    def __str__(self) -> str:
        return self.slug


class SubmissionQuerySet(models.QuerySet):
    """Questions asked of what is written and not yet public."""

    def open(self) -> Self:
        """What is not decided yet."""
        return self.filter(status__in=OPEN)

    def in_review(self) -> Self:
        """What waits for a moderator, the oldest first."""
        return self.filter(status=Status.IN_REVIEW).order_by("submitted_at", "pk")

    def judgeable_by(self, user: Any) -> Self:
        """What waits and `user`, a moderator, may decide: not their own, nor their organisations'."""
        theirs = Q(organisation__in=user.organisation_ids())
        return self.in_review().exclude(author=user).exclude(theirs)

    def of(self, target: Published) -> Self:
        """The submissions that created or changed `target`."""
        kind = ContentType.objects.get_for_model(target, for_concrete_model=True)
        return self.filter(kind=kind, target_id=target.pk)

    def with_progress(self) -> Self:
        """Each with `is_partly_published`: whether fields of it are public and others are not yet."""
        steps = HistoryEntry.objects.filter(submission=OuterRef("pk")).exclude(diff={})
        published = Exists(steps.filter(action__in=HistoryEntry.PUBLISHING))
        return self.annotate(is_partly_published=~Q(status=Status.PUBLISHED) & Q(published))

    def begun_with(self, key: uuid.UUID | None) -> Self:
        """The one that a form with this key began, if it did."""
        return self.filter(form_key=key) if key else self.none()

    def writable_by(self, user: Any) -> Self:
        """Those of the user's organisations, and those they began for an organisation to come."""
        return self.filter(
            Q(organisation__in=user.organisation_ids())
            | Q(organisation=None, target_id=None, author=user)
        )


class Submission(models.Model):
    """What an editor wrote of one object until somebody decides: a new one, or an edit held beside it.

    `values` keeps only the columns touched (all of them for a new object) and `base` what they were
    live when they were touched. Images are names in the private store.
    """

    kind = models.ForeignKey(ContentType, on_delete=models.PROTECT, verbose_name=_("kind"))
    target_id = models.PositiveBigIntegerField(null=True, editable=False)
    target = GenericForeignKey("kind", "target_id")
    organisation = models.ForeignKey(
        settings.PORTAL_ORGANISATION_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="submissions",
        verbose_name=_("organisation"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="submissions",
        verbose_name=_("author"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    values = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    base = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    # What the form it was begun with carried: sent twice, the same form begins one submission.
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("begun on"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last change"), auto_now=True)
    submitted_at = models.DateTimeField(_("waiting since"), null=True, editable=False)
    decided_at = models.DateTimeField(_("decided on"), null=True, editable=False)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="assigned_submissions",
        verbose_name=_("assigned to"),
    )

    objects: ClassVar = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        permissions = [("decide_submission", "Can decide on a submission")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target_id"],
                condition=Q(status__in=[status.value for status in OPEN]),
                name="portal_submission_one_open_for_target",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.IN_REVIEW) | Q(submitted_at__isnull=False),
                name="portal_submission_in_review_if_dated",
            ),
        ]
        indexes = [models.Index(fields=["status", "submitted_at"], name="portal_submission_queue")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page on which its author follows it."""
        return reverse("members:submission-detail", args=[self.pk])

    @property
    def is_creation(self) -> bool:
        """Whether it asks for a new object rather than for a change of one."""
        return self.target_id is None

    @property
    def is_new(self) -> bool:
        """Whether it asked for a new object, also once that object exists."""
        return self.is_creation or bool(self.values and not self.base)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_writable(self) -> bool:
        return self.status in WRITABLE

    @property
    def standing(self) -> str:
        """What became of it, as its badge says: of what was published, whether it still is."""
        if self.status == Status.PUBLISHED and self.target and not self.target.is_published:
            return Status.WITHDRAWN
        return ABANDONED if self.status == Status.WITHDRAWN else self.status

    @property
    def title(self) -> str:
        """What the object is or would be called, in the reader's language if it can be."""
        language = i18n.current()
        for column in (f"title_{language}", f"title_{i18n.other(language)}", "name"):
            if self.values.get(column):
                return str(self.values[column])
        return str(self.target) if self.target else str(_("Untitled"))


class HistoryEntry(models.Model):
    """One step in the life of an object: who, when, why, and what became of each column."""

    class Action(models.TextChoices):
        """What was done."""

        STARTED = "started", pgettext_lazy("history", "Begun")
        SUBMITTED = "submitted", pgettext_lazy("history", "Sent for review")
        TAKEN_BACK = "taken_back", pgettext_lazy("history", "Taken back")
        DISCARDED = "discarded", pgettext_lazy("history", "Abandoned")
        ASSIGNED = "assigned", pgettext_lazy("history", "Assigned")
        CORRECTION = "correction", pgettext_lazy("history", "Changes requested")
        REFUSED = "refused", pgettext_lazy("history", "Not accepted")
        PUBLISHED = "published", pgettext_lazy("history", "Published")
        TRUSTED = "trusted", pgettext_lazy("history", "Published without review")
        EDITED = "edited", pgettext_lazy("history", "Edited by the staff")
        RESTORED = "restored", pgettext_lazy("history", "Restored")
        WITHDRAWN = "withdrawn", pgettext_lazy("history", "Withdrawn")
        AGREED = "agreed", pgettext_lazy("history", "Agreement given")
        DECLINED = "declined", pgettext_lazy("history", "Agreement declined")
        RECALLED = "recalled", pgettext_lazy("history", "Agreement taken back")
        VERIFIED = "verified", pgettext_lazy("history", "Confirmed up to date")

    # The steps by which a submission becomes public, or some of it.
    PUBLISHING = (Action.PUBLISHED, Action.TRUSTED)

    target_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    target_id = models.PositiveBigIntegerField(null=True)
    target = GenericForeignKey("target_type", "target_id")
    submission = models.ForeignKey(
        Submission, on_delete=models.SET_NULL, null=True, related_name="history"
    )
    action = models.CharField(_("action"), max_length=10, choices=Action)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, verbose_name=_("by")
    )
    at = models.DateTimeField(_("on"), default=timezone.now)
    message = models.TextField(_("message"), blank=True)
    # Of something that staff added: by this the same form sent twice is known.
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    # {column: [before, after]} for what became public with this step.
    diff = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history entries")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["target_type", "target_id", "at"], name="portal_history")]

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({self.at:%Y-%m-%d})"


class Asked(models.Model):
    """When an organisation was last asked about an object, and whether it said no.

    It outlives the row that named it: naming somebody again and again does not ask them each time.
    """

    target_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    target_id = models.PositiveBigIntegerField()
    organisation = models.ForeignKey(
        settings.PORTAL_ORGANISATION_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    declined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target_type", "target_id", "organisation"], name="portal_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} ({self.at:%Y-%m-%d})"


# Django finds a model through this module only. These need nothing from here, so they can come last.
from portal.background.models import BackgroundTask as BackgroundTask  # noqa: E402
from portal.content_version import ContentChange as ContentChange  # noqa: E402
from portal.search_models import SearchDocument as SearchDocument  # noqa: E402
from portal.site_texts import Page as Page  # noqa: E402
