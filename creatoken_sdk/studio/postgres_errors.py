"""What PostgreSQL says, as errors of the store that name neither user, password nor URL."""

from __future__ import annotations

import psycopg
from psycopg.conninfo import conninfo_to_dict

from creatoken_sdk.studio.errors import (
    CorruptStoreError,
    StoreAccessError,
    StoreBusyError,
    StoreError,
    StoreUnreachableError,
)
from creatoken_sdk.studio.store import Row

__all__ = ["explained", "public_name", "refused"]

# By the start of SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
_ERRORS: tuple[tuple[str, type[StoreError], str], ...] = (
    ("08", StoreUnreachableError, "it may have been written: look, then do it again if not"),
    ("57P", StoreUnreachableError, "it may have been written: look, then do it again if not"),
    ("40", StoreBusyError, "another writer was first, nothing was written: do it again"),
    ("55P03", StoreBusyError, "nothing was written: stop what holds it, then try again"),
    ("23", StoreError, "it is there already or refers to what is missing; nothing was written"),
    ("28", StoreAccessError, "use another user or password"),
    ("25006", StoreAccessError, "name a server that takes writes"),
    ("42501", StoreAccessError, "grant the user this right"),
    ("XX001", CorruptStoreError, "restore the database from its backup"),
    ("XX002", CorruptStoreError, "REINDEX the database"),
    ("53", StoreError, "give the server more room or connections, then do it again"),
    ("", StoreError, "nothing was written"),
)


def public_name(url: str) -> str:
    """Return host, port and database of a URL.

    A password with special characters as they are would end up in these: such a URL is refused.
    """
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except psycopg.Error:
        parts = {"port": "unreadable"}
    host, port, database = (parts.get(key, "") for key in ("host", "port", "dbname"))
    if "@" in host + database or (port and not port.replace(",", "").isdigit()):
        raise StoreAccessError(
            "the PostgreSQL URL cannot be read; write postgresql://user:password@host:port/database"
            " and percent-encode what is special in the password, such as %2F for / and %40 for @"
        )
    return f"postgresql://{host or 'localhost'}:{port or 5432}/{database}"


def refused(name: str, error: psycopg.Error) -> StoreError:
    """Return what to raise when no connection is made; there is no SQLSTATE yet, only words."""
    text = next((line for line in str(error).splitlines() if "FATAL:" in line), "")
    said = text.rpartition("FATAL:")[2].strip()
    if "database" in said and "does not exist" in said:
        return StoreAccessError(f"{name}: {said}; create it (createdb), or correct the URL")
    if any(word in said for word in ("password", "role", "pg_hba")):
        return StoreAccessError(f"{name}: {said}; correct user and password in the URL")
    if "fe_sendauth" in str(error):
        return StoreAccessError(f"{name} asks for a password; put it into the URL or ~/.pgpass")
    said = said or str(error).strip().splitlines()[0].rpartition("failed: ")[2]
    return StoreUnreachableError(
        f"{name} does not answer ({said}); start the server or correct the URL, then try again"
    )


def explained(name: str, error: psycopg.Error, connection: psycopg.Connection[Row]) -> StoreError:
    """Return what to raise for an error on a connection."""
    state = "08" if connection.closed and not error.sqlstate else error.sqlstate or ""
    text = error.diag.message_primary or str(error).strip().splitlines()[0]
    kind, advice = next(
        (kind, advice) for start, kind, advice in _ERRORS if state.startswith(start)
    )
    return kind(f"{name}: {text}; {advice}")
