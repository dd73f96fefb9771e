"""Pages that show all there is: each template, with much, with little and with nothing in it."""

PATHS = [
    "/",
    "/recherche",
    "/recherche?q=haies&fragilite=sante",
    "/recherche?q=zzzz",
    "/recherche/carte",
    "/recherche/carte?kind=case&near=22113&rayon=30",
    "/catalyseurs",
    "/jeudis",
    "/veille",
    "/veille/bulletins/2024-T3",
    "/cas/les-haies-numero-1",
    "/cas/un-cas-entier",
    "/catalyseurs/awa",
    "/catalyseurs/awa/contact?sujet=cas-1",
    "/catalyseurs/awa/contact/transmis",
    "/cas/un-cas-entier/contact",
    "/ma-fiche/pause?lien=x",
    "/ma-fiche/pause/fait",
    "/jeudis/note",
    "/veille/article",
    "/api/docs",
    "/a-propos",
    "/accessibilite",
    "/rien",
]
_NO_SHEETS = ("/api", "/recherche", "/ma-fiche")
SHEETS = [path for path in PATHS if path.count("/") == 2 and not path.startswith(_NO_SHEETS)]
