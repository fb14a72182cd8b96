// Python in a worker: booted from what the page hands over, and from nothing else.
import { loadPyodide, type PyodideAPI } from "pyodide"
import createPyodideModule from "pyodide/pyodide.asm.mjs"

/** What a worker boots from; the module is compiled once, by the page, for all workers. */
export interface Bootable {
  readonly wasm: WebAssembly.Module
  readonly stdlib: ArrayBuffer
  readonly app: ArrayBuffer
}

interface Bridge {
  ask(question: string, text: string): string
  plan(name: string, path: string, emit: (start: number, end: number, data?: { toJs(): Uint8Array }) => void): string
}

/** What Python runs in: where it finds what it boots from, and the files of one question while it is answered. */
export interface Host {
  readonly indexURL: string
  attach(fs: FileSystem, files: readonly File[]): Promise<readonly string[]> | readonly string[]
  detach(fs: FileSystem): void
}

export type FileSystem = PyodideAPI["FS"]

/** A name for what is in memory; nothing is ever asked of it. */
export const MEMORY = "https://engine.invalid/"

const JOINED_BYTES = 8 << 20

/** Pyodide with the bridge. */
export class Python {
  private constructor(private readonly pyodide: PyodideAPI, private readonly bridge: Bridge, private readonly host: Host) {}

  static async boot(from: Bootable, host: Host): Promise<Python> {
    serveFromMemory(from)
    const pyodide = await loadPyodide({
      indexURL: host.indexURL,
      createPyodideModule,
      lockFileContents: LOCK,
      packageBaseUrl: MEMORY,
      stdin: () => null,
      env: { PYTHONDONTWRITEBYTECODE: "1" },
    })
    pyodide.FS.writeFile("/app.zip", new Uint8Array(from.app))
    const bridge = pyodide.runPython(BOOT) as Bridge
    return new Python(pyodide, bridge, host)
  }

  /** The answer to one question as JSON. `files` are the names below the input of what is attached. */
  async ask(question: string, text: string, files: readonly File[]): Promise<string> {
    if (files.length === 0) return this.bridge.ask(question, text)
    const { names, ...args } = JSON.parse(text) as { names: readonly string[] }
    return this.withFiles(files, (paths) => {
      const pairs = paths.map((path, at) => [names[at], path])
      const given = question === "inspect" ? { ...args, name: names[0], path: paths[0] } : { ...args, files: pairs }
      return this.bridge.ask(question, JSON.stringify(given))
    })
  }

  /** The outcome of one file as JSON, and its output as parts: ranges of the file itself, and bytes. */
  async plan(name: string, file: File): Promise<{ text: string; parts: readonly BlobPart[] }> {
    const parts = new Parts(file)
    const outcome = await this.withFiles([file], (paths) => this.bridge.plan(name, paths[0]!, parts.add))
    return { text: JSON.stringify({ value: JSON.parse(outcome) }), parts: parts.done() }
  }

  /** Bytes of memory that this worker holds; it never becomes less. */
  get heap(): number {
    return (this.pyodide as unknown as { _module: { HEAPU8: Uint8Array } })._module.HEAPU8.byteLength
  }

  private async withFiles<T>(files: readonly File[], work: (paths: readonly string[]) => T): Promise<T> {
    try {
      return work(await this.host.attach(this.pyodide.FS, files))
    } finally {
      this.host.detach(this.pyodide.FS)
    }
  }
}

/** Collects an output; long runs of bytes become a Blob, which the browser may keep on disk. */
class Parts {
  private readonly parts: BlobPart[] = []
  private bytes: Uint8Array<ArrayBuffer>[] = []
  private size = 0

  constructor(private readonly file: File) {}

  readonly add = (start: number, end: number, data?: { toJs(): Uint8Array }): void => {
    if (data) {
      const made = data.toJs() as Uint8Array<ArrayBuffer>
      this.bytes.push(made)
      this.size += made.byteLength
      if (this.size > JOINED_BYTES) this.join()
    } else {
      this.join()
      this.parts.push(this.file.slice(start, end))
    }
  }

  done(): readonly BlobPart[] {
    this.join()
    return this.parts
  }

  private join(): void {
    if (this.size > 0) this.parts.push(this.size > JOINED_BYTES ? new Blob(this.bytes) : joined(this.bytes, this.size))
    this.bytes = []
    this.size = 0
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

/** From here on nothing in this worker fetches: the two names that Pyodide asks for are answered from memory. */
function serveFromMemory(from: Bootable): void {
  globalThis.fetch = async (asked) => {
    const name = String(asked instanceof Request ? asked.url : asked)
    if (name === `${MEMORY}python_stdlib.zip`) return new Response(from.stdlib)
    if (name === `${MEMORY}pyodide.asm.wasm`) return new Response(null)
    throw new TypeError("this worker fetches nothing")
  }
  WebAssembly.instantiateStreaming = async (_, imports) => {
    return { module: from.wasm, instance: await WebAssembly.instantiate(from.wasm, imports) }
  }
}

const LOCK = {
  info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2", version: "314.0.7" },
  packages: {},
} as never

const BOOT = `
import sys
sys.path.insert(0, "/app.zip")
from bme_med.web.bridge import Bridge
Bridge()
`
