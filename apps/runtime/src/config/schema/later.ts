import * as z from 'zod'
import { oneOf, pairs, text, texts } from './keys.ts'
import { type Later, noted } from './note.ts'

const SQLITE: Later = {
  unless: ['sqlite'],
  instead: 'Remove it: this version keeps threads and traces in SQLite, in the data folder.',
}
const NO_MCP: Later = { instead: 'Remove the table: define tools in your program with tool(), until MCP servers come.' }

/** `[state]`. */
export const state: z.ZodOptional = z
  .strictObject({
    store: oneOf(['sqlite', 'postgres'], { meaning: 'Where threads and traces are kept.', later: SQLITE }),
    url: text({ meaning: 'Address of the store.', later: { instead: SQLITE.instead } }),
  })
  .optional()

/** `[mcp.NAME]`. */
export const mcp: z.ZodOptional = z
  .record(
    z.string(),
    noted(
      z
        .strictObject({
          command: texts({
            meaning: 'Program and arguments of a server on this machine. Needs your trust.',
            later: NO_MCP,
          }),
          cwd: text({ meaning: 'Folder the program runs in.', later: NO_MCP }),
          env: pairs({ meaning: "Variables of the program's environment.", later: NO_MCP }),
          url: text({ meaning: 'Address of a server elsewhere.', later: NO_MCP }),
          headers: pairs({ meaning: 'Headers of every request to it.', later: NO_MCP }),
        })
        .refine((server) => (server.command === undefined) !== (server.url === undefined)),
      { name: 'NAME', meaning: 'A server of tools.', expects: 'a table with either command or url', later: NO_MCP },
    ),
  )
  .optional()
