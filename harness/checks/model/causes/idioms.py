"""What is said in several words, and would be taken for something else word by word: `file d'attente` is no file."""

from __future__ import annotations

import re

IDIOMS = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (
            (
                r"\b(?:log|protokoll|journal|output|ausgabe|sortie|trace|listing)s? (?:gekurzt|truncated|tronquee?"
                r"|shortened)\b"
            ),
            " ",
        ),
        (r"\^m\b", " crlf "),
        (r" (?:or directory|oder verzeichnis|ou (?:dossier|repertoire))\b", " "),
        (
            (
                r"\b(?:runtime|run time|duration|laufzeit|duree)(?: was| is| war| ist| etait| est)?"
                r" (?:normale?|im rahmen|as usual)\b"
            ),
            " okay ",
        ),
        (
            (
                r",? ?\b(?:as|wie|comme) (?:was )?(?:agreed|expected|usual|always|before|specified|documented"
                r"|planned|it should"
                r"|they should|vorgesehen|vereinbart|erwartet|immer|gewohnt|ublich|besprochen|convenu|prevu|attendu"
                r"|habitude"
                r"|toujours)\b"
            ),
            " okay ",
        ),
        (
            (
                r"\b(?:without|nobody|no one|not|never|sans|ohne|niemand|nie|nicht|personne)"
                r"(?: (?:us|anyone|anybody|any|uns|jemanden|nous|ne|n'a|nous a))*"
                r" (?:telling|tells|told|saying|said|notif\w*|inform\w*|warn\w*|notic\w*|announc\w*|prior \w+|prevenir"
                r"|prevenus?|avertir|averti|annonc\w*|ankundig\w*|angekundigt|bescheid|vorwarnung|absprache|gesagt"
                r"|mitgeteilt"
                r"|bemerkt|remarque|vu)\b"
            ),
            " untold ",
        ),
        (
            (
                r"\b(?:well (?:below|under|within)|nowhere near|far from|loin d[eu]|weit (?:unter|entfernt"
                r"|weg) (?:von )?"
                r"|no sign of)\b"
            ),
            " not ",
        ),
        (
            (
                r"\b(?:liegts|lags|(?:liegt|lag)(?: es| das)) nicht\b"
                r"|\bcannot (?:be (?:the|a|an|it|that|due|our)|(?:\w+ )?(?:sein|etre))\b"
            ),
            " excluded ",
        ),
        (r"\ben pleine? (?=\w)", "mid "),
        (r"\bfiles? (?:d )?attente\b", "queue"),
        (r"\b(code|status|errno|error|http|rc|returned|fehler|erreur|fehlercode)\s?[:=] ?(?=\d)", r"\1 "),
        (r"(?<=\w);(?=\s)", " .\n"),
        (r"(?<![,;:.]) (?:aber|jedoch|doch) (?=(?:nie|nicht|niemals)\b)", " "),
    )
)
"""Patterns of a text in small letters without accents, and what is read instead."""
