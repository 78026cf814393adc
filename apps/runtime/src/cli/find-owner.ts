import { networkInterfaces } from 'node:os'
import { isLoopbackHost, RtError } from '@rt/core'
import { type OwnerInfo, readOwner } from '@rt/node/sqlite'
import { refuseFile } from '../folders.ts'
import { printableLine } from './output/printable.ts'

/**
 * The live owner of a data folder, when a command may speak to it: what is asked of it (questions, documents) and the token
 * stay on this machine, whatever the folder says.
 *
 * @throws RtError `config_invalid` for a file; `forbidden` for an address elsewhere, and for a lock that others could have written.
 */
export const findOwner = async (data: string): Promise<OwnerInfo | undefined> => {
  await refuseFile(data)
  const owner = await readOwner(data)
  if (owner?.address !== undefined && !isOfThisMachine(owner.address)) throw elsewhere(owner.pid, owner.address)
  return owner
}

const isOfThisMachine = (address: string): boolean => {
  const url = URL.parse(address)
  if (url?.protocol !== 'http:') return false
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (isLoopbackHost(host)) return true
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => one.address === host))
}

const elsewhere = (pid: number, address: string): RtError =>
  new RtError({
    code: 'forbidden',
    message: `the owner.json of the data folder sends to ${printableLine(address)}, which is not an address of this machine.`,
    hint: `If process ${pid} is your server, start it again. If the folder came from somewhere else, remove its owner.json.`,
    data: { pid },
  })
