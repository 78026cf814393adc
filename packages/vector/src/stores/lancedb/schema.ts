import type { DataType, Field, Schema } from 'apache-arrow'
import type { Libraries } from './load-lancedb.ts'

export type Arrow = Libraries['arrow']

/** The columns of a collection, in full: what LanceDB would guess from rows differs from one write to the next. */
export const createSchema = (arrow: Arrow, dimensions: number | undefined): Schema => {
  const { Field, Float64, Schema, Utf8 } = arrow
  const list = (name: string, type: DataType): Field => new Field(name, listType(arrow, type), false)
  return new Schema([
    new Field('id', new Utf8(), false),
    new Field('text', new Utf8(), true),
    new Field('words', new Utf8(), true),
    new Field('metadata', new Utf8(), false),
    new Field('expires', new Float64(), true),
    new Field('checksum', new Float64(), false),
    new Field('vector_checksum', new Float64(), true),
    list('keys', new Utf8()),
    list('numbers', new Float64()),
    list('texts', new Utf8()),
    list('times', new Float64()),
    list('tokens', new Utf8()),
    ...(dimensions === undefined ? [] : [new Field('vector', vectorType(arrow, dimensions), true)]),
  ])
}

export const listType = <T extends DataType>({ Field, List }: Arrow, type: T): InstanceType<Arrow['List']> =>
  new List(new Field('item', type, true))

export const vectorType = (
  { Field, FixedSizeList, Float32 }: Arrow,
  dimensions: number,
): InstanceType<Arrow['FixedSizeList']> => new FixedSizeList(dimensions, new Field('item', new Float32(), true))
