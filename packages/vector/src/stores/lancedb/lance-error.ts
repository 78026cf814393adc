import { type ErrorCode, RtError } from '@rt/core'

const KNOWN: { says: RegExp; code: ErrorCode; hint: string }[] = [
  {
    says: /No space left|StorageFull|File too large|os error (27|28)\b/i,
    code: 'disk_full',
    hint: 'Free some space and try again; nothing of this write was stored.',
  },
  {
    says: /Permission denied|Read-only file system|os error (13|30)\b/i,
    code: 'read_only',
    hint: 'Check the rights of the folder of the store.',
  },
  {
    says: /corrupt|decod|invalid magic|fill whole buffer|file size is too small|invalid range|outside file|unexpected end|out of (range|bounds)|not found: .*\.lance\/|Schema error|schema, |panic/i,
    code: 'database_corrupt',
    hint: 'Restore the folder of the store from a copy, or drop the collection and ingest its sources again.',
  },
]

/** Another writer was faster; the same write, made again, may pass. */
export const isConflict = (error: unknown): boolean =>
  error instanceof Error && /conflict|concurrent|preempted|retryable/i.test(error.message)

/** What LanceDB threw, in the words of rt: without folders, and without the places in its own source. */
export const lanceError = (error: unknown, collection: string): unknown => {
  if (RtError.isInstance(error) || !(error instanceof Error)) return error
  const text = error.message
    .split('Caused by:', 1)[0]!
    .replaceAll(/,? ?\S*\/(registry|lance)[^\s,]*\.rs:\d+:\d+/g, '')
    .replaceAll(/(?<![\w.])(?:[A-Za-z]:)?(?:[\w.-]*[\\/])+(?=c_\d+\.lance)/g, '')
    .trim()
  const known = KNOWN.find(({ says }) => says.test(error.message))
  return new RtError({
    code: isConflict(error) ? 'overloaded' : (known?.code ?? 'database_error'),
    message: `collection "${collection}": LanceDB refused: ${text.slice(0, 500)}`,
    ...(known && { hint: known.hint }),
    cause: error,
  })
}
