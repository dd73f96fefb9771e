"""A watch article: one entry of the quarterly bulletin."""

import datetime as dt
from typing import ClassVar

from sqlmodel import Field

from impact_alliances.resources.resource import Resource


class Article(Resource, table=True):
    """An entry of the watch. `bulletin` is a quarter such as `2024-T3`; `strand` is a slug of its
    vocabulary.
    """

    __tablename__ = "article"
    DAY: ClassVar[str] = "published_on"

    source: str = ""
    author: str = ""
    published_on: dt.date | None = None
    bulletin: str = Field(default="", max_length=16)
    strand: str = ""

    def identities(self) -> list[str]:
        year, _, quarter = self.bulletin.partition("-")
        bulletins = [self.bulletin, f"{quarter} {year}"] if quarter else []
        numbered = [*bulletins, *(f"bulletin {bulletin}" for bulletin in bulletins)]
        return [*super().identities(), self.source, self.author, *numbered]
