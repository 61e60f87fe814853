"""What the mail says, by language."""

import attrs


@attrs.frozen
class Words:
    """The sentences of one language; in braces what is filled in."""

    subject: str
    greeting: str
    one: str
    many: str
    more: str
    table: str
    once: str


WORDS = {
    "de": Words(
        "Bestellung {key}", "Guten Tag,", "bitte liefern Sie diese Position:",
        "bitte liefern Sie diese {count} Positionen:",
        "und {count} weitere", "Adressen und Angaben zu jeder Position stehen in der angehängten Tabelle {file}.",
        "Diese Bestellung hat die Nummer {key}. Falls Sie schon eine Mail mit dieser Nummer haben, tritt diese an ihre "
        "Stelle: Bitte liefern Sie nur einmal."),
    "en": Words(
        "Order {key}", "Good day,", "please deliver this line:", "please deliver these {count} lines:",
        "and {count} more", "Addresses and what belongs to each line stand in the attached table {file}.",
        "The number of this order is {key}. If you already have a mail with this number, this one takes its place: "
        "please deliver once only."),
    "fr": Words(
        "Commande {key}", "Bonjour,", "merci de livrer cette ligne :", "merci de livrer ces {count} lignes :",
        "et {count} autres", "Les adresses et les précisions de chaque ligne figurent dans le tableau joint {file}.",
        "Cette commande porte le numéro {key}. Si vous avez déjà reçu un e-mail avec ce numéro, celui-ci le remplace : "
        "merci de ne livrer qu’une seule fois."),
}
