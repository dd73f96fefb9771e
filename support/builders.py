"""Resources for tests: plain functions that give valid, published ones. Any field may be given
instead of its default.
"""

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import Engine

from impact_alliances.db import reading, writing
from impact_alliances.resources.article import Article
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.publishing import complete
from impact_alliances.resources.resource import PUBLISHED, Resource
from impact_alliances.vocabularies.matching import slugify

THURSDAY = dt.date(2024, 5, 16)
_numbers = itertools.count(1)
R = TypeVar("R", bound=Resource)


def a_case(**fields: Any) -> Case:
    """A case in Lannion, on mobility."""
    return _built(
        Case,
        "cas",
        {
            "title": "Un covoiturage de village",
            "summary": "Des habitants partagent leurs trajets.",
            "need": "Plus aucun car ne passe le samedi.",
            "alliance": "La mairie, une association et un garage.",
            "actions": "Une ligne de covoiturage a ouvert.",
            "fragilites": ["mobilite"],
            "acteurs": ["collectivites", "associations"],
            "echelon": "local",
            "commune": "22113",
            "date": dt.date(2024, 5, 16),
            "partners": [
                {"name": "Mairie de Trévou", "profile": "collectivites", "role": "pilote"}
            ],
        },
        fields,
    )


def a_catalyseur(**fields: Any) -> Catalyseur:
    """A contact in Mayenne, who also serves Brittany."""
    return _built(
        Catalyseur,
        "catalyseur",
        {
            "title": "Awa Le Goff",
            "name": "Awa Le Goff",
            "role": "Animatrice de dialogue territorial",
            "organisation": "La Fabrique des liens",
            "email": "awa@liens.example",
            "phone": "06 39 98 00 01",
            "departement": "53",
            "area": ["dep:53", "reg:53"],
            "metiers": ["dialogue-territorial"],
        },
        fields,
    )


def a_jeudi(**fields: Any) -> Jeudi:
    """A note of a Thursday."""
    return _built(
        Jeudi,
        "jeudi",
        {
            "title": "Réussir sa première réunion",
            "body": "Commencez par un tour de table.",
            "published_on": THURSDAY,
            "number": 12,
        },
        fields,
    )


def an_article(**fields: Any) -> Article:
    """An entry of the watch."""
    return _built(
        Article,
        "article",
        {
            "title": "Un baromètre de la confiance",
            "summary": "Une enquête mesure la confiance locale.",
            "source": "La Gazette fictive",
            "published_on": dt.date(2024, 9, 2),
            "bulletin": "2024-T3",
            "strand": "innovation-societale",
        },
        fields,
    )


def _built(table: type[R], prefix: str, defaults: dict[str, Any], fields: dict[str, Any]) -> R:
    identifier = fields.get("id") or f"{prefix}-{next(_numbers):04d}"
    values = {"id": identifier, "status": PUBLISHED, **defaults, **fields}
    values.setdefault("slug", f"{slugify(values['title'])}-{slugify(identifier)}"[:160])
    resource = table(**values)
    complete(resource)
    return resource


def store(database: Engine, *resources: Resource) -> None:
    """Write these resources in one transaction."""
    with writing(database) as session:
        # The objects stay usable by the test after the commit.
        session.expire_on_commit = False
        session.add_all(resources)


def stored(database: Engine, table: type[R], identifier: str) -> R | None:
    """What the database holds under that id, read afresh."""
    with reading(database) as session:
        return session.get(table, identifier)


def ids(resources: Iterable[Resource]) -> list[str]:
    """The ids of these resources, in their order."""
    return [resource.id for resource in resources]
