"""What an endpoint may ask for: the wired service.

No endpoint is given a session: one opened for it would be held until its answer is sent. It opens
its own around what it loads, `with reading(service.database) as session:`, and hands values to
whoever renders them.
"""

from typing import Annotated

from fastapi import Depends, Request

from impact_alliances.wiring import Service


async def get_service(request: Request) -> Service:
    """The service this application was made with. Asynchronous only to spare a change of thread: it
    waits for nothing.
    """
    service: Service = request.app.state.service
    return service


WiredService = Annotated[Service, Depends(get_service)]
