// RLE Lossless frames (PS3.5, Annex G): a segment for each byte of a sample, most significant first.
import { Unseen, type FrameView } from "./view"

/** The native frame: samples in planes, little endian. */
export function unpackRle(coded: Uint8Array, view: FrameView): Uint8Array {
  const size = view.allocated / 8
  const pixels = view.rows * view.columns
  const header = new DataView(coded.buffer, coded.byteOffset, coded.byteLength)
  const segments = view.samples * size
  if (coded.length < 64 || header.getUint32(0, true) !== segments || !Number.isInteger(size)) throw new Unseen("the pixels are no RLE frame")
  const frame = new Uint8Array(pixels * segments)
  for (let segment = 0; segment < segments; segment++) {
    const start = header.getUint32(4 + 4 * segment, true)
    const end = segment + 1 < segments ? header.getUint32(8 + 4 * segment, true) : coded.length
    const sample = Math.floor(segment / size)
    const place = sample * pixels * size + size - 1 - segment % size
    unpack(coded.subarray(start, end), frame, place, size, pixels)
  }
  return frame
}

/** One segment, into every `step`th byte of the frame from `place` on (PS3.5, G.3.2). */
function unpack(coded: Uint8Array, frame: Uint8Array, place: number, step: number, pixels: number): void {
  let made = 0
  for (let at = 0; at + 1 < coded.length && made < pixels; ) {
    const control = coded[at++]!
    if (control === 128) continue
    const isRun = control > 128
    const count = isRun ? 257 - control : control + 1
    for (let n = 0; n < count && made < pixels; n++) frame[place + step * made++] = coded[at + (isRun ? 0 : n)] ?? 0
    at += isRun ? 1 : count
  }
  if (made < pixels) throw new Unseen("an RLE segment is cut short")
}
