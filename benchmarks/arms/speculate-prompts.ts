const CODE = `export interface Item {
  name: string
  price: number
  count: number
}

export const total = (items: readonly Item[], least: number): number => {
  let sum = 0
  for (const item of items) {
    if (item.price > least) sum += item.price * item.count
  }
  return sum
}

export const mean = (items: readonly Item[]): number => {
  if (items.length === 0) return 0
  return total(items, 0) / items.length
}

export const names = (items: readonly Item[]): string[] => items.map((item) => item.name).toSorted()
`
const LOG = `On Monday Anna Berg (anna.berg@example.org) ordered 12 lamps for Oslo. Ben Rossi (ben.rossi@example.org) ordered
4 chairs for Rome the same day. On Tuesday Cleo Martin (cleo.martin@example.org) ordered 31 cups for Bern, and Dan Ozols
(dan.ozols@example.org) ordered 9 shelves for Riga. Eva Blanc (eva.blanc@example.org) ordered 2 desks for Nice on Friday.`
const ROWS = `id;name;city;year
1017;Northern Lights Observatory;Tromso;1987
1018;Museum of Small Clocks;Furtwangen;1979
1019;Harbour Radio Station;Rotterdam;1993
1020;Institute of Slow Reading;Coimbra;2004
1021;Garden of Old Roses;Sangerhausen;1903`

/** Kinds of text by what is asked. `copies`: most of the answer stands in the prompt. */
export const CLASSES = {
  edit: {
    copies: true,
    prompt: `Rename the parameter "least" to "minimum" everywhere. Return the whole file and nothing else.\n\`\`\`ts\n${CODE}\`\`\``,
  },
  copy: { copies: true, prompt: `Repeat this file exactly, without any change:\n\`\`\`ts\n${CODE}\`\`\`` },
  reformat: {
    copies: true,
    prompt: `Write these rows as a JSON array of objects with the keys id, name, city and year, nothing else:\n${ROWS}`,
  },
  extract: { copies: true, prompt: `List each name with its email address, one a line, nothing else:\n${LOG}` },
  story: {
    copies: false,
    prompt: 'Write a long story about a lighthouse keeper who repairs an old radio. Tell every detail.',
  },
  code: {
    copies: false,
    prompt: 'Write a TypeScript class for a binary search tree with insert, remove and iteration, with comments.',
  },
} as const satisfies Record<string, { copies: boolean; prompt: string }>

export type TextClass = keyof typeof CLASSES
