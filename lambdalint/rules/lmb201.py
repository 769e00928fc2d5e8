"""LMB201 database-in-tmp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, EffectKind, Family, RuleMeta, Severity
from lambdalint.rules.persistence import exit_of, is_scratch, lifetime_in_tmp
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Lifetime


class DatabaseInTmp(Rule):
    """Flags databases whose only copy is a file in `/tmp`.

    ## What it does

    Flags a database file in `/tmp` that is opened for writing and kept: SQLite (`sqlite3`, SQLAlchemy, peewee,
    Django), `shelve`, `dbm`, DuckDB, TinyDB, LMDB, Chroma and others. A database that the same invocation
    fetches from a durable place and stores there again, that was fetched or built and is only read, or that
    is removed or emptied in each invocation is left alone.

    ## Why it fails on Lambda

    `/tmp` belongs to one execution environment. Requests that are served at the same time are served by
    different environments, each with a database of its own, and an environment that is not needed is removed
    with all that was entered into it. A hook of `atexit` does not help: no code runs between invocations, and
    none is sure to run at the end.

    ## Example

    ```python
    import sqlite3


    def handler(event, context):
        orders = sqlite3.connect("/tmp/orders.db")
        with orders:
            orders.execute("CREATE TABLE IF NOT EXISTS orders (number, total)")
            orders.execute("INSERT INTO orders VALUES (?, ?)", (event["number"], event["total"]))
    ```

    ## Use instead

    ```python
    import boto3

    orders = boto3.resource("dynamodb").Table("orders")


    def handler(event, context):
        orders.put_item(Item={"number": event["number"], "total": event["total"]})
    ```

    RDS serves where the queries need SQL, and a file on EFS, mounted below `/mnt`, where SQLite has to stay.
    Data that changes with a deployment only can be shipped with the code and opened with `mode=ro`.

    ## Options

    None.

    ## Known limits

    A database that is fetched, or built where it is missing, is flagged only if a change to it is seen.
    """

    meta = RuleMeta(
        code="LMB201",
        name="database-in-tmp",
        family=Family.PERSISTENCE,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags databases whose only copy is a file in `/tmp`.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with databases in `/tmp` that outlive the invocation and hold what is nowhere else."""
        lifetime = lifetime_in_tmp(effect, {EffectKind.DATABASE})
        if lifetime is None or is_scratch(effect, lifetime):
            return False
        if lifetime.stored is not None:
            return _never_fetched(lifetime)
        if lifetime.read_back:
            return False
        changed = lifetime.new_content or lifetime.request_content
        return changed or (lifetime.fetched is None and not lifetime.cached)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            assert effect.lifetime is not None
            stored = effect.lifetime.stored
            if stored is None:
                self.report(
                    node,
                    effect,
                    f"{action(effect)}, which each execution environment has for itself and loses when it ends",
                    "keep the data in DynamoDB or RDS, or the file on EFS",
                )
                continue
            self.report(
                node,
                effect,
                f"{action(effect)}, and {exit_of(stored, effect.span)} stores it, but nothing fetches it first: a warm "
                "execution environment goes on with its earlier rows, and a new one stores an empty start over them",
                "fetch it before it is changed, or remove the file first where it is made anew each time",
                confidence=Confidence.MEDIUM,
            )


def _never_fetched(lifetime: Lifetime) -> bool:
    """Tell whether a database is changed and stored by each environment as if it were the only one."""
    return lifetime.fetched is None and lifetime.new_content and not lifetime.read_back
