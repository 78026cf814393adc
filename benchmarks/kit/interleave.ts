import { sentinel } from './sentinel.ts'

/** What one arm measured in one round, and how fast the machine was just before. */
export interface Sample {
  value: number
  sentinel: number
}

export type Round<Name extends string> = Record<Name, Sample>

/** Runs every arm once a round, in the opposite order each time, so that no arm is always the first or the last. */
export const interleave = async <Name extends string>(
  rounds: number,
  arms: Record<Name, () => Promise<number>>,
): Promise<Round<Name>[]> => {
  const names = Object.keys(arms) as Name[]
  const results: Round<Name>[] = []
  for (let round = 0; round < rounds; round++) {
    const samples: Partial<Round<Name>> = {}
    for (const name of round % 2 ? names : names.toReversed()) {
      const speed = sentinel()
      samples[name] = { value: await arms[name](), sentinel: speed }
    }
    results.push(samples as Round<Name>)
    const figures = names.map((name) => `${name} ${samples[name]!.value.toPrecision(3)}`)
    process.stderr.write(` ${round + 1}/${rounds}: ${figures.join(', ')}\n`)
  }
  return results
}
