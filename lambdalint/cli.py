"""The command line: reads flags, calls the engine, prints the report, chooses the exit code."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lambdalint import __version__
from lambdalint.model import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import msgspec

    from lambdalint.config import Loaded, Overrides, RuleOptions
    from lambdalint.model import Report, Settings
    from lambdalint.output.rule_page import RulePage

CLEAN, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130
_NOT_JUDGED = frozenset({"LMB900", "LMB999"})
"""Findings that say that something was not judged: with one of them a run has not done its work."""


class _Failure(click.ClickException):
    """An error that ends the run, told in one line."""

    exit_code = FAILED

    def show(self, file: Any = None) -> None:  # click's own signature
        """Write the line to standard error."""
        from lambdalint.output.escape import escape

        click.echo(f"lambdalint: error: {escape(self.message)}", file=file, err=True)


def _write(text: str) -> None:
    """Write to standard output; a reader that has gone away is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered would raise again when the interpreter flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _warn(text: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _codes(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    """Split what was given to a repeatable, comma-separated flag; None if it was not given."""
    del context, parameter
    if not values:
        return None
    return tuple(code.upper() for value in values for code in value.replace(",", " ").split())


def _paths(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Path, ...]:
    del context
    if "" in values:
        raise click.BadParameter("a path is empty", param=parameter)
    return tuple(map(Path, values or (".",)))


def _configuration_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Add the flags that every command which reads a project has."""
    for decorate in (
        click.argument("paths", nargs=-1, callback=_paths),
        click.option("--config", "config_file", metavar="FILE", help="Read this configuration file, no other."),
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
        click.option("--jobs", type=click.IntRange(min=0), help="Worker processes; 0: one for each processor."),
        click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
        click.option("-v", "--verbose", is_flag=True, help="Name all that could not be read or resolved."),
        click.option("-q", "--quiet", is_flag=True, help="Print findings only."),
    ):
        command = decorate(command)
    return command


def _rule_options() -> RuleOptions:
    from lambdalint import rules
    from lambdalint.config import RuleOptions

    def type_of(code: str) -> type[msgspec.Struct] | None:
        definition = rules.registry().get(code)
        return None if definition is None else definition.Options

    return RuleOptions(tuple(sorted({*rules.codes(), *_NOT_JUDGED})), type_of)


def _load(paths: Sequence[Path], config_file: str | None, isolated: bool, overrides: Overrides) -> Loaded:
    from lambdalint import config

    def platforms() -> list[str]:
        from lambdalint import catalogue

        return list(catalogue.load().platforms)

    if config_file is not None and isolated:
        raise click.UsageError("--config and --isolated exclude each other")
    try:
        return config.load(
            Path(os.path.abspath(paths[0])),  # noqa: PTH100 - resolve() would follow symbolic links
            _rule_options(),
            platforms=platforms,
            file=None if config_file is None else Path(config_file),
            isolated=isolated,
            overrides=overrides,
        )
    except config.ConfigError as error:
        raise _Failure(str(error)) from None


def _run(paths: Sequence[Path], settings: Settings, *, quiet: bool) -> Report:
    from lambdalint.engine.collect import PathError
    from lambdalint.engine.run import check as run_check
    from lambdalint.output.progress import ProgressBar

    shows_progress = not quiet and sys.stderr.isatty()
    try:
        with contextlib.closing(ProgressBar()) as bar:
            return run_check(paths, settings, cwd=Path.cwd(), progress=bar if shows_progress else None)
    except PathError as error:
        raise _Failure(str(error)) from None


def _tell_problems(report: Report, *, verbose: bool, quiet: bool) -> None:
    from lambdalint.output import problems

    if quiet:
        return
    text = problems.render(report, verbose=verbose)
    if not report.functions:
        text += (
            "warning: no function that runs on a serverless platform was found: nothing was judged; "
            "[[tool.lambdalint.functions]] declares one\n"
        )
    _warn(text)


def _has_color() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="lambdalint %(version)s")
def commands() -> None:
    """Find, before deployment, what Python code on AWS Lambda gets wrong about its file system."""


@commands.command()
@_configuration_flags
@click.option("--select", multiple=True, callback=_codes, metavar="CODES", help="Rules to run: codes or prefixes.")
@click.option("--ignore", multiple=True, callback=_codes, metavar="CODES", help="Rules not to run.")
@click.option("--extend-select", multiple=True, callback=_codes, metavar="CODES", help="Rules to run besides.")
@click.option("--min-severity", type=click.Choice([item.value for item in Severity]), help="Hide what is milder.")
@click.option(
    "--min-confidence",
    type=click.Choice([item.value for item in Confidence]),
    help="Hide what is less certain.",
)
@click.option("--output-format", type=click.Choice(["text", "concise", "json"]), default="text", show_default=True)
@click.option("--exit-zero", is_flag=True, help="Exit 0 although there are findings.")
def check(
    paths: tuple[Path, ...],
    select: tuple[str, ...] | None,
    ignore: tuple[str, ...] | None,
    extend_select: tuple[str, ...] | None,
    min_severity: str | None,
    min_confidence: str | None,
    output_format: str,
    exit_zero: bool,
    config_file: str | None,
    isolated: bool,
    jobs: int | None,
    no_cache: bool,
    verbose: bool,
    quiet: bool,
) -> None:
    """Check PATHS (by default the working directory). Exit 0: clean, 1: findings, 2: not all was judged.

    A folder stands for the files below it. A file is judged as part of its project.
    """
    from lambdalint.config import Overrides
    from lambdalint.output import concise, json_report, text

    overrides = Overrides(
        select=select,
        extend_select=extend_select,
        ignore=ignore,
        min_severity=Severity(min_severity) if min_severity else None,
        min_confidence=Confidence(min_confidence) if min_confidence else None,
        jobs=jobs,
        cache=False if no_cache else None,
    )
    report = _run(paths, _load(paths, config_file, isolated, overrides).settings, quiet=quiet)
    _tell_problems(report, verbose=verbose, quiet=quiet)
    if output_format == "json":
        _write(json_report.render(report))
    elif output_format == "concise":
        _write(concise.render(report))
    else:
        _write(text.render(report, color=_has_color(), summary=not quiet))
    if any(finding.code in _NOT_JUDGED for finding in report.findings):
        raise click.exceptions.Exit(FAILED)
    raise click.exceptions.Exit(FINDINGS if report.findings and not exit_zero else CLEAN)


@commands.command()
@_configuration_flags
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def functions(
    paths: tuple[Path, ...],
    output_format: str,
    config_file: str | None,
    isolated: bool,
    jobs: int | None,
    no_cache: bool,
    verbose: bool,
    quiet: bool,
) -> None:
    """List the functions below PATHS: handler, entry points, room, and who declares them."""
    from dataclasses import replace

    from lambdalint.config import Overrides
    from lambdalint.output import concise, function_list

    overrides = Overrides(jobs=jobs, cache=False if no_cache else None)
    settings = replace(_load(paths, config_file, isolated, overrides).settings, select=(), extend_select=())
    report = _run(paths, settings, quiet=quiet)
    _tell_problems(report, verbose=verbose, quiet=quiet)
    _write(function_list.render_json(report) if output_format == "json" else function_list.render_text(report))
    if report.findings:
        _warn(concise.render(report))
        raise click.exceptions.Exit(FAILED)


def _line(context: click.Context, parameter: click.Parameter, value: str) -> tuple[Path, int, int | None]:
    """Read ``FILE:LINE`` or, as findings are reported, ``FILE:LINE:COLUMN``."""
    del context, parameter
    match = re.fullmatch(r"(.+?):([1-9][0-9]{0,8})(?::([1-9][0-9]{0,8}))?", value, re.DOTALL)
    if match is None:
        raise _Failure(f"{value!r} is not a file and a line, such as src/app.py:12")
    return Path(match[1]), int(match[2]), int(match[3]) if match[3] else None


@commands.command()
@click.argument("where", metavar="FILE:LINE", callback=_line)
@click.option("--config", "config_file", metavar="FILE", help="Read this configuration file, no other.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(where: tuple[Path, int, int | None], config_file: str | None, isolated: bool, output_format: str) -> None:
    """Explain what the calls on a line do to files, and why each rule reports them or not.

    The project of FILE is analysed. Exit 0: explained, 2: no such line, or it cannot be analysed.
    """
    from lambdalint.config import Overrides
    from lambdalint.engine.collect import PathError
    from lambdalint.engine.explain import explain as explain_line
    from lambdalint.output import explanation, problems

    file, line, column = where
    settings = _load([file], config_file, isolated, Overrides()).settings
    try:
        explained = explain_line(file, line, settings, cwd=Path.cwd(), column=column)
    except PathError as error:
        raise _Failure(str(error)) from None
    _warn(problems.render(explained))
    if output_format == "json":
        _write(explanation.render_json(explained))
    else:
        _write(explanation.render_text(explained, color=_has_color()))


def _pages() -> list[RulePage]:
    import json

    import msgspec

    from lambdalint import rules
    from lambdalint.config import describe_type
    from lambdalint.output.rule_page import Option, RulePage
    from lambdalint.rules.pages import page

    def default(field: msgspec.structs.FieldInfo) -> str:
        if field.default is not msgspec.NODEFAULT:
            value = field.default
        else:
            value = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else None
        return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)

    return [
        RulePage(
            meta=rule.meta,
            documentation="\n\n".join(f"## {section.title}\n\n{section.body}" for section in page(rule).sections),
            options=tuple(
                Option(field.encode_name, describe_type(field.type), default(field))
                for field in msgspec.structs.fields(rule.Options)
            ),
        )
        for rule in rules.registry().values()
    ]


@commands.command("rule")
@click.argument("code")
@click.option("--output-format", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
def show_rule(code: str, output_format: str) -> None:
    """Print the page of the rule CODE, which may also be its name."""
    from lambdalint.config import nearest
    from lambdalint.output import rule_page

    pages = {page.meta.code: page for page in _pages()}
    by_name = {page.meta.name: page for page in pages.values()}
    page = pages.get(code.upper()) or by_name.get(code.lower())
    if page is None:
        meant = nearest(code, [*pages, *by_name])
        raise _Failure(f"no rule has the code {code!r}" + (f"; did you mean {meant}?" if meant else ""))
    renderers = {
        "text": rule_page.render_text,
        "markdown": rule_page.render_markdown,
        "json": rule_page.render_json,
    }
    _write(renderers[output_format](page))


@commands.command("rules")
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
def list_rules(output_format: str) -> None:
    """List all rules."""
    from lambdalint.output import rule_page

    pages = _pages()
    _write(rule_page.render_json_table(pages) if output_format == "json" else rule_page.render_table(pages))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with *arguments* (by default the process's own) and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = commands.main(
            None if arguments is None else list(arguments), prog_name="lambdalint", standalone_mode=False
        )
    except click.ClickException as error:
        error.show()
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        _warn("lambdalint: interrupted\n")
        return INTERRUPTED
    except Exception as error:  # the boundary of the process: one line instead of a traceback
        cause = " ".join(str(error).split()) or "no message"
        _warn(f"lambdalint: internal error: {type(error).__name__}: {cause}; please report it\n")
        return FAILED
    return code if isinstance(code, int) else CLEAN


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run())
