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
]

/** The FTS5 table of a collection. The number comes from the database, never from a caller. */
export const textTable = (collection: number): string => `vector_text_${Math.trunc(collection)}`

/** Keeps no copy of the text (vector_records has it). */
export const createTextTable = (collection: number): string =>
  `CREATE VIRTUAL TABLE ${textTable(collection)}
   USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'porter unicode61')`
