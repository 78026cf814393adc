import { fileURLToPath } from 'node:url'

/** The repository, ending in a separator. */
export const ROOT: string = fileURLToPath(new URL('../../..', import.meta.url))
