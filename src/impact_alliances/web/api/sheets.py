"""The shape of a sheet in the JSON API, one model a kind: the public fields of the table, with the
types of the model.
"""

from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from impact_alliances.resources.fields import PUBLIC
from impact_alliances.resources.kinds import KINDS, Kind


def _model(kind: Kind) -> type[BaseModel]:
    described = {field.name: field.public for field in PUBLIC[kind.slug]}
    slug: Any = Literal[kind.slug]
    # In the order of the model, which is the one sheets are written in.
    public: dict[str, Any] = {
        name: (column.annotation, Field(description=described[name]))
        for name, column in kind.table.model_fields.items()
        if name in described
    }
    made: type[BaseModel] = create_model(
        f"{kind.table.__name__}Out",
        __config__=ConfigDict(extra="forbid"),
        __doc__=f"Une fiche « {kind.one} ».",
        kind=(slug, Field(description="Le type de la fiche.")),
        **public,
        url=(str, Field(description="Adresse de la page.")),
        place=(
            str,
            Field(description="La commune et son code postal, sinon le département ou la région."),
        ),
    )
    return made


SHEETS = {slug: _model(kind) for slug, kind in KINDS.items()}
# Built at run time from the registry of kinds: a type checker cannot follow.
SheetOut: Any = Annotated[reduce(or_, SHEETS.values()), Field(discriminator="kind")]
