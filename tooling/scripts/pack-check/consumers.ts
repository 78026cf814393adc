/** A user's project: what it installs, and what that may bring along. */
export interface Consumer {
  /** Of its program in `programs/`. */
  name: string
  /** As typed after `npm install`. */
  installs: string[]
  /** Every @rt package that may be there afterwards: a subsystem has its two parents, no sibling. */
  brings: string[]
  /** Names of packages with compiled code that may be there. Default: none. */
  native?: RegExp
}

export const CONSUMERS: Consumer[] = [
  {
    name: 'runtime',
    installs: ['@rt/runtime'],
    brings: ['core', 'node', 'inference', 'vector', 'tools', 'memory', 'observe', 'server', 'runtime'],
    native: /^(@node-llama-cpp\/.*|onnxruntime-node|usearch)$/,
  },
  { name: 'core', installs: ['@rt/core'], brings: ['core'] },
  { name: 'node', installs: ['@rt/node'], brings: ['core', 'node'] },
  {
    name: 'inference',
    installs: ['@rt/inference', '@rt/core'],
    brings: ['core', 'node', 'inference'],
    native: /^@node-llama-cpp\//,
  },
  { name: 'vector', installs: ['@rt/vector'], brings: ['core', 'node', 'vector'] },
  { name: 'tools', installs: ['@rt/tools', '@rt/core'], brings: ['core', 'node', 'tools'] },
  { name: 'memory', installs: ['@rt/memory', '@rt/core', '@rt/node'], brings: ['core', 'node', 'memory'] },
  { name: 'observe', installs: ['@rt/observe', '@rt/node'], brings: ['core', 'node', 'observe'] },
  { name: 'server', installs: ['@rt/server', '@rt/core'], brings: ['core', 'server'] },
].map((consumer) => ({ ...consumer, brings: consumer.brings.map((name) => `@rt/${name}`) }))
