import { stat } from 'node:fs/promises'

/** Bytes of a file; 0 when there is none. */
export const fileSize = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )
