"""Loads the demo into an empty portal."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.demo import loader


class Command(BaseCommand):
    """Loads the demo once; a portal that holds something already is left as it is."""

    help = "Load the demo's organisations, projects, events and accounts into an empty portal."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, unless there is something; then say who may sign in."""
        if not (settings.DEBUG and settings.DEMO):
            raise CommandError(
                "The demo has public passwords: it only loads where DEBUG and DEMO are both true."
            )
        if not loader.is_loaded():
            loader.load(lambda step: self.stdout.write(f"  loading {step}"))
        self.stdout.write(f"\nDemo accounts, all with the password {loader.PASSWORD}:")
        for email, name, seat, _rights in loader.ACCOUNTS:
            self.stdout.write(f"  {email:26} {name}{' – ' + seat if seat else ''}")
        self.stdout.write(f"\nMail of the demo: {settings.BASE_URL}/demo/mail/")
        self.stdout.write(f"The portal: {settings.BASE_URL}/\n")
