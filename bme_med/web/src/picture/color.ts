// Colors as a screen shows them (PS3.3, C.7.6.3.1.2, C.7.9).
import { Unseen, type FrameView, type Samples } from "./view"

const AS_RGB = ["RGB", "YBR_RCT", "YBR_ICT", "XYB"]

/** Samples of three colors as RGBA; decoders hand out YBR_RCT and YBR_ICT as RGB. */
export function colorPixels(samples: Samples, view: FrameView): Uint8ClampedArray<ArrayBuffer> {
  if (view.samples !== 3) throw new Unseen("colors of this kind cannot be shown here")
  const isRgb = AS_RGB.includes(view.photometric)
  const isPartial = view.photometric.startsWith("YBR_PARTIAL")
  if (!isRgb && !view.photometric.startsWith("YBR_")) throw new Unseen("colors of this kind cannot be shown here")
  const scale = 255 / (2 ** view.stored - 1)
  const pixels = new Uint8ClampedArray(4 * (samples.length / 3))
  for (let at = 0, to = 0; at < samples.length; at += 3, to += 4) {
    const first = samples[at]! * scale
    const second = samples[at + 1]! * scale
    const third = samples[at + 2]! * scale
    if (isRgb) write(pixels, to, first, second, third)
    else if (isPartial) fromPartial(pixels, to, first, second - 128, third - 128)
    else fromFull(pixels, to, first, second - 128, third - 128)
  }
  return pixels
}

function write(pixels: Uint8ClampedArray, at: number, red: number, green: number, blue: number): void {
  pixels[at] = red
  pixels[at + 1] = green
  pixels[at + 2] = blue
  pixels[at + 3] = 255
}

function fromFull(pixels: Uint8ClampedArray, at: number, y: number, cb: number, cr: number): void {
  write(pixels, at, y + 1.402 * cr, y - 0.114 * 1.772 / 0.587 * cb - 0.299 * 1.402 / 0.587 * cr, y + 1.772 * cb)
}

function fromPartial(pixels: Uint8ClampedArray, at: number, y: number, cb: number, cr: number): void {
  const luma = 1.164384 * (y - 16)
  write(pixels, at, luma + 1.596027 * cr, luma - 0.391762 * cb - 0.812968 * cr, luma + 2.017232 * cb)
}

/** Samples of PALETTE COLOR as RGBA; samples beyond the table show its end. */
export function palettePixels(samples: Samples, { palette, first_entry }: FrameView): Uint8ClampedArray<ArrayBuffer> {
  const last = palette.length / 3 - 1
  if (last < 0) throw new Unseen("the palette of the picture is not whole")
  const pixels = new Uint8ClampedArray(4 * samples.length)
  for (let at = 0; at < samples.length; at++) {
    const entry = 3 * Math.min(Math.max(samples[at]! - first_entry, 0), last)
    write(pixels, 4 * at, palette[entry]!, palette[entry + 1]!, palette[entry + 2]!)
  }
  return pixels
}
