import * as z from 'zod'
import { duration, setting, table, text, texts } from './keys.ts'
import { noted } from './note.ts'

/** `[tools]`, with what the built-in ones may reach. */
export const tools: z.ZodOptional = z
  .strictObject({
    allow: setting('tools.allow'),
    select: z
      .strictObject({
        above: setting('tools.select.above'),
        k: setting('tools.select.k'),
        always: setting('tools.select.always'),
      })
      .optional(),
    roots: noted(z.record(z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u), z.string().regex(/\S/)), {
      meaning:
        'Folders that the file tools and the shell may use, by the name that models know them by: `docs = "./docs"`, relative to this file. Needs your trust.',
      expects: 'a table of names with a folder each',
      otherwise: 'none',
    }).optional(),
    fetch: table(
      {
        hosts: texts({
          meaning:
            'Hosts that `fetch` may ask: `"example.org"`, `"*.example.org"` (below it), `"example.org:8443"`, `"*"` for every public one. An address may carry what the model knows to its host.',
          otherwise: 'none',
        }),
        private_hosts: texts({
          meaning: 'Hosts of this machine or of a private network that it may ask, by name: `"localhost:8080"`.',
          otherwise: 'none',
        }),
      },
      { meaning: 'The tool `fetch`. Needs your trust.' },
    ),
    shell: table(
      {
        env: texts({
          meaning: 'Variables of the environment that commands see, beside PATH, LANG, LC_ALL, TZ and TMPDIR.',
          otherwise: 'none',
        }),
        timeout: duration({ meaning: 'How long a command may take; then all it started is killed.', otherwise: '60s' }),
      },
      { meaning: 'The tool `shell`, which `allow` has to name. Needs your trust.' },
    ),
    sql: noted(
      z.strictObject({
        file: noted(z.string().regex(/\S/), { meaning: 'The SQLite file, relative to this one.', expects: 'a path' }),
        about: text({ meaning: 'What is in it, for the model.', otherwise: 'it looks at the tables itself' }),
      }),
      { meaning: 'The tool `sql`, which only reads. Needs your trust.', expects: 'a table with file' },
    ).optional(),
    rules: noted(z.record(z.string(), z.enum(['allow', 'ask', 'deny'])), {
      meaning:
        'Which calls run ("allow"), wait for a person ("ask") or never run ("deny"): by tool (`write_file`, `"files_*"`), origin (`"mcp:files"`) or side effect (`"effect:network"`). The most specific holds. With an "allow" in it, it needs your trust.',
      expects: 'a table of "allow", "ask" or "deny"',
      otherwise: 'by what a tool does',
    }).optional(),
  })
  .optional()
