import { dataFolder } from '../folders.ts'
import { type CommandContext, text } from './command.ts'

/** The data folder that the flags of a command name, or the one of its project. */
export const findData = (flags: CommandContext['flags']): Promise<string> =>
  dataFolder(text(flags['data']), { config: text(flags['config']) })
