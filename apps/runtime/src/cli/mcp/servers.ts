import { createFilePins } from '@rt/tools/mcp'
import { withoutLogins } from '../../config/shown.ts'
import { pinsFolder } from '../../mcp/create-mcp.ts'
import { called } from '../called.ts'
import type { CommandContext } from '../command.ts'
import { findData } from '../find-data.ts'
import { printableLine } from '../output/printable.ts'
import { formatTable } from '../output/table.ts'
import { toJson } from '../output/to-json.ts'
import { formatServer } from './format-server.ts'
import { mcpSettings, withServer } from './open-mcp.ts'

/** `rt mcp list`: nothing is started. */
export const list = async (context: CommandContext): Promise<void> => {
  const [settings, data] = await Promise.all([mcpSettings(context), findData(context.flags)])
  const pins = createFilePins(pinsFolder(data))
  const servers = await Promise.all(
    Object.entries(settings).map(async ([name, { command: program, url }]) => {
      const known = await pins.read(name).catch(() => undefined)
      const place = program ? program.join(' ') : withoutLogins(url ?? '')
      return { name, place, tools: known ? Object.keys(known.tools).length : undefined }
    }),
  )
  if (context.flags['json']) process.stdout.write(`${toJson(servers)}\n`)
  else if (!servers.length) process.stdout.write(' no MCP servers ([mcp.NAME] of config.toml makes one)\n')
  else
    process.stdout.write(
      `${formatTable(
        [{ title: 'name' }, { title: 'tools agreed to' }, { title: 'where' }],
        servers.map(({ name, place, tools }) => [
          name,
          tools === undefined ? 'not used yet' : String(tools),
          printableLine(place),
        ]),
      )}\n`,
    )
}

/** `rt mcp show NAME`. */
export const show = async (context: CommandContext, name: string): Promise<void> => {
  const { signal } = context
  const shown = await withServer(context, name, async (server) => ({
    name,
    tools: await server.inspect({ signal }),
    resources: await server.resources({ signal }),
    prompts: await server.prompts({ signal }),
  }))
  if (context.flags['json']) return void process.stdout.write(`${toJson(shown)}\n`)
  process.stdout.write(`${formatServer(shown)}\n`)
  if (shown.tools.some(({ changed }) => changed))
    process.stdout.write(`\n Changed tools do not run. If this is all right: ${called} mcp approve ${name}\n`)
}

/** `rt mcp approve NAME [TOOL…]`. */
export const approve = async (context: CommandContext, name: string, tools: string[]): Promise<void> => {
  const { signal } = context
  const approved = await withServer(context, name, (server) =>
    server.approve(tools.length ? tools : undefined, { signal }),
  )
  if (context.flags['json']) process.stdout.write(`${toJson({ server: name, approved })}\n`)
  else process.stdout.write(` ${approved.map(printableLine).join(', ')} of ${name} may run as they are now\n`)
}
