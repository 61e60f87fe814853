"""The command line. Commands are imported when they are called, so that help comes at once."""

import importlib
import os
from pathlib import Path
from typing import Any

import click

COMMANDS = {
    "check": "Check a programme folder: every mistake at once, with place and remedy.",
    "test": "Run the earning cases of a programme.",
    "plugins": "List installed and used plugins.",
    "migrate": "Bring the database to the schema of this release.",
    "import": "Import participants, articles, an attendance list or opening balances.",
    "clear": "Clear purchase files: read, match, score, book.",
    "simulate": "Show what a file would earn, or what a changed programme would have come to.",
    "proposals": "List changed programmes that were proposed, and decide on those of others.",
    "map": "Map unknown customers and articles, and book the lines that waited for them.",
    "held": "List files that are held as a whole, release or reject them.",
    "read": "Show files as the sources read them; nothing is stored.",
    "balance": "Show the balance of a participant.",
    "statement": "Show the bookings of a participant.",
    "explain": "Show how the points of a booking came about.",
    "redeem": "Spend points at once.",
    "hold": "Reserve points for an order.",
    "capture": "Spend reserved points.",
    "release": "Give reserved points back.",
    "cancel": "Take back a redemption: its points return to their lots.",
    "reverse": "Take back the points of a purchase, whole or in part.",
    "activate": "Make points spendable that waited for an act.",
    "transfer": "Give points of one participant to another.",
    "recalculate": "Book what purchases of an article are worth more or less since it was corrected.",
    "tiers": "Judge tiers, show who holds which and why, and give them by hand.",
    "adjust": "Give or take points by hand, with a reason.",
    "adjustments": "List and decide bookings by hand that wait for a second person.",
    "participant": "Show participants; make two of them one, and two again.",
    "user": "Make users, block them, give them roles, invite people of a company.",
    "redeem-batch": "Redeem points for many orders of a file.",
    "orders": "List and show orders of rewards, cancel pieces, decide on those that wait.",
    "codes": "Look at pools of voucher codes, and make codes.",
    "payments": "Note money that came in for orders, list what is to be paid back, and ask providers.",
    "handovers": "Show what suppliers got and answered, and speak with them about what is due.",
    "worker": "Do durable work: clear what comes in, and what every night is for.",
    "jobs": "List durable work, run it, try it again, take it back.",
    "daily": "Do what every night is for: expire, let late arrivals follow, tell what is parked, sweep.",
    "expire": "Book out points whose time is over, and end holds that are overdue.",
    "sweep": "Remove drafts that were never sent, and files that nobody needs.",
    "report": "Report on the whole programme: liability, expiring points.",
    "verify": "Prove the ledger: recompute every law from the rows.",
    "doctor": "Look for unsafe settings of database and machine.",
    "anchor": "Print the end of the chain, to be kept elsewhere.",
    "digest": "Print one hash over what the books say.",
    "protect": "Put guards back and limit the application's role.",
    "export": "Export the journal, the rewards, or their orders.",
    "demo": "Build a seeded demo and serve it.",
    "serve": "Serve the portal.",
    "maintenance": "Write the page that a proxy shows while the portal is down.",
    "new": "Make a new programme or plugin.",
}


IN_SAFE_MODE = frozenset({"plugins", "verify", "doctor", "anchor", "digest", "export", "report", "balance", "statement",
                          "explain"})
"""Commands that only look, and so do without the plugins of strangers."""


class LazyGroup(click.Group):
    """A group that knows the names and one-line helps of its commands, and imports a command to run it.

    Plugins of the programme add commands; they are looked for only where the engine has none of a name.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            from treuwerk.cli.of_plugins import command_of_plugin

            return command_of_plugin(ctx, cmd_name)
        module = importlib.import_module(f"treuwerk.cli.{cmd_name.replace('-', '_')}_")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of the engine."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        if _without_programme(ctx):
            return
        from treuwerk.cli.of_plugins import titles_of_plugins

        if titles := titles_of_plugins(ctx):
            with formatter.section("Commands of plugins"):
                formatter.write_dl(titles)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; the number that one of a plugin answers is the exit code."""
        code = super().invoke(ctx)
        if isinstance(code, int) and code:
            ctx.exit(code)
        return code

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Like click's, with the closest name where there is no such command."""
        from difflib import get_close_matches

        if args and self.get_command(ctx, args[0]) is None and (close := get_close_matches(args[0], COMMANDS, 1)):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {close[0]!r}?")
        return super().resolve_command(ctx, args)


def _without_programme(ctx: click.Context) -> bool:
    """Whether the current folder is meant and holds no programme: then help needs nothing but this file."""
    named = ctx.params.get("programme") or os.environ.get("TREUWERK_PROGRAMME") or "."
    return Path(named) == Path() and not Path("programme.toml").is_file()


@click.command("treuwerk", cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--programme", is_eager=True, type=click.Path(path_type=Path), envvar="TREUWERK_PROGRAMME", default=".",
              show_default="current folder", help="Folder of the programme, or the name of an installed bundle.")
@click.option("--database", is_eager=True, envvar="TREUWERK_DATABASE", default="sqlite:///var/treuwerk.db",
              show_default=True, help="URL of the database; postgresql+psycopg://… is the other one.")
@click.option("--safe-mode", is_flag=True, is_eager=True, envvar="TREUWERK_SAFE_MODE",
              help="Leave out plugins that do not come with the engine: look at everything, book nothing.")
@click.version_option(package_name="treuwerk", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, programme: Path, database: str, safe_mode: bool) -> None:
    """Treuwerk: a loyalty engine whose rules, feeds and channels are plugins.

    Exit codes: 0 done, 1 failed or violated, 2 usage or configuration, 3 done in part, 4 held for a
    decision.
    """
    from treuwerk.cli.context import Context

    if safe_mode and ctx.invoked_subcommand not in IN_SAFE_MODE:
        ctx.fail(f"safe mode leaves out plugins and books nothing, so that there is no {ctx.invoked_subcommand!r} in "
                 f"it; there are {', '.join(sorted(IN_SAFE_MODE))}. Leave out --safe-mode and TREUWERK_SAFE_MODE")
    ctx.obj = Context(programme, database, safe_mode)
