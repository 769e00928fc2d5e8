"""The commands that tell what the rules are: ``rule`` and ``rules``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lambdalint.cli.terminal import Failure, write

if TYPE_CHECKING:
    import msgspec

    from lambdalint.output.rule_page import RulePage


def pages() -> list[RulePage]:
    """Return the page of every rule, by code."""
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


@click.command("rule")
@click.argument("code")
@click.option("--output-format", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
def show_rule(code: str, output_format: str) -> None:
    """Print the page of the rule CODE, which may also be its name."""
    from lambdalint.config import nearest
    from lambdalint.output import rule_page

    by_code = {page.meta.code: page for page in pages()}
    by_name = {page.meta.name: page for page in by_code.values()}
    page = by_code.get(code.upper()) or by_name.get(code.lower())
    if page is None:
        meant = nearest(code, [*by_code, *by_name])
        raise Failure(f"no rule has the code {code!r}" + (f"; did you mean {meant}?" if meant else ""))
    renderers = {
        "text": rule_page.render_text,
        "markdown": rule_page.render_markdown,
        "json": rule_page.render_json,
    }
    write(renderers[output_format](page))


@click.command("rules")
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
def list_rules(output_format: str) -> None:
    """List all rules."""
    from lambdalint.output import rule_page

    every = pages()
    write(rule_page.render_json_table(every) if output_format == "json" else rule_page.render_table(every))
