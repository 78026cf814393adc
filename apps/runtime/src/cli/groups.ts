/** How `rt --help` lists the commands: headings and names in the order they are shown. */
export const GROUPS: Record<string, readonly string[]> = {
  Run: ['demo', 'chat', 'run', 'serve', 'mcp', 'dev', 'init'],
  Models: ['list', 'pull', 'show', 'create', 'cp', 'rm', 'ps', 'stop'],
  Knowledge: ['ingest', 'search', 'rerank', 'collections'],
  Memory: ['threads', 'memory'],
  'What happened': ['runs', 'trace', 'cost'],
  Operate: ['doctor', 'config', 'key', 'backup', 'restore', 'completion'],
}
