// JPEG frames of 8 bits, by the browser's own decoder.
import { Unseen, type FrameView } from "./view"

const ADOBE = Uint8Array.of(0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0)
const ADOBE_TRANSFORM = 15

/** Pixels of a picture that the browser decodes, RGBA. */
export async function browserPixels(picture: Blob): Promise<{ rows: number; columns: number; pixels: Uint8ClampedArray<ArrayBuffer> }> {
  const bitmap = await createImageBitmap(picture, { colorSpaceConversion: "none" }).catch(() => {
    throw new Unseen("this browser cannot show pictures of this kind")
  })
  try {
    const { width: columns, height: rows } = bitmap
    const canvas = new OffscreenCanvas(columns, rows).getContext("2d", { willReadFrequently: true })
    if (!canvas) throw new Unseen("the picture is too large to be shown here")
    canvas.drawImage(bitmap, 0, 0)
    return { rows, columns, pixels: canvas.getImageData(0, 0, columns, rows).data as Uint8ClampedArray<ArrayBuffer> }
  } finally {
    bitmap.close()
  }
}

/** A frame of JPEG Baseline or Extended of 8 bits as RGB or gray, said by the attributes and not guessed. */
export function asFile(frame: Uint8Array, view: FrameView): Blob {
  const adobe = ADOBE.slice()
  adobe[ADOBE_TRANSFORM] = view.photometric.startsWith("YBR") ? 1 : 0
  return new Blob([frame.slice(0, 2), view.samples === 3 ? adobe : "", frame.slice(headEnd(frame))], { type: "image/jpeg" })
}

/** Where application segments and comments at the start end: they could turn the picture, or say other colors. */
function headEnd(frame: Uint8Array): number {
  let at = 2
  while (frame[at] === 0xff && ((frame[at + 1]! & 0xf0) === 0xe0 || frame[at + 1] === 0xfe)) at += 2 + (frame[at + 2]! << 8 | frame[at + 3]!)
  return at
}
