/** Three versions of a small subsystem; a `point()` stands between any two statements, where a process may be killed. */
export const withPoints: readonly string[] = [
  `SELECT point();
   CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
   SELECT point();
   INSERT INTO note (text) VALUES ('one'), ('two');
   SELECT point();`,
  `SELECT point();
   ALTER TABLE note ADD COLUMN words INTEGER NOT NULL DEFAULT 0;
   SELECT point();
   UPDATE note SET words = 1;
   SELECT point();
   CREATE INDEX note_words ON note (words);
   SELECT point();`,
  `SELECT point();
   CREATE TABLE tag (note INTEGER NOT NULL REFERENCES note (id), name TEXT NOT NULL);
   SELECT point();
   INSERT INTO tag SELECT id, 'old' FROM note;
   SELECT point();
   DROP INDEX note_words;
   SELECT point();`,
]

/** The same for a program that nobody kills. */
export const migrations: readonly string[] = withPoints.map((sql) => sql.replaceAll('SELECT point();', ''))
