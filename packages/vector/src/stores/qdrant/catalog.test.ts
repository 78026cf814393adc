import { describe, expect, it } from 'vitest'
import { namingAlias, newPhysical, readCatalog } from './catalog.ts'
import { logicalName, physicalName } from './physical-name.ts'
import { pointId } from './point-id.ts'

describe('names in Qdrant', () => {
  it.each([
    ['notes', 'notes'],
    ['a/b: "c"', 'a~2fb~3a~20~22c~22'],
    ['..', '~2e.'],
    ['~name~x', '~7ename~7ex'],
    ['冬', '~e5~86~ac'],
  ])('%j is %s, and back', (name, physical) => {
    expect(physicalName(name)).toBe(physical)
    expect(logicalName(physical)).toBe(name)
  })

  it('takes only what it could have made for a name, and refuses what is too long', () => {
    for (const foreign of ['~zz', 'a b', '~name~notes', '~61', '~ff']) expect(logicalName(foreign)).toBeUndefined()
    expect(() => physicalName('冬'.repeat(80))).toThrow(/too long/)
  })

  it('knows a renamed collection by its new name, and gives its old one to another', () => {
    const catalog = readCatalog(
      ['draft', 'other'],
      [
        { alias_name: namingAlias('final'), collection_name: 'draft' },
        { alias_name: 'current', collection_name: 'draft' },
      ],
    )
    expect([...catalog.collections]).toEqual([
      ['final', 'draft'],
      ['other', 'other'],
    ])
    expect([...catalog.aliases]).toEqual([['current', 'draft']])
    const { physical, naming } = newPhysical('draft', catalog)
    expect(physical).not.toBe('draft')
    expect(naming).toBe(namingAlias('draft'))
    expect(newPhysical('new', catalog)).toEqual({ physical: 'new' })
  })

  it('prefers what a rename put in place of another that was left behind', () => {
    const catalog = readCatalog(['next', 'notes'], [{ alias_name: namingAlias('notes'), collection_name: 'next' }])
    expect([...catalog.collections]).toEqual([['notes', 'next']])
    expect([...catalog.shadowed]).toEqual([['notes', 'notes']])
  })
})

describe('ids of points', () => {
  it('are UUIDs of version 8 that are the same everywhere', () => {
    expect(pointId('a')).toBe('ca978112-ca1b-8dca-bac2-31b39a23dc4d')
    expect(pointId('é')).not.toBe(pointId('e\u0301'))
  })
})
