import type { Failure } from './protocol.ts'

/** What one thread does with a whole file, and then ends. */
export type Task =
  /** Copies a database as it stands now into an empty file. `isStill`: nobody writes it. */
  | { type: 'copy'; path: string; target: string; isStill: boolean }
  | { type: 'inspect'; path: string; check: 'quick' | 'full' }
  /** Brings all of a database into its one file and keeps everybody else out until the thread is told to end. */
  | { type: 'settle'; path: string }

export interface Inspection {
  problems: string[]
  pages: number
  pageBytes: number
  /** Pages nobody uses; the file does not shrink by itself. */
  freePages: number
  /** From `rt_migrations`; undefined when the file has no such table. */
  versions: Record<string, number> | undefined
}

/** Of a file as it lies there, measured while its pages were looked at. */
export interface FileInspection extends Inspection {
  bytes: number
  walBytes: number
}

/** Of `settle`: false when the file is too damaged for it. */
export type TaskValue<T extends Task = Task> = T extends { type: 'settle' }
  ? boolean
  : T extends { type: 'inspect' }
    ? FileInspection
    : Inspection

export type TaskMessage =
  /** In bytes. */
  | { type: 'progress'; done: number; total: number }
  | { type: 'value'; value: TaskValue }
  | { type: 'failure'; failure: Failure }

/** To the thread: a copy stops, a settled file is let go. */
export type TaskControl = 'end'
