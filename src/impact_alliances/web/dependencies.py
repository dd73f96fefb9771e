"""What an endpoint may ask for: the wired service, and a session to read with."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from impact_alliances.db import reading
from impact_alliances.wiring import Service


async def get_service(request: Request) -> Service:
    """The service this application was made with. Asynchronous only to spare a change of thread: it waits for nothing."""
    service: Service = request.app.state.service
    return service


WiredService = Annotated[Service, Depends(get_service)]


async def _session(service: WiredService) -> AsyncIterator[Session]:
    # Asynchronous for the same reason: the session connects in the endpoint's thread, at its first question.
    with reading(service.database) as session:
        yield session


ReadSession = Annotated[Session, Depends(_session)]
