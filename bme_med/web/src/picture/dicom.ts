// One frame of an instance for the screen.
import { decodeFrame, type Load } from "./codecs"
import { asFile, browserPixels } from "./jpeg"
import { nativeSamples } from "./native"
import { unpackRle } from "./rle"
import { shownPixels } from "./shown"
import { Unseen, type FrameView } from "./view"

const RLE = "1.2.840.10008.1.2.5"
const NATIVE = "1.2.840.10008.1.2.1.98"
const JPEG_OF_8_BITS = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"]
const DECODED_AS: Readonly<Record<string, string>> = { YBR_FULL_422: "YBR_FULL", YBR_PARTIAL_422: "YBR_PARTIAL_420" }

/** RGBA of a frame, `rows * columns * 4` bytes. */
export async function framePixels(view: FrameView, frame: Uint8Array, load: Load): Promise<Uint8ClampedArray<ArrayBuffer>> {
  if (!view.is_encapsulated || view.transfer_syntax === NATIVE) return shownPixels(nativeSamples(frame, view), view)
  const photometric = DECODED_AS[view.photometric] ?? view.photometric
  if (view.transfer_syntax === RLE) {
    const planes = { ...view, photometric, planar: 1, is_big_endian: false }
    return shownPixels(nativeSamples(unpackRle(frame, view), planes), planes)
  }
  if (JPEG_OF_8_BITS.includes(view.transfer_syntax)) return jpegPixels(view, frame)
  const { bytes, bits } = await decodeFrame(frame, view, load)
  const decoded = { ...view, photometric, planar: 0, is_big_endian: false, allocated: bits > 8 ? 16 : 8, stored: Math.min(bits, view.stored), low_bits: 0 }
  return shownPixels(nativeSamples(bytes, decoded), decoded)
}

async function jpegPixels(view: FrameView, frame: Uint8Array): Promise<Uint8ClampedArray<ArrayBuffer>> {
  if (view.allocated !== 8) throw new Unseen("frames of this transfer syntax and more than 8 bits cannot be shown here")
  const { rows, columns, pixels } = await browserPixels(asFile(frame, view))
  if (rows !== view.rows || columns !== view.columns) throw new Unseen("a frame is not of the size that the attributes say")
  return view.samples === 1 ? shownPixels(pixels.filter((_, at) => at % 4 === 0) as unknown as Uint8Array, { ...view, is_signed: false }) : pixels
}
