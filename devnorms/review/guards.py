"""
What the database itself refuses: changed answers and decisions, judges of themselves.

The triggers are laid at each start, not in a migration: a table that a migration made
anew would have lost them.
"""

from __future__ import annotations

from django.db import connection, transaction

ONLY_ADDED = (
    "review_auditevent",
    "review_opinion",
    "review_decision",
    "review_moderationevent",
    "review_reply",
    "review_run",
    "review_result",
    "review_figure",
    "review_policy",
)
"""Answers and decisions, what they are about, and what was done: never changed."""

_OWN = """
SELECT 1 FROM review_result JOIN review_run ON review_run.id = review_result.run_id
WHERE review_result.id = NEW.result_id
AND review_run.pushed_by_id = NEW.decided_by_id
"""
_REFUSED = "who pushed a result cannot decide on it"


def protect() -> None:
    """Lay the triggers that are not there yet."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _statements():
            cursor.execute(statement)


def missing() -> list[str]:
    """Name the triggers that should be there and are not."""
    names = {
        words[words.index("TRIGGER") + 1]
        for words in (
            statement.replace("IF NOT EXISTS ", "").split()
            for statement in _statements()
        )
        if "TRIGGER" in words[:4]
    }
    asked = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return sorted(names - {name for (name,) in cursor.fetchall()})


def _statements() -> list[str]:
    """Give them in the words of the database in use."""
    if connection.vendor == "postgresql":
        return [
            _function("review_append_only", "RAISE EXCEPTION '% is append-only', "
                      "TG_TABLE_NAME;"),
            _function("review_not_own", f"IF EXISTS ({_OWN}) THEN RAISE EXCEPTION "
                      f"'{_REFUSED}'; END IF; RETURN NEW;"),
            _trigger("review_decision", "not_own", "INSERT", "review_not_own"),
            *(
                _trigger(table, "only_added", "UPDATE OR DELETE", "review_append_only")
                for table in ONLY_ADDED
            ),
        ]  # fmt: skip
    return [
        "CREATE TRIGGER IF NOT EXISTS review_decision_not_own BEFORE INSERT ON "
        f"review_decision WHEN EXISTS ({_OWN}) "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
        *(
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{what} BEFORE {what} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in ONLY_ADDED
            for what in ("UPDATE", "DELETE")
        ),
    ]


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ "
        f"BEGIN {body} END $$ LANGUAGE plpgsql"
    )


def _trigger(table: str, name: str, when: str, function: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {table}_{name} BEFORE {when} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
