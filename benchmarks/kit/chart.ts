export interface Series {
  name: string
  points: { x: number; y: number }[]
  /** A thicker line. */
  ours?: boolean
}

export interface ChartOptions {
  title: string
  xTitle: string
  yTitle: string
  /** Marks of the x axis; the first and the last are its ends. */
  xMarks: number[]
  /** Where a value of x stands; default as it is. */
  xScale?: (x: number) => number
}

const WIDTH = 760
const HEIGHT = 460
const LEFT = 70
const RIGHT = 200
const TOP = 40
const BOTTOM = 55
const COLOURS = ['#d62728', '#1f77b4', '#2ca02c', '#9467bd', '#ff7f0e', '#8c564b', '#e377c2', '#17becf', '#7f7f7f']

/** Lines over a logarithmic y axis, as SVG that needs nothing else. */
export const lineChart = (
  series: Series[],
  { title, xTitle, yTitle, xMarks, xScale = (x) => x }: ChartOptions,
): string => {
  const [first, last] = [xScale(xMarks[0]!), xScale(xMarks.at(-1)!)]
  const rates = series.flatMap(({ points }) => points.map(({ y }) => y)).filter((y) => y > 0)
  const low = Math.floor(Math.log10(Math.min(...rates)))
  const high = Math.ceil(Math.log10(Math.max(...rates)))
  const toX = (x: number): string =>
    number(LEFT + Math.min(Math.max((xScale(x) - first) / (last - first), 0), 1) * (WIDTH - LEFT - RIGHT))
  const toY = (y: number): string =>
    number(TOP + (1 - (Math.log10(y) - low) / Math.max(high - low, 1)) * (HEIGHT - TOP - BOTTOM))

  const yMarks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
  const right = WIDTH - RIGHT
  const bottom = HEIGHT - BOTTOM
  const grid = [
    ...xMarks.map(
      (x) =>
        `<line x1="${toX(x)}" y1="${TOP}" x2="${toX(x)}" y2="${bottom}" stroke="#ddd"/>${label(toX(x), bottom + 18, String(x), 'middle')}`,
    ),
    ...yMarks.map(
      (y) =>
        `<line x1="${LEFT}" y1="${toY(y)}" x2="${right}" y2="${toY(y)}" stroke="#ddd"/>${label(LEFT - 8, Number(toY(y)) + 4, String(y), 'end')}`,
    ),
  ]
  const lines = series.map(({ name, points, ours }, i) => {
    const colour = COLOURS[i % COLOURS.length]!
    const inside = points.filter(({ x }) => xScale(x) >= first).toSorted((a, b) => a.x - b.x)
    const path = inside.map(({ x, y }) => `${toX(x)},${toY(y)}`).join(' ')
    const marks = inside.map(
      ({ x, y }) => `<circle cx="${toX(x)}" cy="${toY(y)}" r="${ours ? 5 : 3}" fill="${colour}"/>`,
    )
    const row = TOP + 14 + i * 20
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${ours ? 3 : 1.5}"/>${marks.join('')}`,
      `<rect x="${right + 14}" y="${row - 9}" width="12" height="10" fill="${colour}"/>${label(right + 32, row, name, 'start')}`,
    ].join('\n')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="22" font-size="15">${escape(title)}</text>
${grid.join('\n')}
${lines.join('\n')}
${label((LEFT + right) / 2, HEIGHT - 14, xTitle, 'middle')}
<text transform="translate(18 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">${escape(yTitle)}</text>
</svg>
`
}

const number = (value: number): string => String(Math.round(value * 10) / 10)

const label = (x: number | string, y: number, text: string, anchor: 'start' | 'middle' | 'end'): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${escape(text)}</text>`

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
