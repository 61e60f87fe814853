"""Pictures of rewards: taken in, drawn in two sizes, kept by the hash of their file, and shown.

A picture that somebody has seen at an address is always the one there. What is taken in is drawn anew, so that nothing
is shown as it came.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import attrs
from sqlalchemy import Connection

from treuwerk.domain.catalogue import Picture, Reward
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience
from treuwerk.domain.uploads import PICTURES, FileType, shown_name
from treuwerk.programme.languages import fallbacks
from treuwerk.programme.settings import Settings
from treuwerk.services.documents_folder import documents_of
from treuwerk.services.installation import Installation
from treuwerk.services.submissions.page_pictures import Size, draw_sizes
from treuwerk.services.submissions.storing_files import drawing_limits, recognised, scan
from treuwerk.store import reward_files

SMALL, LARGE = SIZES = (480, 960)
"""The longer sides of the renditions in pixels."""
READ = {Audience.PORTAL: "own.rewards.read", Audience.OFFICE: "catalogue.read"}
_AS_IT_CAME = "file"
_DOCUMENTS = PICTURES | {FileType.PDF}


@attrs.frozen
class RewardFile:
    """A file that was taken in for a reward; width and height are 0 of what is no picture."""

    sha256: str
    media_type: str
    name: str
    size: int
    width: int = 0
    height: int = 0

    def picture(self, alt: dict[str, str] | None = None) -> Picture:
        """As a picture of a reward."""
        return Picture(self.sha256, self.width, self.height, alt or {})


@attrs.frozen
class ShownPicture:
    """A picture in one size: where it is served in the portal (in the service centre with ``/office`` before it)."""

    address: str
    width: int
    height: int
    alt: str


def store_picture(installation: Installation, stream: BinaryIO, name: str) -> RewardFile:
    """Take in a picture: its file and renditions lie in their place; `note` has to follow.

    Raises:
        Refusal: what is wrong with it, by a code as in `storing_files.store_file`; also `not_a_picture`, `too_small`,
            `scanner_silent`.
        NoDocumentsFolder, DrawingBusy: as there.
    """
    return _stored(installation, stream, name, PICTURES)


def store_document(installation: Installation, stream: BinaryIO, name: str) -> RewardFile:
    """Take in a paper that proves something of a reward, a picture or PDF, as it came; `note` has to follow.

    Raises:
        Refusal, NoDocumentsFolder: as `store_picture`; `not_a_document`.
    """
    return _stored(installation, stream, name, _DOCUMENTS)


def _stored(installation: Installation, stream: BinaryIO, name: str, taken: frozenset[FileType]) -> RewardFile:
    settings, documents = installation.programme.settings, documents_of(installation.database)
    with documents.received(stream, settings.uploads.file_megabytes << 20) as incoming:
        kind = _recognised(settings, incoming.path, taken)
        with documents.drawing() as folder:
            size = _drawn(settings, incoming.path, kind, folder) if taken is PICTURES else Size(0, 0)
            incoming.path.replace(folder / _AS_IT_CAME)
            documents.keep_for_rewards(folder, incoming.sha256)
        return RewardFile(incoming.sha256, kind.value, shown_name(name), incoming.size, size.width, size.height)


def _recognised(settings: Settings, path: Path, taken: frozenset[FileType]) -> FileType:
    kind = recognised(path)
    if kind not in taken:
        code = "not_a_picture" if taken is PICTURES else "not_a_document"
        raise Refusal(code, f"found {kind.value}, expected one of {', '.join(sorted(taken))}")
    if not scan(settings, path):
        raise Refusal("scanner_silent", "found no virus scanner that answers; send the file again in some minutes")
    return kind


def _drawn(settings: Settings, path: Path, kind: FileType, folder: Path) -> Size:
    return draw_sizes(path, kind, folder, drawing_limits(settings), SIZES)


def note(connection: Connection, stored: RewardFile, actor: str, now: int) -> None:
    """Note a file together with the reward that has it; one without a note is taken away again by a sweep."""
    reward_files.note(connection, {**attrs.asdict(stored), "added_by": actor, "added_at": now})


def keep_picture(installation: Installation, path: Path, actor: str, now: int) -> Picture:
    """Take in a picture from a file of this machine, such as one that a programme brings.

    Raises:
        Refusal, NoDocumentsFolder, DrawingBusy: as `store_picture`. OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        stored = store_picture(installation, stream, path.name)
    with installation.database.writing() as connection:
        note(connection, stored, actor, now)
    return stored.picture()


def picture_of(reward: Reward, size: int = SMALL, locale: str = "") -> ShownPicture | None:
    """The first picture of a reward; None of one without pictures, which is then shown by its words."""
    return next(iter(pictures_of(reward, size, locale)), None)


def pictures_of(reward: Reward, size: int = SMALL, locale: str = "") -> Sequence[ShownPicture]:
    """All pictures of a reward in their order; `size` is one of `SIZES`, `locale` chooses the words."""
    return [shown(one, size, locale) for one in reward.pictures]


def shown(picture: Picture, size: int = SMALL, locale: str = "") -> ShownPicture:
    """A picture in one size. Its words are those of the language, or those that stand in for them."""
    scale = min(1.0, size / max(picture.width, picture.height, 1))
    alt = next((picture.alt[code] for code in fallbacks(locale) if picture.alt.get(code)), "")
    return ShownPicture(f"/rewards/pictures/{picture.sha256}-{size}.webp", round(picture.width * scale),
                        round(picture.height * scale), alt)


def picture_path(access: Access, installation: Installation, digest: str, size: int) -> Path:
    """Where a rendition lies, or would lie.

    Raises:
        NotAllowed: neither the shop nor the catalogue may be seen. NoDocumentsFolder.
    """
    access.require(READ[access.audience])
    return documents_of(installation.database).reward_file(digest, f"{size}.webp")


def document_path(access: Access, installation: Installation, digest: str) -> Path:
    """Where a paper lies as it came, or would lie.

    Raises:
        NotAllowed: the catalogue may not be seen. NoDocumentsFolder.
    """
    access.require(READ[Audience.OFFICE])
    return documents_of(installation.database).reward_file(digest, _AS_IT_CAME)
