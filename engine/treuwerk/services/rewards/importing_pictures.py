"""Pictures of rewards by file: a table that names the files beside it, with words for each in every language."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import file_digest
from pathlib import Path

import attrs

from treuwerk.domain.catalogue import Picture, Reward
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.tabular import BadLine, UnreadableFile
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import BadRow, NamedRow, Told, named_rows, tell_nobody
from treuwerk.services.rewards.importing import RewardReceipt
from treuwerk.services.rewards.listing import plain
from treuwerk.services.rewards.pictures import RewardFile, note, store_picture
from treuwerk.store import rewards as store
from treuwerk.store.retrying import retrying

FILE = "catalogue/pictures.csv"
"""Where a programme folder keeps the list of the pictures that it brings."""
REQUIRED = ("reward", "file")


@attrs.frozen
class _Named:
    """A picture as a row names it."""

    at: int
    path: Path
    sha256: str
    alt: Mapping[str, str]


def import_pictures(installation: Installation, path: Path, now: int, dry_run: bool = False,
                    told: Told = tell_nobody) -> RewardReceipt:
    """Give rewards the pictures that a file names; the rows of one reward name all of its pictures, in their order.

    Columns: ``reward``, ``file`` (beside the table or in a folder there) and ``alt_de``, so for each language. The
    receipt counts rewards. Pictures that a reward has already are not drawn again.

    Raises:
        UnreadableFile: the file as a whole is none of pictures. NoDocumentsFolder, DrawingBusy: as `store_picture`.
    """
    receipt = RewardReceipt(path.name, dry_run=dry_run)
    wanted = _named(path, installation.programme.settings.programme.locales, receipt)
    with installation.database.reading() as connection:
        kept = {number: reward for number, (reward, _) in store.contents(connection, wanted).items()}
    for number in [number for number in wanted if number not in kept]:
        receipt.reject(wanted.pop(number)[0].at, "unknown_reward", f"column reward: found {number!r}, expected the "
                       "number of a reward that is there")
    changed = {number: some for number, some in wanted.items() if _differs(kept[number], some)}
    receipt.unchanged = len(wanted) - len(changed)
    drawn = _drawn(installation, changed, kept, receipt, told) if not dry_run else {}
    receipt.changed = len(changed)
    if changed and not dry_run:
        retrying(partial(_save, installation, changed, drawn, receipt.file, now))
    return receipt


def _named(path: Path, locales: Sequence[str], receipt: RewardReceipt) -> dict[str, list[_Named]]:
    """What the rows say of each reward; one with a row that cannot be read stands in the receipt."""
    columns, found, bad = [*REQUIRED, *(f"alt_{locale}" for locale in locales)], dict[str, list[_Named]](), set[str]()
    for line in named_rows(path, columns):
        if isinstance(line, BadLine):
            receipt.reject(line.at, line.code, line.reason)
            continue
        if unknown := [name for name in line.cells if name not in columns]:
            raise UnreadableFile(f"{path.name}: found the columns {', '.join(unknown)}, expected {', '.join(columns)}")
        row = plain(line)
        try:
            found.setdefault(row.need("reward"), []).append(_picture(path.parent, row, locales))
        except BadRow as error:
            receipt.reject(line.at, error.code, str(error))
            bad.add(row.cells["reward"])
    return {number: some for number, some in found.items() if number not in bad}


def _picture(folder: Path, row: NamedRow, locales: Sequence[str]) -> _Named:
    path = (folder / row.need("file")).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise BadRow("no_file", f"column file: found {row.cells['file']!r}, expected a file in the folder of the table")
    with path.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    return _Named(row.at, path, digest, {locale: row.need(f"alt_{locale}") for locale in locales})


def _differs(reward: Reward, wanted: Sequence[_Named]) -> bool:
    return [(one.sha256, dict(one.alt)) for one in reward.pictures] != [(one.sha256, one.alt) for one in wanted]


def _drawn(installation: Installation, changed: dict[str, list[_Named]], kept: Mapping[str, Reward],
           receipt: RewardReceipt, told: Told) -> dict[str, RewardFile]:
    """The pictures that are not there yet, by their hash; a reward with one that cannot be drawn is left as it is."""
    there = {one.sha256 for number in changed for one in kept[number].pictures}
    new = {one.sha256: one for some in changed.values() for one in some if one.sha256 not in there}
    drawn, failed = dict[str, RewardFile](), dict[str, Refusal]()
    with ThreadPoolExecutor(installation.programme.settings.uploads.drawn_at_once) as crew:
        for done, (digest, found) in enumerate(zip(new, crew.map(partial(_stored, installation), new.values()),
                                                   strict=True), 1):
            told(done, len(new))
            if isinstance(found, Refusal):
                failed[digest] = found
            else:
                drawn[digest] = found
    for number, one in [(number, one) for number, some in changed.items() for one in some if one.sha256 in failed]:
        receipt.reject(one.at, failed[one.sha256].code, f"column file: {one.path.name}: {failed[one.sha256].reason}")
        changed.pop(number, None)
    return drawn


def _stored(installation: Installation, one: _Named) -> RewardFile | Refusal:
    try:
        with one.path.open("rb") as stream:
            return store_picture(installation, stream, one.path.name)
    except Refusal as refusal:
        return refusal


def _save(installation: Installation, changed: Mapping[str, Sequence[_Named]], drawn: Mapping[str, RewardFile],
          source: str, now: int) -> None:
    with installation.database.writing() as connection:
        rows = store.by_number(connection, changed)
        for stored in drawn.values():
            note(connection, stored, "import", now)
        store.save(connection, [(attrs.evolve(before, pictures=_shown(before, changed[number], drawn)), row.version)
                                for number, row in rows.items() for before in [store.read(row.content)]],
                   "import", source, now)


def _shown(before: Reward, wanted: Sequence[_Named], drawn: Mapping[str, RewardFile]) -> tuple[Picture, ...]:
    there = {one.sha256: one for one in before.pictures} | {digest: one.picture() for digest, one in drawn.items()}
    return tuple(attrs.evolve(there[one.sha256], alt=one.alt) for one in wanted if one.sha256 in there)
