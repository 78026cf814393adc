import { quoteText } from './layout.ts'

/** Days before a month in a year that begins in March, and milliseconds since 1970 after Howard Hinnant's days_from_civil. */
const DATETIME = `^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.]([0-9]{1,9}))?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?$`

/**
 * Numbered from 1, each a list of statements; a migration that was released is never edited, a change is a new one.
 *
 * Each collection has a table of its own, \`records_<id>\`, made with it: a graph needs one number of dimensions, words
 * one configuration, dropping is instant, and nobody's search goes through another one's records.
 */
export const migrations = (schema: string): readonly (readonly string[])[] => [
  [
    `CREATE TABLE ${schema}.collections (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- never given twice: an open handle of a dropped one finds nothing
      name text COLLATE "C" NOT NULL UNIQUE,
      dimensions integer,                                  -- set by the stamp, else by the first vector
      metric text,
      fingerprint text,
      tokenizer text NOT NULL,
      ttl float8,
      index text NOT NULL,
      target float8 NOT NULL,                              -- recall a search through the graph has to have
      ef integer,                                          -- candidates it looks at to have it
      recall float8                                        -- what it had when it was measured
    )`,
    `CREATE TABLE ${schema}.aliases (
      name text COLLATE "C" PRIMARY KEY,
      collection integer NOT NULL REFERENCES ${schema}.collections (id) ON DELETE CASCADE
    )`,
    // Ranges of metadata with an index \`field_<id>\` of their own.
    `CREATE TABLE ${schema}.fields (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      collection integer NOT NULL REFERENCES ${schema}.collections (id) ON DELETE CASCADE,
      kind text NOT NULL,
      path text NOT NULL,                                  -- JSON array of names
      UNIQUE (collection, kind, path)
    )`,
    // As english, but without stop words: they count in phrases, and a query of them alone finds something.
    `CREATE TEXT SEARCH DICTIONARY ${schema}.stem (TEMPLATE = pg_catalog.snowball, LANGUAGE = english)`,
    `CREATE TEXT SEARCH CONFIGURATION ${schema}.porter (COPY = pg_catalog.english)`,
    `ALTER TEXT SEARCH CONFIGURATION ${schema}.porter ALTER MAPPING REPLACE pg_catalog.english_stem WITH ${schema}.stem`,
    // What filters mean by a date; nothing in it can fail, whatever the text is.
    `CREATE FUNCTION ${schema}.datetime_ms(value text) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT CASE WHEN month BETWEEN 1 AND 12 AND hour <= 23 AND minute <= 59 AND second <= 59
          AND zone_hour <= 23 AND zone_minute <= 59 AND day BETWEEN 1 AND CASE
            WHEN month IN (4, 6, 9, 11) THEN 30
            WHEN month <> 2 THEN 31
            WHEN year % 4 = 0 AND (year % 100 <> 0 OR year % 400 = 0) THEN 29
            ELSE 28 END
        THEN ((((years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 865566) * 24 + hour)
          * 60 + minute) * 60 + second)::float8 * 1000 + ms - zone_sign * (zone_hour * 60 + zone_minute) * 60000
        END
      FROM (
        SELECT year, month, day, hour, minute, second, ms, zone_sign, zone_hour, zone_minute,
          (year - CASE WHEN month <= 2 THEN 1 ELSE 0 END + 400)::bigint AS years, (month + 9) % 12 AS months
        FROM (
          SELECT part[1]::int AS year, part[2]::int AS month, part[3]::int AS day, coalesce(part[4], '0')::int AS hour,
            coalesce(part[5], '0')::int AS minute, coalesce(part[6], '0')::int AS second,
            rpad(left(coalesce(part[7], '0'), 3), 3, '0')::int AS ms,
            CASE WHEN part[8] LIKE '-%' THEN -1 ELSE 1 END AS zone_sign,
            CASE WHEN length(part[8]) = 6 THEN substr(part[8], 2, 2)::int ELSE 0 END AS zone_hour,
            CASE WHEN length(part[8]) = 6 THEN substr(part[8], 5, 2)::int ELSE 0 END AS zone_minute
          FROM pg_catalog.regexp_match(value, ${quoteText(DATETIME)}) AS part
        ) AS numbers
      ) AS shifted
    $$`,
  ],
]
