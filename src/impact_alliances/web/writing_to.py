"""The way to write to people from the cards that show them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from impact_alliances import urls
from impact_alliances.contact.recipient import reachable_among
from impact_alliances.db import reading
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import key_of
from impact_alliances.resources.resource import Resource
from impact_alliances.web.cards import Card
from impact_alliances.wiring import Service

Shown = tuple[Resource, Card]


def with_contact(service: Service, shown: Iterable[Shown]) -> tuple[Card, ...]:
    """The cards of these resources, each with the address of the form by which its person is
    written to; of who cannot be, as they were.
    """
    pairs = list(shown)
    reached = _reached(service, [resource for resource, _ in pairs])
    return tuple(
        replace(card, contact_url=urls.contact_of(resource))
        if key_of(resource) in reached
        else card
        for resource, card in pairs
    )


def _reached(service: Service, resources: Sequence[Resource]) -> frozenset[Key]:
    if not service.mailing.is_open or not resources:
        return frozenset()
    with reading(service.database) as session:
        return reachable_among(session, resources)
