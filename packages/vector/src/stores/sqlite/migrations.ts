import type { Tokenizer } from '@rt/core'

/** The name under which the version of these tables is kept. */
export const NAMESPACE = 'vector'

/**
 * Numbered from 1; a migration that was released is never edited, a change is a new one.
 *
 * A vector lies in a slot of a block; `vector_blocks` says whose it is, `vector_data` holds the bytes. They are two
 * tables so that freeing a slot rewrites 3 KB and not the whole block. Text is indexed in one FTS5 table a collection
 * (`vector_text_<id>`, made with the collection), because BM25 counts words over a whole table.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE vector_collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: an open handle of a dropped one finds nothing
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL DEFAULT 0,   -- grows with every write
    dimensions INTEGER,                   -- set by the stamp, else by the first vector
    metric TEXT,
    fingerprint TEXT
  ) STRICT;

  CREATE TABLE vector_records (
    id INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES vector_collections (id) ON DELETE CASCADE,
    key TEXT NOT NULL,                    -- the id the caller gave
    version INTEGER NOT NULL,             -- of the collection, at the last write of this record
    slot INTEGER,                         -- block * 256 + place; NULL without a vector
    text TEXT,
    metadata TEXT NOT NULL,               -- canonical JSON
    UNIQUE (collection, key)
  ) STRICT;
  CREATE INDEX vector_records_slot ON vector_records (collection, slot) WHERE slot IS NOT NULL;

  CREATE TABLE vector_blocks (
    id INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES vector_collections (id) ON DELETE CASCADE,
    block INTEGER NOT NULL,
    version INTEGER NOT NULL,             -- of the collection, at the last change of this block
    free INTEGER NOT NULL,                -- slots nobody uses
    records BLOB NOT NULL,                -- 256 float64: vector_records.id, 0 = free
    checksums BLOB NOT NULL,              -- 256 uint32: CRC-32 of each vector's bytes
    UNIQUE (collection, block)
  ) STRICT;

  CREATE TABLE vector_data (
    id INTEGER PRIMARY KEY REFERENCES vector_blocks (id) ON DELETE CASCADE,
    vectors BLOB NOT NULL                 -- float32, little-endian, up to the last slot in use
  ) STRICT;
  `,
  `
  ALTER TABLE vector_collections ADD COLUMN uuid TEXT NOT NULL DEFAULT ''; -- cache files of one collection are bound to it
  UPDATE vector_collections SET uuid = lower(hex(randomblob(16)));
  ALTER TABLE vector_collections ADD COLUMN options TEXT NOT NULL DEFAULT '{}'; -- JSON: those given when it was made
  ALTER TABLE vector_collections ADD COLUMN records INTEGER NOT NULL DEFAULT 0; -- ended ones too, until they are swept
  ALTER TABLE vector_collections ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;   -- of ids, texts and metadata
  UPDATE vector_collections SET
    records = (SELECT count(*) FROM vector_records WHERE collection = vector_collections.id),
    bytes = (SELECT coalesce(sum(octet_length(key) + coalesce(octet_length(text), 0) + octet_length(metadata)), 0)
             FROM vector_records WHERE collection = vector_collections.id);

  ALTER TABLE vector_records ADD COLUMN expires INTEGER; -- ms since 1970 at which it ends
  CREATE INDEX vector_records_expires ON vector_records (collection, expires) WHERE expires IS NOT NULL;

  CREATE TABLE vector_aliases (
    alias TEXT PRIMARY KEY,               -- never the name of a collection
    collection INTEGER NOT NULL REFERENCES vector_collections (id) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX vector_aliases_collection ON vector_aliases (collection);

  -- Paths of metadata that filters ask for often.
  CREATE TABLE vector_fields (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: who saw one ready before and after a read knows it was whole
    collection INTEGER NOT NULL REFERENCES vector_collections (id) ON DELETE CASCADE,
    path TEXT NOT NULL,                   -- JSON array of names
    state TEXT NOT NULL,                  -- filling, ready, dropping, refused (would be too large)
    position TEXT NOT NULL DEFAULT '',    -- filling: records up to this key are in
    used INTEGER NOT NULL,                -- ms since 1970, rounded to the day
    UNIQUE (collection, path)
  ) STRICT;

  CREATE TABLE vector_field_values (
    field INTEGER NOT NULL REFERENCES vector_fields (id) ON DELETE CASCADE,
    kind INTEGER NOT NULL,                -- of the value: see field-kinds.ts
    value ANY NOT NULL,                   -- number or text; 0 where the kind says all
    record INTEGER NOT NULL,              -- vector_records.id
    PRIMARY KEY (field, kind, value, record)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX vector_field_values_record ON vector_field_values (record);
  `,
  // Each search after a write asks which blocks changed: not by reading all of them, 3 KB each.
  'CREATE INDEX vector_blocks_version ON vector_blocks (collection, version);',
  // The same for writes, which ask where a slot is free.
  'CREATE INDEX vector_blocks_free ON vector_blocks (collection, free) WHERE free > 0;',
]

/** The FTS5 table of a collection. The number comes from the database, never from a caller. */
export const textTable = (collection: number): string => `vector_text_${Math.trunc(collection)}`

const TOKENIZERS: Readonly<Record<Tokenizer, string>> = {
  porter: 'porter unicode61',
  unicode61: 'unicode61',
  trigram: 'trigram remove_diacritics 1',
}

/** Keeps no copy of the text (vector_records has it). */
export const createTextTable = (collection: number, tokenizer: Tokenizer): string =>
  `CREATE VIRTUAL TABLE ${textTable(collection)}
   USING fts5 (text, content = '', contentless_delete = 1, tokenize = '${TOKENIZERS[tokenizer]}')`
