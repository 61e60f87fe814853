"""Covers of worlds by file: found beside the file that names them, drawn once, and written beside what is exported."""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from hashlib import file_digest
from pathlib import Path

import attrs
from sqlalchemy import Connection

from treuwerk.domain.catalogue import Picture
from treuwerk.domain.promotions import World
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.uploads import ENDINGS, FileType
from treuwerk.services.documents_folder import documents_of
from treuwerk.services.installation import Installation
from treuwerk.services.rewards.pictures import RewardFile, note, store_picture
from treuwerk.store import reward_files

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FOLDER = "covers"


@attrs.frozen
class CoverFiles:
    """What a file says of covers: where they lie, by the hash of their content, and what is wrong with each world's."""

    paths: Mapping[str, Path] = attrs.field(factory=dict)
    wrong: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Drawn:
    """Covers that are there, by their hash: those that were drawn just now, and why others could not be."""

    sizes: Mapping[str, tuple[int, int]]
    new: Sequence[RewardFile] = ()
    refused: Mapping[str, str] = attrs.field(factory=dict)


def cover_in(folder: Path, named: str, alt: Mapping[str, str]) -> tuple[Picture, Path | None]:
    """A cover as an entry names it, not measured yet: a file below a folder, or the hash of one that was taken in.

    Raises:
        ValueError: it is neither.
    """
    if _HASH.fullmatch(named):
        return Picture(named, 0, 0, alt), None
    path = (folder / named).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise ValueError(f"cover: found {named!r}, expected a picture in the folder of this file")
    with path.open("rb") as stream:
        return Picture(file_digest(stream, "sha256").hexdigest(), 0, 0, alt), path


def drawn(installation: Installation, wanted: Iterable[World], files: CoverFiles, *, dry_run: bool = False) -> Drawn:
    """Draw the covers that are not there yet; a dry run draws none and takes it that each can be.

    Raises:
        NoDocumentsFolder, DrawingBusy: as `store_picture`.
    """
    digests = {one.cover.sha256 for one in wanted if one.cover}
    if not digests:
        return Drawn({})
    with installation.database.reading() as connection:
        rows = reward_files.known(connection, digests)
    sizes = {digest: (row.width, row.height) for digest, row in rows.items() if row.width}
    new, refused = list[RewardFile](), dict[str, str]()
    for digest in sorted(digests - sizes.keys()):
        path = files.paths.get(digest)
        if path is None:
            refused[digest] = f"cover: found {digest[:12]}…, expected the hash of a picture that was taken in here"
            continue
        try:
            new += [] if dry_run else [_stored(installation, path)]
        except Refusal as refusal:
            refused[digest] = f"cover: {path.name}: {refusal.reason}"
    return Drawn(sizes | {one.sha256: (one.width, one.height) for one in new}, new, refused)


def _stored(installation: Installation, path: Path) -> RewardFile:
    with path.open("rb") as stream:
        return store_picture(installation, stream, path.name)


def measured(one: World, found: Drawn) -> World:
    """A world whose cover has its size."""
    if one.cover is None:
        return one
    width, height = found.sizes.get(one.cover.sha256, (0, 0))
    return attrs.evolve(one, cover=attrs.evolve(one.cover, width=width, height=height))


def noted(connection: Connection, found: Drawn, actor: str, now: int) -> None:
    """Note what was drawn, together with the worlds that show it."""
    for one in found.new:
        note(connection, one, actor, now)


def written_out(installation: Installation, worlds: Sequence[World], folder: Path | None) -> dict[str, str]:
    """What an exported file says as cover of each world: its hash, or a file of its own that is written to a folder.

    Raises:
        OSError: a file cannot be read or written. NoDocumentsFolder.
    """
    covered = {one.code: one.cover.sha256 for one in worlds if one.cover}
    if folder is None or not covered:
        return covered
    with installation.database.reading() as connection:
        rows = reward_files.known(connection, set(covered.values()))
    (folder / _FOLDER).mkdir(parents=True, exist_ok=True)
    named = {code: f"{_FOLDER}/{code}{ENDINGS[FileType(rows[digest].media_type)]}" for code, digest in covered.items()}
    for code, digest in covered.items():
        shutil.copyfile(documents_of(installation.database).reward_file(digest, "file"), folder / named[code])
    return named
