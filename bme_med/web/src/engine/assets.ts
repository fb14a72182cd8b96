// What the page needs beside its script: files beside it, or blocks inside it where it is a single file.

/** The bytes of the asset `name`. */
export async function asset(name: string): Promise<ArrayBuffer> {
  const block = inlined(name)
  if (block !== null) return unpack(block)
  const response = await fetch(new URL(`assets/${name}`, document.baseURI), { credentials: "omit" })
  if (!response.ok) throw new Error(`${name} is missing beside this page: the site is not complete`)
  return response.arrayBuffer()
}

/** A classic worker from the script `name`. */
export async function startWorker(name: string): Promise<Worker> {
  if (inlined(name) === null) return new Worker(new URL(`assets/${name}`, document.baseURI))
  const url = URL.createObjectURL(new Blob([await asset(name)], { type: "text/javascript" }))
  try {
    return new Worker(url)
  } finally {
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
  }
}

/** Whether this page is one file that carries all it needs. */
export function isSingleFile(): boolean {
  return inlined("app.zip") !== null
}

function inlined(name: string): string | null {
  return document.getElementById(`asset:${name}`)?.textContent ?? null
}

/** Base64 of gzip. */
async function unpack(text: string): Promise<ArrayBuffer> {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer()
}
