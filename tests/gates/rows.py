"""What stands in the address of a page: looked up in the demo, and in what `stage.py` put beside it."""

from collections.abc import Callable
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.utils.translation import get_language

from events.models import Event, Project, ProjectPartner
from members.models import Organisation, Seat, User
from portal.lifecycle import kinds
from portal.models import HistoryEntry, Submission

Arguments = Callable[[], dict[str, Any]]


def organisation(slug: str) -> Arguments:
    return lambda: {"slug": slug}


def in_its_language(model: type, slug: str) -> Arguments:
    def arguments() -> dict[str, Any]:
        return {"slug": model._base_manager.get(slug_fr=slug).slug_for(get_language())}

    return arguments


def project(slug: str) -> Arguments:
    return in_its_language(Project, slug)


def event(slug: str) -> Arguments:
    return in_its_language(Event, slug)


def submission(status: str, author: str) -> Arguments:
    wanted = {"status": status, "author__email": f"{author}@demo.example"}
    return lambda: {"pk": Submission.objects.filter(**wanted).earliest("pk").pk}


def content(kind: str, model: type, slug: str = "universite-montpellier") -> Arguments:
    """Something an organisation published."""

    def arguments() -> dict[str, Any]:
        row = model._base_manager.filter(organisation__slug=slug, status="published").first()
        return {"slug": slug, "kind": kind, "pk": row.pk}

    return arguments


def live_eventful() -> dict[str, Any]:
    """The project to which all happened."""
    return {"pk": Project.objects.get(title_en="Example: a project and its history").pk}


def eventful() -> dict[str, Any]:
    return {"slug": "universite-montpellier", "kind": "project"} | live_eventful()


def restored() -> dict[str, Any]:
    """A version of a profile that may be brought back."""
    target = Organisation.objects.get(slug="numalis")
    kind = kinds.named("organisation").content_type
    entries = HistoryEntry.objects.filter(target_type=kind, target_id=target.pk)
    return {
        "slug": target.slug,
        "kind": "organisation",
        "pk": target.pk,
        "entry": entries.earliest("pk").pk,
    }


def seat(email: str) -> Arguments:
    return lambda: {
        "slug": "universite-montpellier",
        "pk": Seat.objects.get(user__email=f"{email}@demo.example").pk,
    }


def row(model: type, **wanted: Any) -> Arguments:
    """A row of a table, by the last one that answers."""
    return lambda: {"object_id": model._base_manager.filter(**wanted).latest("pk").pk}


def live(model: type, **wanted: Any) -> Arguments:
    return lambda: {"pk": model._base_manager.filter(**wanted).latest("pk").pk}


def confirmation_key() -> str:
    return EmailConfirmationHMAC(EmailAddress.objects.get(verified=False)).key


def reset_key() -> dict[str, Any]:
    user = User.objects.get(email="newcomer@demo.example")
    return {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}


def asked() -> dict[str, Any]:
    return {"kind": "projectpartner", "pk": ProjectPartner.objects.asked().get().pk}


def to_be_recorded() -> dict[str, Any]:
    partner = ProjectPartner.objects.asked().get()
    return {"pk": partner.project_id, "name": "partners", "row": partner.pk}
