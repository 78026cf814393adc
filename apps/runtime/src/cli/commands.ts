import type { CommandDefinition } from './command.ts'
import { GROUPS } from './groups.ts'

type Load = () => Promise<{ command: CommandDefinition }>

/** In the first file of the bundle stands only what must start fastest; the other commands share a second one. */
const load = (name: string): Load =>
  name === 'serve'
    ? () => import('./commands/serve.ts')
    : async () => (await import('./more-commands.ts')).MORE_COMMANDS[name]!()

/** Every command, in the order of `rt --help`. */
export const COMMANDS: Record<string, Load> = Object.fromEntries(
  Object.values(GROUPS)
    .flat()
    .map((name) => [name, load(name)]),
)
