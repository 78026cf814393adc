import { dirname, resolve } from 'node:path'
import { dataFolder } from '../folders.ts'
import { type CommandContext, text } from './command.ts'

interface Place {
  data: string | undefined
  config: string | undefined
  /** Where settings and data are looked for. */
  cwd: string
}

/** Settings and data of an app lie beside it, wherever the command was typed; what flags name is meant from here. */
export const placeOf = (flags: CommandContext['flags'], app?: string): Place => {
  const here = (name: string): string | undefined => {
    const path = text(flags[name])
    return path === undefined ? undefined : resolve(path)
  }
  return {
    data: here('data'),
    config: here('config'),
    cwd: app === undefined ? process.cwd() : dirname(resolve(app)),
  }
}

/** The data folder that the flags of a command name, or the one of its project, or of its app. */
export const findData = (flags: CommandContext['flags'], app?: string): Promise<string> => {
  const { data, ...place } = placeOf(flags, app)
  return dataFolder(data, place)
}
