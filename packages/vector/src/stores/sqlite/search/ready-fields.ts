import type { Reader } from '@rt/node/sqlite/in-thread'
import { READY_FIELDS, type ReadyFields, toReadyFields } from '../fields/ready-fields.ts'

/** Indexes of fields as they are in the transaction that reads. */
export const readyFields = (reader: Reader, collection: number): ReadyFields =>
  toReadyFields(reader.prepare(READY_FIELDS).all<{ id: number; path: string }>(collection))
