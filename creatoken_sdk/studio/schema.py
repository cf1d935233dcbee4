"""The tables, as numbered migrations that SQLite and PostgreSQL both take.

Hashes, addresses and documents are text (0x hex and JSON), so that plain SQL reads them. A
migration never changes once released; a new one is added below it.
"""

from __future__ import annotations

__all__ = ["MIGRATIONS", "VERSION_TABLE"]

_FIRST = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY,              -- see Run.id
    name TEXT NOT NULL,
    chain_id BIGINT NOT NULL,
    works TEXT NOT NULL,              -- contract in whose domain the steps are signed
    work_id BIGINT NOT NULL,
    settled BIGINT NOT NULL,          -- how many of its steps are in jobs
    created_at BIGINT NOT NULL        -- UTC seconds, as all times
);
CREATE TABLE steps (
    run_id TEXT NOT NULL REFERENCES runs (id),
    position BIGINT NOT NULL,         -- Step.index
    key TEXT NOT NULL,                -- tells a repeated step from a new one
    attempt BIGINT NOT NULL,
    struct_hash TEXT NOT NULL UNIQUE,
    actor TEXT NOT NULL,
    shares BIGINT NOT NULL,
    step TEXT NOT NULL,               -- Step.to_json
    signature TEXT,                   -- null until the actor signs
    document TEXT NOT NULL,           -- Certificate.to_json; private
    PRIMARY KEY (run_id, position),
    UNIQUE (run_id, key, attempt)
);
CREATE INDEX steps_unsigned ON steps (actor) WHERE signature IS NULL;
CREATE TABLE record_keys (
    id TEXT PRIMARY KEY,              -- struct hash of a step, or asset id
    key TEXT NOT NULL
);
CREATE TABLE trees (
    root TEXT PRIMARY KEY,
    leaves TEXT NOT NULL              -- hex of all leaf hashes, sorted: every proof follows
);
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,              -- hash of the call: a repeat is the same job
    position BIGINT NOT NULL,         -- order in which they were queued
    kind TEXT NOT NULL,               -- record, anchor, register
    chain_id BIGINT NOT NULL,
    account TEXT NOT NULL,            -- who sends it
    target TEXT NOT NULL,
    data TEXT NOT NULL,
    effect_target TEXT NOT NULL,      -- see Effect
    effect_data TEXT NOT NULL,
    subject TEXT NOT NULL,            -- JSON: what it settles
    state TEXT NOT NULL,              -- see JobState
    reason TEXT NOT NULL DEFAULT '',
    nonce BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX jobs_open ON jobs (chain_id, account, state, position);
CREATE TABLE transactions (
    hash TEXT PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    chain_id BIGINT NOT NULL,
    account TEXT NOT NULL,
    nonce BIGINT NOT NULL,
    variant BIGINT NOT NULL,          -- 0, then one more for each with the same nonce
    raw TEXT NOT NULL,                -- signed bytes, kept for ever: they may still be mined
    fields TEXT NOT NULL,             -- what was signed, as JSON
    state TEXT NOT NULL,              -- see TransactionState
    block_number BIGINT,
    block_hash TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (chain_id, account, nonce, variant)
);
CREATE INDEX transactions_job ON transactions (job_id);
CREATE TABLE assets (
    id TEXT PRIMARY KEY,              -- asset id as 0x hex
    position BIGINT NOT NULL,         -- order in which they were made: parents come first
    run_id TEXT NOT NULL REFERENCES runs (id),
    file TEXT NOT NULL,               -- its name, for people
    final BIGINT NOT NULL,            -- 1 to register it, 0 to anchor it only
    leaf TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    input TEXT NOT NULL,              -- see Output
    settled BIGINT NOT NULL,          -- 1 once it is in a job
    anchor TEXT REFERENCES trees (root), -- root it is anchored under, if it was a draft
    anchored_by TEXT REFERENCES jobs (id),
    certificate TEXT NOT NULL,        -- Certificate.to_json; private
    created_at BIGINT NOT NULL
);
CREATE INDEX assets_content ON assets (content_hash);
"""

_EVENTS = """
CREATE TABLE events (
    chain_id BIGINT NOT NULL,
    position BIGINT NOT NULL,         -- order of arrival; has gaps
    block_number BIGINT NOT NULL,
    block_hash TEXT NOT NULL,
    log_index BIGINT NOT NULL,
    tx_hash TEXT NOT NULL,
    at BIGINT NOT NULL,               -- time of the block
    contract TEXT NOT NULL,           -- such as AssetRegistry
    address TEXT NOT NULL,
    name TEXT NOT NULL,               -- such as AssetRegistered
    work BIGINT,                      -- that it names or is about, or whose token emitted it
    asset TEXT,                       -- that it names
    creator TEXT,                     -- of an asset that it registers
    arguments TEXT NOT NULL,          -- JSON by snake_case names; beyond 2^53-1 decimal strings
    topics TEXT NOT NULL,             -- as logged, with spaces between
    data TEXT NOT NULL,               -- as logged
    superseded BIGINT NOT NULL,       -- 1 if a reorg took it off the chain
    PRIMARY KEY (chain_id, block_hash, log_index),
    UNIQUE (chain_id, position)
);
CREATE INDEX events_block ON events (chain_id, block_number, log_index);
CREATE INDEX events_name ON events (chain_id, name, position);
CREATE INDEX events_work ON events (work);
CREATE INDEX events_asset ON events (asset);
CREATE INDEX events_creator ON events (creator);
CREATE TABLE asset_parents (
    chain_id BIGINT NOT NULL,
    block_hash TEXT NOT NULL,
    log_index BIGINT NOT NULL,
    asset TEXT NOT NULL,
    parent TEXT NOT NULL,
    PRIMARY KEY (chain_id, block_hash, log_index, parent),
    FOREIGN KEY (chain_id, block_hash, log_index) REFERENCES events
);
CREATE INDEX asset_parents_asset ON asset_parents (asset);
CREATE INDEX asset_parents_parent ON asset_parents (parent);
CREATE TABLE indexed_blocks (
    chain_id BIGINT NOT NULL,
    number BIGINT NOT NULL,           -- the highest of a chain is as far as events are in
    hash TEXT NOT NULL,
    PRIMARY KEY (chain_id, number)
);
"""

_SUBJECTS = """
CREATE TABLE subjects (
    chain_id BIGINT NOT NULL,
    contract TEXT NOT NULL,
    id TEXT NOT NULL,                 -- of a payout or offer as 0x hex, of a licence as a number
    work BIGINT NOT NULL,
    PRIMARY KEY (chain_id, contract, id)
);
"""

MIGRATIONS = (_FIRST, _EVENTS, _SUBJECTS)
VERSION_TABLE = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"
