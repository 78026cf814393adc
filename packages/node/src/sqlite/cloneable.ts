import { RtError } from '@rt/core'
import type { SqlValue, Statement } from './types.ts'

const BOUND = new Set(['string', 'number', 'bigint'])

/**
 * Values ready to be posted. A view on a larger buffer (a Buffer of Node's pool, a row of a matrix) would drag the
 * whole of it along, so it is cut out.
 *
 * @throws RtError `invalid_request` for anything else: node:sqlite takes a first object for named parameters and binds
 * NULL without a word, and what it makes of booleans and undefined differs between versions of Node.
 */
export const cloneable = (params: SqlValue[]): SqlValue[] => {
  for (const value of params) {
    if (value === null || BOUND.has(typeof value) || value instanceof Uint8Array) continue
    throw new RtError({
      code: 'invalid_request',
      message: `a bound value is of type ${typeof value}; it must be text, a number, bigint, null or a Uint8Array.`,
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
