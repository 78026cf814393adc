import { expect, it } from 'vitest'
import { lineChart } from './chart.ts'

it('puts every point of every line between the axes, named', () => {
  const points = [
    { x: 0.9, y: 10 },
    { x: 1, y: 1000 },
  ]
  const svg = lineChart([{ name: 'a < b & c', points, ours: true }], {
    title: 'Searches',
    xTitle: 'recall',
    yTitle: 'q/s',
    xMarks: [0.9, 0.95, 1],
  })
  expect(svg).toContain('a &lt; b &amp; c')
  expect(svg).toContain('<polyline points="70,405 560,40"')
  expect(svg.match(/<circle /g)).toHaveLength(2)
  for (const mark of ['>0.9<', '>0.95<', '>1<', '>10<', '>100<', '>1000<']) expect(svg).toContain(mark)
})
