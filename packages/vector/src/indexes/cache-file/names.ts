import { join } from 'node:path'
import { RtError } from '@rt/core'

/** The files of index `name`: `<name>.meta`, and `<name>.<number>.graph` of which the meta file names one. */
export const metaPath = (folder: string, name: string): string => {
  if (!/^[\w-]+$/.test(name))
    throw new RtError({ code: 'invalid_request', message: `an index cannot be saved as ${JSON.stringify(name)}.` })
  return join(folder, `${name}.meta`)
}

/** Whose file this is; undefined for one that is none of ours. */
export const ownerOf = (file: string): string | undefined =>
  /^([\w-]+)\.(?:meta|[\w-]+\.(?:graph|tmp))$/.exec(file)?.[1]
