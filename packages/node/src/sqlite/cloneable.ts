import { RtError } from '@rt/core'
import type { SqlValue, Statement } from './types.ts'

/**
 * Values ready to be posted. A view on a larger buffer (a Buffer of Node's pool, a row of a matrix) would drag the
 * whole of it along, so it is cut out.
 *
 * @throws RtError `invalid_request` for any other object: node:sqlite takes a first one for named parameters and binds
 * NULL in their place without a word.
 */
export const cloneable = (params: SqlValue[]): SqlValue[] => {
  for (const value of params) {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) continue
    throw new RtError({
      code: 'invalid_request',
      message: 'a bound value is an object; it must be text, a number, bigint, null or a Uint8Array.',
      hint: 'Bind JSON.stringify(value), or new Uint8Array(array.buffer, array.byteOffset, array.byteLength).',
    })
  }
  return params.some(isPartial) ? params.map((value) => (isPartial(value) ? new Uint8Array(value) : value)) : params
}

export const cloneableStatement = ({ sql, params, each }: Statement): Statement => ({
  sql,
  ...(params && { params: cloneable(params) }),
  ...(each && { each: each.map(cloneable) }),
})

const isPartial = (value: SqlValue): value is Uint8Array =>
  value instanceof Uint8Array && value.byteLength !== value.buffer.byteLength
