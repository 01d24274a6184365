from django.db import migrations, models

from portal.indexes import AddIndexInUse


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("portal", "0014_search_of_a_kind")]

    operations = [
        AddIndexInUse(
            model_name="searchdocument",
            index=models.Index(fields=["analyser"], name="portal_search_analyser"),
        ),
    ]
