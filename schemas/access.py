"""Which label schemas a credential may reach."""

from __future__ import annotations

from accounts.credentials import Credential
from accounts.roles import Action
from schemas.models import LabelSchema
from traces.access import NotAllowed


class NoSuchSchema(LookupError):
    """No standing label schema with this id that the caller may see."""

    def __init__(self, schema_id: str) -> None:
        self.schema_id = schema_id
        super().__init__(f"There is no label schema {schema_id}.")


def schema_for(credential: Credential, schema_id: str, action: Action) -> LabelSchema:
    """The label schema, when the action is allowed in its experiment.

    Raises ScopeMissing, NoSuchSchema (not to be seen) or NotAllowed (seen, but not this).
    """
    credential.demand_scope(action)
    schemas = LabelSchema.objects.standing().select_related("current").filter(schema_id=schema_id)
    found = schemas.allowing(credential, action).first()
    if found is not None:
        return found
    visible = schemas.allowing(credential, Action.READ).exists()
    raise NotAllowed(action) if visible else NoSuchSchema(schema_id)
