import { type CollectionInfo, RtError, type VectorStore } from '@rt/core'

/**
 * Whether a store can take a collection, before anything is copied. `exists`: it has one of that name, to be resumed.
 *
 * @throws RtError `unsupported`, `conflict`.
 */
export const checkTarget = async (
  { name, stamp, options, aliases = [] }: CollectionInfo,
  to: VectorStore,
  { resume }: { resume: boolean },
): Promise<{ exists: boolean }> => {
  const { metrics, tokenizers } = to.capabilities
  if (stamp && !metrics.includes(stamp.metric)) throw cannot(name, to, 'metric', stamp.metric, metrics)
  const { tokenizer } = options ?? {}
  if (tokenizer !== undefined && !tokenizers.includes(tokenizer))
    throw cannot(name, to, 'tokenizer', tokenizer, tokenizers)

  const there = await to.list()
  const exists = there.some((other) => other.name === name)
  if (exists && !resume)
    throw taken(
      to,
      `a collection "${name}"`,
      'Delete it there first; if it is an unfinished copy of this one, say resume.',
    )
  const aliasesThere = there.flatMap((other) => (other.aliases ?? []).map((alias) => ({ alias, of: other.name })))
  for (const word of [name, ...aliases]) {
    if (word !== name && there.some((other) => other.name === word))
      throw taken(
        to,
        `a collection "${word}", which is an alias here`,
        'Remove the alias here, or delete that collection there.',
      )
    const other = aliasesThere.find(({ alias, of }) => alias === word && of !== name)
    if (other) throw taken(to, `an alias "${word}" of "${other.of}"`, 'Remove that alias there first.')
  }
  return { exists }
}

const cannot = (name: string, to: VectorStore, what: string, value: string, has: readonly string[]): RtError =>
  new RtError({
    code: 'unsupported',
    message: `"${name}" has the ${what} ${value}, which ${to.kind} does not have.`,
    hint: `It has ${has.join(', ')}. Make a collection with one of these, and fill it anew.`,
    data: { store: to.kind, [what]: value },
  })

const taken = (to: VectorStore, what: string, hint: string): RtError =>
  new RtError({ code: 'conflict', message: `${to.kind} has ${what} already.`, hint })
