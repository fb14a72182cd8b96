// One frame of an instance for the screen.
import { decodeFrame, requireSize, type Decoded, type Load } from "./codecs"
import { decodeDct } from "./dct"
import { asFile, browserPixels } from "./jpeg"
import { nativeSamples } from "./native"
import { unpackRle } from "./rle"
import { shownPixels } from "./shown"
import type { FrameView } from "./view"

const RLE = "1.2.840.10008.1.2.5"
const NATIVE = "1.2.840.10008.1.2.1.98"
const DCT = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"]
const DECODED_AS: Readonly<Record<string, string>> = { YBR_FULL_422: "YBR_FULL", YBR_PARTIAL_422: "YBR_PARTIAL_420" }

/** RGBA of a frame, `rows * columns * 4` bytes. */
export async function framePixels(view: FrameView, frame: Uint8Array, load: Load): Promise<Uint8ClampedArray<ArrayBuffer>> {
  if (!view.is_encapsulated || view.transfer_syntax === NATIVE) return shownPixels(nativeSamples(frame, view), view)
  const photometric = DECODED_AS[view.photometric] ?? view.photometric
  if (view.transfer_syntax === RLE) {
    const planes = { ...view, photometric, planar: 1, is_big_endian: false }
    return shownPixels(nativeSamples(unpackRle(frame, view), planes), planes)
  }
  if (DCT.includes(view.transfer_syntax) && view.allocated === 8) return jpegPixels(view, frame)
  const { bytes, bits } = DCT.includes(view.transfer_syntax) ? deepJpeg(frame, view) : await decodeFrame(frame, view, load)
  const decoded = { ...view, photometric, planar: 0, is_big_endian: false, allocated: bits > 8 ? 16 : 8, stored: Math.min(bits, view.stored), low_bits: 0 }
  return shownPixels(nativeSamples(bytes, decoded), decoded)
}

/** By the browser, which shows 8 bits and no more. */
async function jpegPixels(view: FrameView, frame: Uint8Array): Promise<Uint8ClampedArray<ArrayBuffer>> {
  const { rows, columns, pixels } = await browserPixels(asFile(frame, view))
  requireSize(view, rows, columns, view.samples)
  return view.samples === 1 ? shownPixels(Uint8Array.from({ length: rows * columns }, (_, at) => pixels[4 * at]!), { ...view, is_signed: false }) : pixels
}

function deepJpeg(frame: Uint8Array, view: FrameView): Decoded {
  const { rows, columns, bits, samples } = decodeDct(frame)
  requireSize(view, rows, columns, samples.length / (rows * columns))
  return { bytes: bits > 8 ? new Uint8Array(samples.buffer) : Uint8Array.from(samples), bits }
}
