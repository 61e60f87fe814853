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
    cancellation: str
    cancelled: str
    left: str


WORDS = {
    "de": Words(
        "Bestellung {key}", "Guten Tag,", "bitte liefern Sie diese Position:",
        "bitte liefern Sie diese {count} Positionen:",
        "und {count} weitere", "Adressen und Angaben zu jeder Position stehen in der angehängten Tabelle {file}.",
        "Diese Bestellung hat die Nummer {key}. Falls Sie schon eine Mail mit dieser Nummer haben, tritt diese an ihre "
        "Stelle: Bitte liefern Sie nur einmal.",
        "Stornierung zur Bestellung {key}",
        "aus der Bestellung {key} wurde storniert (storniert / bestellt). Bitte liefern Sie diese Stücke nicht. Falls "
        "Sie die Bestellung nicht haben, ist nichts zu tun:",
        "Was noch zu liefern ist, steht in der angehängten Tabelle {file}. Sie gilt auch dann, wenn Sie schon eine "
        "frühere Stornierung dazu haben."),
    "en": Words(
        "Order {key}", "Good day,", "please deliver this line:", "please deliver these {count} lines:",
        "and {count} more", "Addresses and what belongs to each line stand in the attached table {file}.",
        "The number of this order is {key}. If you already have a mail with this number, this one takes its place: "
        "please deliver once only.",
        "Cancellation for order {key}",
        "these pieces of order {key} were cancelled (cancelled / ordered). Please do not deliver them. If you do not "
        "have this order, there is nothing to do:",
        "What is still to be delivered stands in the attached table {file}. It also holds where you already have an "
        "earlier cancellation."),
    "fr": Words(
        "Commande {key}", "Bonjour,", "merci de livrer cette ligne :", "merci de livrer ces {count} lignes :",
        "et {count} autres", "Les adresses et les précisions de chaque ligne figurent dans le tableau joint {file}.",
        "Cette commande porte le numéro {key}. Si vous avez déjà reçu un e-mail avec ce numéro, celui-ci le remplace : "
        "merci de ne livrer qu’une seule fois.",
        "Annulation pour la commande {key}",
        "ces unités de la commande {key} ont été annulées (annulées / commandées). Merci de ne pas les livrer. Si vous "
        "n’avez pas cette commande, il n’y a rien à faire :",
        "Ce qui reste à livrer figure dans le tableau joint {file}. Il vaut aussi si vous avez déjà reçu une "
        "annulation antérieure."),
}
