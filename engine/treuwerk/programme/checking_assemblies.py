"""What is right for itself in ``[assembly]`` and contradicts another key, or another table."""

from collections.abc import Iterator, Mapping

from treuwerk.programme.errors import Mistake
from treuwerk.programme.settings import AssemblyPart, MissingFeature, Settings


def contradicting_assembly(settings: Settings) -> Iterator[Mistake]:
    """All contradictions of ``[assembly]``, each with its path."""
    assembly = settings.assembly
    if assembly is None:
        return
    if assembly.complete == assembly.alone:
        yield Mistake("assembly.alone", repr(assembly.alone), "another value than that of 'complete'")
    chosen = settings.clearing.features.get(assembly.feature)
    known = chosen.values if chosen else {}
    for name in ("complete", "alone") if known else ():
        value = getattr(assembly, name)
        if value not in known:
            yield Mistake(f"assembly.{name}", repr(value), f"a value of [clearing.features.{assembly.feature}]: "
                          f"{', '.join(known)}")
    if assembly.missing is MissingFeature.DERIVE and not assembly.parts:
        yield Mistake("assembly.parts", "no part", "the parts that a whole is made of, since 'missing' is derive",
                      'add a table [assembly.parts.<name>], or set missing = "alone"')
    for name, part in assembly.parts.items():
        yield from _part(f"assembly.parts.{name}", name, part, assembly.parts)


def _part(path: str, name: str, part: AssemblyPart, parts: Mapping[str, AssemblyPart]) -> Iterator[Mistake]:
    others = [other for other in parts if other != name]
    if (part.share is None) != (not part.of):
        lone, other = ("of", "share") if part.of else ("share", "of")
        yield Mistake(f"{path}.{lone}", f"{lone!r} without {other!r}", f"both of them, or none; {other!r} is missing")
    elif part.of and part.of not in others:
        yield Mistake(f"{path}.of", repr(part.of), f"another part: {', '.join(others) or 'there is none'}")
