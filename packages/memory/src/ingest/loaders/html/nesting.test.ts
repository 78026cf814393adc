import { parseHTML } from 'linkedom'
import { expect, it } from 'vitest'
import { depthOf } from './depth-of.ts'
import { nesting } from './nesting.ts'

it.each([
  ['<div>'.repeat(50), 50],
  ['<x-thing>'.repeat(50), 50],
  ['<ins>'.repeat(50), 50],
  ['<DIV>a</Div>'.repeat(50), 1],
  [`<script>"<b>"</ScRiPt >${'<div>'.repeat(50)}`, 50],
  [`<script src="a"/>${'<div>'.repeat(50)}`, 51],
  [`<!-->${'<div>'.repeat(50)}`, 50],
  [`<svg>${'<path d="M0"/>'.repeat(50)}</svg>`, 1],
  ['<div/>'.repeat(50), 50],
  ['<div><b><i></div>'.repeat(50), 3],
  ['</b><p>text<br>'.repeat(50), 0],
  ['<p <p '.repeat(50), 0],
])('tells from the text that %.30s… is nested %i deep', (html, depth) => {
  expect(nesting(html)).toBe(depth)
})

it.each([
  ['<li><p>'.repeat(50), 102],
  [`<p>a${'<b>b</b>'.repeat(50)}<p>c`, 4],
  [`<i a=x=">${'<b>'.repeat(50)}`, 53],
  ['', 2],
])('counts exactly in what is parsed: %.30s…', (html, depth) => {
  expect(depthOf(parseHTML(`<html><body>${html}</body></html>`).document.documentElement)).toBe(depth)
})
