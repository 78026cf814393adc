import { readFileSync } from 'node:fs'

/**
 * Tells one process from a later one with the same id: boot id and start time on Linux (`/proc/<pid>/stat`, field 22
 * of proc(5)). Elsewhere, and for a process that is gone or a zombie, undefined.
 */
export const processIdentity = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field, a name in parentheses, may contain anything; the third is the state.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${fields[19]}`
  } catch {
    return undefined
  }
}

/**
 * Whether the process that was given this identity still runs. The id alone has to do where the system tells no identities;
 * where it does, who has none was never given one here.
 */
export const isAlive = (pid: number, identity: string | undefined): boolean => {
  if (process.platform === 'linux' && (identity ?? processIdentity(process.pid)) !== undefined)
    return identity !== undefined && processIdentity(pid) === identity
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
