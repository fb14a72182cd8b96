// HEIC for the screen, by libheif (LGPL-3.0), which is a worker and an asset of its own so that it can be exchanged.
import createHeif from "libheif-js/libheif-wasm/libheif.js"
import type { Load } from "./codecs"
import { MOST_PIXELS, Unseen } from "./view"

type Heif = ReturnType<typeof createHeif>

let created: Promise<Heif> | undefined

/** RGBA of the primary picture, turned as the container says. */
export async function heicPixels(photo: Blob, load: Load): Promise<{ rows: number; columns: number; pixels: Uint8ClampedArray<ArrayBuffer> }> {
  created ??= load("libheif.wasm").then((wasmBinary) => createHeif({ wasmBinary }))
  const images = new (await created).HeifDecoder().decode(new Uint8Array(await photo.arrayBuffer()))
  try {
    const image = images.find((one) => one.is_primary()) ?? images[0]
    if (!image) throw new Unseen("the picture cannot be decoded")
    const [columns, rows] = [image.get_width(), image.get_height()]
    if (rows * columns > MOST_PIXELS) throw new Unseen("the picture is too large to be shown here")
    const pixels = new Uint8ClampedArray(4 * rows * columns)
    const made = await new Promise((resolve) => image.display({ data: pixels, width: columns, height: rows }, resolve))
    if (!made) throw new Unseen("the picture cannot be decoded")
    return { rows, columns, pixels }
  } finally {
    images.forEach((image) => image.free())
  }
}
