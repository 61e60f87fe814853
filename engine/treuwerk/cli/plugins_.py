"""``treuwerk plugins``."""

from contextlib import suppress

import attrs

from treuwerk.cli.context import Context, print_json, print_table, treuwerk_command
from treuwerk.plugins import PluginInfo, overview
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import FILE, plugins_of


@treuwerk_command("plugins")
def command(context: Context, as_json: bool) -> None:
    """List the plugins that the programme uses, what is wrong with them, and what else is installed."""
    used: list[PluginInfo] = []
    with suppress(ProgrammeError):  # without a programme, all that is installed is still worth a list
        if (context.folder / FILE).is_file():
            used = plugins_of(context.folder)
    infos = overview(used)
    if as_json:
        print_json([attrs.asdict(info) for info in infos])
    else:
        print_table(["name", "distribution", "version", "state", "hooks", "last error"],
                    [[i.name, i.distribution, i.version, i.state, ", ".join(i.hooks), i.error] for i in infos])
