"""What a booking of a batch would find, without writing anything: for rehearsals, and for a clerk before deciding."""

from sqlalchemy import Connection

from treuwerk.programme.settings import DifferingUpload, Settings
from treuwerk.services.clearing import serials
from treuwerk.services.clearing.goods import Proof
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.ownership import Reporter, know_heirs, own
from treuwerk.services.clearing.same_orders import wait_for_a_look
from treuwerk.services.clearing.scoring import ScoredBatch
from treuwerk.services.clearing.serials import Numbered, check_serials
from treuwerk.store.identities import taken
from treuwerk.store.ownership import lines_of_purchases


class TakesBack(Exception):
    """Booking the batch would take points back: only a booking that is rolled back can tell what comes of it."""


def foresee(connection: Connection, settings: Settings, batch: ScoredBatch, reporter: Reporter,
            limiting: Limiting) -> list[Proof]:
    """Take out of a batch what would not be booked, and count it; the answer is what is booked by another way.

    Lines whose goods another document of the same batch brings are left in it as they are. `limiting` knows what the
    batches before left of caps and budgets.

    Raises:
        TakesBack: lines of a feed would stand in the place of those of an upload.
    """
    corrects = settings.clearing.differing_upload is DifferingUpload.CORRECT
    owned = own(connection, batch, reporter, corrects=corrects, looking=True)
    if owned.outdone:
        raise TakesBack
    fresh = check_serials(connection, batch, settings.clearing, reporter)
    wait_for_a_look(connection, batch, reporter)
    lines: Numbered = [(0, line) for line in batch.lines.values()]
    _, proofs = serials.look(connection, batch, lines, fresh)
    before = taken(connection, batch.lines)
    others = [key for key, content in before.items() if batch.lines[key][2] != content]
    booked = lines_of_purchases(connection, others)
    know_heirs(connection, batch, before, booked)
    batch.drop_taken(before, booked)
    batch.lines.update(owned.later)
    batch.lines = {line[1]: line for _, line in limiting.cut(
        connection, batch, [(0, line) for line in batch.lines.values()])}
    return owned.proofs + proofs
