"""E-mail addresses: those that can be written to, told by their form alone, without the network."""

from email.utils import getaddresses

from email_validator import EmailNotValidError, validate_email

# Of RFC 5321: more than this no server takes.
LONGEST_ADDRESS = 254


class BadAddress(ValueError):
    """Not an address that can be written to; its text says why, in French."""


def address(text: str) -> str:
    """The address in the form that every mail server takes: its domain in ASCII
    (`xn--nergie-9ua.fr` for « énergie.fr »). Raises `BadAddress`.
    """
    given = text.strip()
    if len(given) > LONGEST_ADDRESS:
        raise BadAddress(f"Une adresse électronique a {LONGEST_ADDRESS} signes au plus.")
    try:
        found = validate_email(given, check_deliverability=False)
    except EmailNotValidError as fault:
        raise BadAddress("Une adresse électronique est attendue (nom@domaine.fr).") from fault
    # Allowed before « @ », and read as an encoded word by what writes or reads headers.
    if "=?" in found.local_part:
        raise BadAddress(
            "Une adresse qui contient « =? » ne passe pas partout : donnez une autre adresse."
        )
    # Such letters ask for an extension that many servers on the way lack.
    if found.ascii_email is None:
        raise BadAddress(
            "Les lettres accentuées d’une adresse, avant « @ », ne passent pas partout : donnez "
            "une autre adresse."
        )
    return found.ascii_email


def mailbox(text: str) -> tuple[str, str]:
    """The name and the address of « Name <address> », or of an address alone, whose name is then
    empty. Raises `BadAddress`.
    """
    found = getaddresses([text])
    if len(found) != 1 or not text.strip().isprintable():
        raise BadAddress("Écrivez « Nom <adresse@domaine.fr> », ou l’adresse seule.")
    ((name, written),) = found
    return name, address(written)
