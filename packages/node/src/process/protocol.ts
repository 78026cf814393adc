/** What goes over the IPC channel, around the messages of the two sides. */
export type ToChild = ['message', unknown] | ['ping'] | ['stop']
/** `pong` carries the bytes of memory the child holds. */
export type FromChild = ['message', unknown] | ['pong', number] | ['ready']

/** Tells the child whose death is its own. An id read later could already be that of a foster parent. */
export const PARENT_PID = 'RT_PARENT_PID'
