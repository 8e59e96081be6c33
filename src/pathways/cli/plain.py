"""How every command ends: one clear line and an exit status, never a traceback.

0 done; 1 our own failure; 2 the input or the options are wrong; 3 a verification found something wrong.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from pathways.installation.backup import DamagedError
from pathways.installation.refusal import OwnFailureError, RefusalError

OUR_FAILURE, WRONG_INPUT, FOUND_WRONG = 1, 2, 3


class Plain(TyperGroup):
    """Typer's group, with the endings above for all its commands."""

    def make_context(self, *given: Any, **more: Any) -> Any:
        try:
            return super().make_context(*given, **more)
        except Exception as failure:
            if (wrong := _of_the_options(failure)) is None:
                raise
            _say(wrong)
            raise typer.Exit(WRONG_INPUT) from None

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except DamagedError as damage:
            _say(str(damage))
            raise typer.Exit(FOUND_WRONG) from None
        except RefusalError as refusal:
            _say(str(refusal))
            raise typer.Exit(WRONG_INPUT) from None
        except OwnFailureError as failure:
            _say(str(failure))
            raise typer.Exit(OUR_FAILURE) from None
        except BrokenPipeError:
            sys.stderr.close()  # whoever read our output has gone
            raise typer.Exit(0) from None
        except KeyboardInterrupt:
            _say("stopped")
            raise typer.Exit(130) from None
        except Exception as failure:
            if (wrong := _of_the_options(failure)) is not None:
                _say(wrong)
                raise typer.Exit(WRONG_INPUT) from None
            if hasattr(failure, "exit_code") or isinstance(failure, typer.Abort):
                raise  # typer's own endings, help among them
            if os.environ.get("PATHWAYS_DEBUG"):
                raise
            # The text of an unforeseen error may hold something personal: say what and where, not the text.
            last = traceback.extract_tb(failure.__traceback__)[-1]
            where = f"{os.path.basename(last.filename)}:{last.lineno}"
            _say(
                f"failed, by our own fault: {type(failure).__name__} at {where}; PATHWAYS_DEBUG=1 shows more"
            )
            raise typer.Exit(OUR_FAILURE) from None


class FileFirst(Plain):
    """A group whose first command needs no name: `disclose FILE …` is `disclose table FILE …`.

    A file named like a command is given as ./NAME.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)


class OfColumns(TyperCommand):
    """A command on a table: its COL may be written as the heading stands in the file, with the blanks around
    it and all those inside, which are read as one."""

    def invoke(self, ctx: Any) -> Any:
        for option in self.params:
            name, given = option.name, ctx.params.get(option.name)
            if re.search(r"\bCOL\b", option.metavar or "") and name is not None:
                if isinstance(given, str):
                    ctx.params[name] = " ".join(given.split())
                elif given is not None:
                    ctx.params[name] = [" ".join(each.split()) for each in given]
        return super().invoke(ctx)


def _of_the_options(failure: Exception) -> str | None:
    """What typer says of an option or an argument that will not do, as one line; None of anything else."""
    if not hasattr(failure, "format_message") or "NoArgs" in type(failure).__name__:
        return None
    context = getattr(failure, "ctx", None)
    said = " ".join(str(failure.format_message()).split()).rstrip(".")
    return f"{said}; “{context.command_path if context else 'pathways'} -h” says what it takes"


def _say(line: str) -> None:
    print(f"pathways: {line}", file=sys.stderr)
