"""Addresses of members: the directory, the workspace, accounts."""

from django.urls import path
from django.utils.translation import pgettext_lazy as _

app_name = "members"

# /annuaire/, /directory/
directory: list = []

# /espace/, /workspace/
workspace: list = []

# /connexion/, /sign-in/ and what a person keeps about their account
accounts: list = []

urlpatterns = [*directory, *workspace, *accounts]
