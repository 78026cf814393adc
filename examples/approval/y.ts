import { createRuntime } from '@rt/runtime'
const mode = process.argv[2]
const rt = await createRuntime({})
console.log('open')
if (mode === 'list') await rt.runs.list()
if (mode === 'gen') await rt.generate('hi', { maxOutputTokens: 3 })
if (mode === 'tool') await rt.collections.list()
setTimeout(() => console.error(process.getActiveResourcesInfo()), 5000).unref()
