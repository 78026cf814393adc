import * as z from 'zod'
import { duration, formed, oneOf, pairs, table, text, texts } from './keys.ts'
import { noted } from './note.ts'

const ADDRESS = /^https?:\/\/\S+$/
const NAME = /^(?=.{1,32}$)[a-zA-Z0-9]+(?:[_-][a-zA-Z0-9]+)*$/

/** `[mcp.NAME]`. */
export const mcp: z.ZodOptional = z
  .record(
    z.string().regex(NAME),
    noted(
      z
        .strictObject({
          command: texts({ meaning: 'Program and arguments of a server on this machine. Needs your trust.' }),
          cwd: text({ meaning: 'Folder the program runs in.', otherwise: 'where rt was started' }),
          env: pairs({
            meaning:
              "Variables of the program's environment, beside `PATH`, `HOME` and the like. No other is inherited.",
          }),
          url: formed(ADDRESS, {
            meaning: 'Address of a server over streamable HTTP.',
            expects: 'an address such as "https://host/mcp"',
          }),
          headers: pairs({ meaning: 'Sent with every request to it, and to no other address.' }),
          token: text({ meaning: 'Its bearer token, as `env:NAME`, so that no secret stands in the file.' }),
          login: table(
            {
              flow: oneOf(['browser', 'client_credentials'], {
                meaning: '`browser`: a person logs in with `rt mcp login NAME`. `client_credentials`: a secret does.',
                otherwise: 'browser',
              }),
              client_id: text({
                meaning: 'What the authorization server knows rt as.',
                otherwise: 'rt registers itself',
              }),
              client_secret: text({ meaning: 'As `env:NAME`.' }),
              issuer: formed(ADDRESS, {
                meaning: 'client_credentials: the only authorization server that gets the secret.',
                expects: 'an address such as "https://login.host"',
              }),
              scope: text({ meaning: 'What is asked for, separated by spaces.', otherwise: 'what the server names' }),
            },
            { meaning: 'How to log in.' },
          ),
          allow: texts({ meaning: 'The only tools that models see, as the server calls them.', otherwise: 'all' }),
          deny: texts({ meaning: 'Tools that no model sees.', otherwise: 'none' }),
          approval: oneOf(['always', 'writes', 'never'], {
            meaning: 'Which calls a person is asked about. `writes`: all that the server does not call read-only.',
            otherwise: 'writes',
          }),
          sampling: oneOf(['ask', 'allow', 'deny'], {
            meaning: 'Whether the server may ask the model something of its own: `ask` asks a person first.',
            otherwise: 'ask',
          }),
          roots: texts({ meaning: 'Folders the server is told to work in. They do not bind it.', otherwise: 'none' }),
          timeout: duration({ meaning: 'How long one call may take.', otherwise: '60s' }),
          start_timeout: duration({
            meaning: 'How long it may take to start, packages fetched included.',
            otherwise: '30s',
          }),
        })
        .refine((server) => (server.command === undefined) !== (server.url === undefined)),
      {
        name: 'NAME',
        meaning: 'A server of tools. They are called `NAME__TOOL`.',
        names: 'letters and digits, with "-" or "_" between them, at most 32',
        expects: 'a table with either command or url',
      },
    ),
  )
  .optional()
