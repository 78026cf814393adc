export const NAMESPACE = 'lancedb'

/** What LanceDB has no place for. Its datasets are named by number: a name here can be any text, and changes hands as a row. */
export const migrations: readonly string[] = [
  `CREATE TABLE lancedb_collections (
     id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: a handle of a dropped collection finds nothing
     name TEXT NOT NULL UNIQUE,
     dimensions INTEGER,
     metric TEXT,
     fingerprint TEXT,
     options TEXT NOT NULL,               -- JSON of those that were given
     expiring INTEGER NOT NULL DEFAULT 0, -- whether any record can end
     graph TEXT                           -- JSON of GraphState
   );
   CREATE TABLE lancedb_aliases (
     alias TEXT PRIMARY KEY,
     collection INTEGER NOT NULL REFERENCES lancedb_collections (id) ON DELETE CASCADE
   ) WITHOUT ROWID;`,
]
