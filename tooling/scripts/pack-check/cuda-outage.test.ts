import { expect, it } from 'vitest'
import { cudaOutage } from './cuda-outage.ts'

/** As npm 10 and 11 report a script that failed. */
const failed = (
  error: string,
  { path = '/tmp/a/node_modules/onnxruntime-node', script = './script/install' } = {},
) => ({
  code: 1,
  seconds: 12,
  timedOut: false,
  output: `npm error code 1
npm error path ${path}
npm error command failed
npm error command sh -c node ${script}
npm error node:internal/process/promises:391
npm error     triggerUncaughtException(err, true /* fromPromise */);
npm error
npm error Error: ${error}
npm error     at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:122:26) {
npm error Node.js v20.20.2
`,
})

it('is what the script of onnxruntime-node says when it cannot fetch', () => {
  const reason = 'the CUDA libraries: getaddrinfo ENOTFOUND feed.example'
  expect(cudaOutage(failed('getaddrinfo ENOTFOUND feed.example'))).toBe(reason)
  expect(cudaOutage(failed('Failed to download build list. HTTP status code = 503'))).toContain('503')
})

it('is a limit that was reached', () => {
  expect(cudaOutage({ code: null, output: '', seconds: 90.2, timedOut: true })).toContain('not done after 90 s')
})

it('is not another fault of that script, another script, or a failure that only names the package', () => {
  expect(cudaOutage(failed("Cannot find module 'adm-zip'"))).toBeUndefined()
  expect(cudaOutage(failed('getaddrinfo ENOTFOUND x', { path: '/tmp/a/node_modules/sharp' }))).toBeUndefined()
  expect(cudaOutage(failed('getaddrinfo ENOTFOUND x', { script: './other' }))).toBeUndefined()
  const missing = 'npm error code E404\nnpm error 404 Not Found: onnxruntime-node@9.9.9 ENOTFOUND\n'
  expect(cudaOutage({ code: 1, output: missing, seconds: 1, timedOut: false })).toBeUndefined()
})

it('is not an install that succeeded', () => {
  expect(cudaOutage({ code: 0, output: 'added 61 packages', seconds: 20, timedOut: false })).toBeUndefined()
})
