"""Makes what tests need. Whatever is published here is as if it had gone through review."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from events.models import Event, EventOrganiser, Project, ProjectPartner
from members.models import (
    Affiliation,
    College,
    Commune,
    Membership,
    Organisation,
    Seat,
    Source,
    Theme,
    User,
)
from portal import search
from portal.background.models import AT_ONCE
from portal.models import BackgroundTask


class UserFactory(DjangoModelFactory):
    """An account with a confirmed address; `member=` and `owner=` give it a seat in an organisation."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    language = "fr"
    password = factory.django.Password("a-long-enough-password")

    class Params:
        moderator = factory.Trait(is_staff=True)
        administrator = factory.Trait(is_staff=True, is_superuser=True)

    @factory.post_generation
    def confirmed(self, create, extracted, **kwargs):
        if create and extracted is not False:
            self.emailaddress_set.create(email=self.email, verified=True, primary=True)

    @factory.post_generation
    def member(self, create, extracted, **kwargs):
        if create and extracted:
            Seat.objects.create(user=self, organisation=extracted, role="editor")

    @factory.post_generation
    def owner(self, create, extracted, **kwargs):
        if create and extracted:
            Seat.objects.create(user=self, organisation=extracted, role="owner")


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"theme-{n}")
    name_fr = factory.LazyAttribute(lambda o: f"Thème {o.code}")
    name_en = factory.LazyAttribute(lambda o: f"Theme {o.code}")


class CommuneFactory(DjangoModelFactory):
    class Meta:
        model = Commune
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"commune-{n}")
    name = factory.Sequence(lambda n: f"Commune {n}")
    latitude = 43.6
    longitude = 3.9


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    code = factory.Sequence(lambda n: f"source-{n}")
    title_fr = factory.Sequence(lambda n: f"Article {n}")


class Indexed(DjangoModelFactory):
    """Something published, that search therefore finds; `withdrawn=True` for what no longer is."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    class Params:
        withdrawn = factory.Trait(
            status="withdrawn", withdrawn_at=factory.LazyFunction(timezone.now)
        )

    @factory.post_generation
    def themes(self, create, extracted, **kwargs):
        if create and extracted:
            self.themes.set(extracted)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        obj = model_class(*args, **kwargs)
        obj.fill_slugs()
        obj.save()
        return obj

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        if create and _waiting is not None and instance.is_published:
            _waiting.append(instance)
        elif create:
            search.index(instance)


_waiting: list[Indexed] | None = None


@contextmanager
def indexed_at_once() -> Iterator[None]:
    """What is published within is indexed at its end, in one go: for tests with many rows."""
    global _waiting
    _waiting = []
    try:
        yield
        search.index_all(_waiting)
    finally:
        _waiting = None


class OrganisationFactory(Indexed):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = "company"
    summary_fr = "Un résumé en français."
    summary_en = "A summary in English."

    @factory.post_generation
    def part_of(self, create, extracted, **kwargs):
        """`part_of=` names an organisation that agreed to have this one as a part."""
        if create and extracted:
            Affiliation.objects.create(part=self, organisation=extracted, agreed_at=timezone.now())

    @factory.post_generation
    def founding(self, create, extracted, **kwargs):
        if create and extracted:
            college, _ = College.objects.get_or_create(
                code="founding",
                defaults={"name_fr": "Membres fondateurs", "name_en": "Founding members"},
            )
            Membership.objects.create(organisation=self, college=college, since="2025-09-25")


class EventFactory(Indexed):
    class Meta:
        model = Event

    organisation = factory.SubFactory(OrganisationFactory)
    title_fr = factory.Sequence(lambda n: f"Rencontre {n}")
    title_en = factory.Sequence(lambda n: f"Meeting {n}")
    summary_fr = "Un résumé en français."
    summary_en = "A summary in English."
    kind = "meetup"
    starts_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=7))

    @factory.post_generation
    def organised(self, create, extracted, **kwargs):
        if create and self.organisation:
            EventOrganiser.objects.create(
                event=self, organisation=self.organisation, agreed_at=timezone.now()
            )


class ProjectFactory(Indexed):
    class Meta:
        model = Project

    organisation = factory.SubFactory(OrganisationFactory)
    title_fr = factory.Sequence(lambda n: f"Projet {n}")
    title_en = factory.Sequence(lambda n: f"Project {n}")
    summary_fr = "Un résumé en français."
    summary_en = "A summary in English."
    stage = "running"

    @factory.post_generation
    def led(self, create, extracted, **kwargs):
        if create and self.organisation:
            ProjectPartner.objects.create(
                project=self, organisation=self.organisation, role="lead", agreed_at=timezone.now()
            )


class BackgroundTaskFactory(DjangoModelFactory):
    """A mail that could not be sent, with a secret in it."""

    class Meta:
        model = BackgroundTask
        exclude = ("to",)

    to = ("guest@example.org",)
    task_path = "portal.background.mail.send_mail"
    backend_name = "default"
    run_after = factory.LazyFunction(AT_ONCE)
    args_kwargs = factory.LazyAttribute(
        lambda task: {
            "args": [],
            "kwargs": {
                "subject": "Secret",
                "text": "https://testserver/secret",
                "html": "<p>secret</p>",
                "to": list(task.to),
                "headers": {},
            },
        }
    )
    status = "FAILED"
    finished_at = factory.LazyFunction(timezone.now)
    worker_ids = ("one",)
    exception_class_path = "portal.background.mail.NotSent"
    traceback = "Traceback\nNotSent: ConnectionRefusedError: no\n"
