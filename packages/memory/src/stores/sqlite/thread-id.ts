import { RtError } from '@rt/core'

/** The id in Unicode form C, so that `Zoë` typed on two systems is one thread. */
export const checkThreadId = (id: string): string => {
  const normal = typeof id === 'string' ? id.normalize('NFC') : ''
  const length = [...normal].length
  if (length >= 1 && length <= 200 && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(normal)) return normal
  const problem =
    typeof id !== 'string'
      ? 'no string'
      : length === 0
        ? 'empty'
        : length > 200
          ? `${length} characters long`
          : 'not plain text'
  throw new RtError({
    code: 'invalid_request',
    message: `the thread id is ${problem}.`,
    hint: 'Use 1 to 200 characters without control characters.',
  })
}
