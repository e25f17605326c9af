import type { RuntimeSource } from '../config/config.ts'
import type { Outbound } from '../outbound/outbound.ts'
import type { Source } from './ask.ts'
import { fluffyFolder } from './fluffy-folder.ts'
import { fluffySocket } from './fluffy-socket.ts'
import { httpSource } from './http-source.ts'
import { katoFile } from './kato-file.ts'

/** The source of a config entry. Documents are those the runtime's format names. */
export const sourceOf = (entry: RuntimeSource, documents: readonly string[], outbound: Outbound): Source => {
  switch (entry.runtime) {
    case 'kato':
      return katoFile(entry.path)
    case 'fluffy-waffle':
      return entry.socket === null ? fluffyFolder(entry.path) : fluffySocket(entry.socket)
    default:
      return httpSource(entry, documents, outbound)
  }
}
