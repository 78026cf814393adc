import { RtError } from '@rt/core'

/** Which hidden state is the vector of a text: that of the first token, the mean, or the last. */
export type Pooling = 'cls' | 'mean' | 'last'

const POOLINGS: readonly string[] = ['cls', 'mean', 'last'] satisfies Pooling[]

/** A wrong word would give plausible, bad vectors. @throws RtError `invalid_request`. */
export const checkPooling = (id: string, pooling: string): void => {
  if (POOLINGS.includes(pooling)) return
  throw new RtError({
    code: 'invalid_request',
    message: `pooling of ${id} is ${JSON.stringify(pooling)?.slice(0, 40)}.`,
    hint: `It is one of ${POOLINGS.join(', ')}, as the model was trained.`,
    data: { field: 'pooling' },
  })
}
