/** Where clean files go: a new folder in one that the user picked, or a ZIP. */

import { makeZip } from "client-zip"
import type { Sink } from "../../protocol"

/** The time that all members of a ZIP have: those of the sources are nobody's business. */
const NO_TIME = new Date(1980, 0, 1)

/** The parts of an output's path.
 *
 * @throws Error if it could lead out of the output folder.
 */
export function partsOf(path: string): readonly string[] {
  const parts = path.split("/")
  if (parts.some(part => part === "" || part === "." || part === ".." || /[\\\0]/.test(part))) {
    throw new Error("An output has a name that no folder can hold.")
  }
  return parts
}

/** Writes below a folder; a file appears under its name when it is whole. */
export class FolderSink implements Sink {
  constructor(readonly folder: FileSystemDirectoryHandle) {}

  async write(path: string, parts: readonly BlobPart[]): Promise<void> {
    const names = [...partsOf(path)]
    const name = names.pop() ?? ""
    let folder = this.folder
    for (const part of names) folder = await folder.getDirectoryHandle(part, { create: true })
    await writeFile(folder, name, new Blob([...parts]))
  }

  async close(): Promise<void> {}

  async abort(): Promise<void> {}
}

/** Writes one file; what stood there stays until the new one is whole. */
export async function writeFile(folder: FileSystemDirectoryHandle, name: string, content: Blob): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true })
  const stream = await file.createWritable()
  try {
    await stream.write(content)
    await stream.close()
  } catch (error) {
    await stream.abort().catch(() => undefined)
    throw error
  }
}

type Member = { readonly name: string; readonly input: Blob; readonly lastModified: Date }

/** Packs members as they come; the browser keeps what is packed, on disk where it is much. */
export class ZipSink implements Sink {
  private readonly waiting: { readonly member: Member; readonly taken: () => void }[] = []
  private wake: () => void = () => undefined
  private ended = false
  private readonly packed: Promise<Blob>

  constructor() {
    this.packed = new Response(makeZip(this.members())).blob()
  }

  write(path: string, parts: readonly BlobPart[]): Promise<void> {
    const member = { name: partsOf(path).join("/"), input: new Blob([...parts]), lastModified: NO_TIME }
    const written = new Promise<void>(taken => {
      this.waiting.push({ member, taken })
      this.wake()
    })
    return Promise.race([written, this.packed.then(() => undefined)])
  }

  async close(): Promise<void> {
    this.ended = true
    this.wake()
    await this.packed
  }

  async abort(): Promise<void> {
    this.waiting.length = 0
    await this.close()
  }

  /** The whole ZIP, once it is closed. */
  get zip(): Promise<Blob> {
    return this.packed
  }

  private async *members(): AsyncGenerator<Member> {
    while (true) {
      const next = this.waiting.shift()
      if (next) {
        yield next.member
        next.taken()
      } else if (this.ended) return
      else await new Promise<void>(wake => { this.wake = wake })
    }
  }
}
