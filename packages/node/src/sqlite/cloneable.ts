import type { SqlValue, Statement } from './types.ts'

/**
 * Values ready to be posted. A view on a larger buffer (a Buffer of Node's pool, a row of a matrix) would drag the
 * whole of it along, so it is cut out.
 */
export const cloneable = (params: SqlValue[]): SqlValue[] =>
  params.some(isPartial) ? params.map((value) => (isPartial(value) ? new Uint8Array(value) : value)) : params

export const cloneableStatement = ({ sql, params, each }: Statement): Statement => ({
  sql,
  ...(params && { params: cloneable(params) }),
  ...(each && { each: each.map(cloneable) }),
})

const isPartial = (value: SqlValue): value is Uint8Array =>
  value instanceof Uint8Array && value.byteLength !== value.buffer.byteLength
