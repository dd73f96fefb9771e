"""Expected refusals: each carries its HTTP status and a French sentence for the reader."""


class Refusal(Exception):
    """Something a visitor or an editor asked that cannot be done as asked.

    `title` is short and stable, `detail` says what to do, `problems` lists the parts at fault.
    """

    status = 400
    title = "Demande incorrecte"

    def __init__(self, detail: str, problems: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = problems or []


class BadQuery(Refusal):
    """Search parameters that name nothing known."""

    title = "Recherche incorrecte"


class NotFound(Refusal):
    """No resource, page or value at this address."""

    status = 404
    title = "Page introuvable"


class Withdrawn(Refusal):
    """The resource existed and was retired."""

    status = 410
    title = "Fiche retirée"


class Unreadable(Refusal):
    """A file that import cannot read at all."""

    status = 422
    title = "Fichier illisible"


class Unavailable(Refusal):
    """A part of the service is out of reach for now."""

    status = 503
    title = "Service momentanément indisponible"


class NewerSchema(Unavailable):
    """The database was brought to a schema that this version of the code does not know."""

    def __init__(self) -> None:
        super().__init__(
            "Cette base est d’une version plus récente du programme : remettez le programme à "
            "jour, ou reprenez la sauvegarde faite avant (docs/deploy.md)."
        )


class TooManyParameters(Refusal):
    """More parameters than any search has."""

    title = "Trop de paramètres"


class TooLong(Refusal):
    """An address longer than any of ours."""

    status = 414
    title = "Adresse trop longue"


class UnknownHost(Refusal):
    """The request names a host that this service does not answer for."""

    status = 421
    title = "Nom d’hôte inconnu"


class TooManyRequests(Refusal):
    """A client asks more often than is allowed."""

    status = 429
    title = "Trop de demandes"
