import { join } from 'node:path'
import { RtError } from '@rt/core'

/** The files of index `name`: `<name>.meta`, and `<name>.<number>.graph` of which the meta file names one. */
export const metaPath = (folder: string, name: string): string => {
  if (!/^[\w-]+$/.test(name))
    throw new RtError({ code: 'invalid_request', message: `an index cannot be saved as ${JSON.stringify(name)}.` })
  return join(folder, `${name}.meta`)
}

/** Whose file this is, and whether it belongs to one saved graph; undefined for one that is none of ours. */
export const ownerOf = (file: string): { name: string; graph: boolean } | undefined => {
  // `ef.json`: what its store has measured of it.
  const [, name, rest] = /^([\w-]+)\.(meta|ef\.json(?:\.tmp)?|[\w-]+\.(?:graph|tmp))$/.exec(file) ?? []
  return name === undefined ? undefined : { name, graph: /^[\w-]+\.(?:graph|tmp)$/.test(rest!) }
}
