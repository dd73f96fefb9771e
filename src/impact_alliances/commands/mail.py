"""The commands that tell what became of messages, and decide of those that nothing else decides."""

from typing import Annotated

import typer

from impact_alliances import frames
from impact_alliances.commands.base import ready_mail
from impact_alliances.errors import Refusal
from impact_alliances.mail import saying
from impact_alliances.mail.carrier import Doubtful, NotTaken
from impact_alliances.mail.mailing import Mailing
from impact_alliances.mail.message import Outgoing
from impact_alliances.mail.queue import letter_of
from impact_alliances.resources.letter import REFUSED, UNCERTAIN, WAITING, Letter
from impact_alliances.settings import Settings
from impact_alliances.terminal import out
from impact_alliances.vocabularies import french
from impact_alliances.wiring import make_carrier

# Messages listed; the rest is counted.
MOST_LISTED = 50
Numbers = Annotated[list[int], typer.Argument(help="Les numéros des messages.", metavar="N…")]

mail = typer.Typer(
    cls=frames.Group,
    help="Dire ce qui attend de partir, ce qui est refusé, ce qui est incertain.",
    invoke_without_command=True,
    subcommand_metavar="[COMMANDE] …",
)


@mail.callback()
def state(context: typer.Context) -> None:
    if context.invoked_subcommand:
        return
    mailing, queue = ready_mail()
    out.print(f"Messages : {saying.counted(queue.counts())}.")
    out.print(_way_out(mailing), markup=False)
    listed = queue.latest(UNCERTAIN, REFUSED, WAITING, limit=MOST_LISTED)
    for letter in listed:
        out.print(_line(letter), markup=False)
    if listed:
        out.print(
            "« mail show N » montre un message ; « mail retry N » l’envoie de nouveau ; « mail "
            "drop N » y renonce et l’efface. Un message incertain est peut-être déjà arrivé."
        )


def _way_out(mailing: Mailing) -> str:
    if mailing.is_kept_here:
        return "Démonstration : rien ne part, les messages se lisent à la page /courrier."
    if mailing.lacking:
        return f"Rien ne part : il manque {' et '.join(mailing.lacking)}."
    return "Ils partent par « impact-alliances serve » ou « worker »."


def _line(letter: Letter) -> str:
    said = f" : {letter.reply}" if letter.reply else ""
    about = f", {letter.about}" if letter.about else ""
    return (
        f"{letter.id:>6}  {saying.STATES[letter.state]} ({saying.purpose_of(letter)}{about}, "
        f"{saying.moment_of(letter)}){said}"
    )


def show(number: Annotated[int, typer.Argument(help="Son numéro.", metavar="N")]) -> None:
    """Montrer un message en entier, et ce qu’il est devenu."""
    letter = ready_mail()[1].letter(number)
    attempts = french.counted(letter.attempts, "essai", "essais")
    lines = {
        "Message": f"n° {letter.id}, {saying.purpose_of(letter)}",
        "État": f"{saying.STATES[letter.state]}, {attempts}",
        "Écrit": saying.moment_of(letter),
        "Au sujet de": letter.about,
        "Réponse du serveur": letter.reply,
        "À": letter.to,
        "Répondre à": f"{letter.reply_name} {letter.reply_to}".strip(),
        "Objet": letter.subject,
    }
    for name, value in lines.items():
        if value:
            out.print(f"{name} : {value}", markup=False)
    out.print(f"\n{letter.text}" if letter.text else "(texte effacé)", markup=False)


def retry(numbers: Numbers) -> None:
    """Envoyer de nouveau des messages refusés ou incertains."""
    queue = ready_mail()[1]
    for number in numbers:
        queue.retry(number)
        out.print(f"Le message n° {number} attend de partir.")


def drop(numbers: Numbers) -> None:
    """Renoncer à des messages, et effacer ce qu’ils disent."""
    queue = ready_mail()[1]
    for number in numbers:
        queue.drop(number)
        out.print(f"Le message n° {number} est retiré.")


def test(address: Annotated[str, typer.Argument(help="L’adresse à qui écrire.")]) -> None:
    """Envoyer un message d’essai, sans passer par la file, et dire ce que le serveur répond."""
    settings = Settings()
    mailing, carrier = Mailing.of(settings), make_carrier(settings)
    if mailing.is_kept_here or not carrier:
        raise Refusal(_way_out(mailing))
    letter = letter_of(_trial(settings, address))
    try:
        with carrier.open() as delivery:
            delivery.offer(letter)
            said = delivery.hand_over(letter)
    except NotTaken as refusal:
        raise Refusal(f"Le serveur ne prend pas le message : {refusal}") from refusal
    except Doubtful as doubt:
        raise Refusal(f"Le message est peut-être parti : {doubt}") from doubt
    out.print(f"Le serveur a pris le message : {said}", markup=False)


def _trial(settings: Settings, address: str) -> Outgoing:
    return Outgoing(
        to=address,
        subject="Essai de la base IMPACT-Alliances",
        text=f"Ce message montre que la base {settings.base_url} peut écrire.\n",
        purpose="test",
    )


for _name, _command in (("show", show), ("retry", retry), ("drop", drop), ("test", test)):
    mail.command(_name, cls=frames.Command)(_command)
