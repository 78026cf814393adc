// Each line here is API.
export { superviseChild } from './supervise-child.ts'
export { serveChild } from './serve-child.ts'
export { endWithParent } from './end-with-parent.ts'
export { startProcessTree } from './process-tree.ts'
export { unrefClock } from './unref-clock.ts'
export type { ChildExit, SupervisedChild, SuperviseChildOptions } from './supervise-child.ts'
export type { ProcessTree, ProcessTreeEnd, ProcessTreeOptions } from './process-tree.ts'
export type { ChildServer, ServeChildOptions } from './serve-child.ts'
