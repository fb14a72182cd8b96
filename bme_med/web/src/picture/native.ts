// Samples of native frames (PS3.5, 8.1, 8.2; PS3.3, C.7.6.3.1.2, C.7.6.3.1.3).
import { MOST_PIXELS, Unseen, type FrameView, type Samples } from "./view"

type Kind = new (buffer: ArrayBufferLike) => Samples

const NUMBERS: Readonly<Record<number, Kind>> = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }
const FLOATS: Readonly<Record<number, Kind>> = { 4: Float32Array, 8: Float64Array }
const SHARED = ["YBR_FULL_422", "YBR_PARTIAL_422"]

/** The samples of a frame, pixel by pixel; shared chroma is repeated. */
export function nativeSamples(bytes: Uint8Array, view: FrameView): Samples {
  const pixels = view.rows * view.columns
  if (pixels > MOST_PIXELS) throw new Unseen("the picture is too large to be shown here")
  const isShared = SHARED.includes(view.photometric) && view.samples === 3
  const count = pixels * (isShared ? 2 : view.samples)
  const stored = containers(view.is_paired ? inPairs(bytes) : bytes, view, count)
  const values = view.is_float ? stored : withSign(stored, view)
  if (isShared) return spread(values, pixels)
  return view.planar === 1 && view.samples > 1 ? interleaved(values, view.samples) : values
}

function inPairs(bytes: Uint8Array): Uint8Array {
  const exchanged = new Uint8Array(bytes.length & ~1)
  for (let at = 0; at < exchanged.length; at += 2) {
    exchanged[at] = bytes[at + 1]!
    exchanged[at + 1] = bytes[at]!
  }
  return exchanged
}

/** The numbers that samples are stored as. */
function containers(bytes: Uint8Array, view: FrameView, count: number): Samples {
  if (bytes.length * 8 < view.first_bit + count * view.allocated) throw new Unseen("the pixels are shorter than their frames")
  if (view.allocated % 8 !== 0) return fromBits(bytes, view, count)
  const size = view.allocated / 8
  const start = view.first_bit / 8
  const copy = bytes.slice(start, start + count * size)
  if (view.is_big_endian && size > 1) turnRound(copy, size)
  const kind = (view.is_float ? FLOATS : NUMBERS)[size]
  if (!kind) throw new Unseen(`samples of ${view.allocated} bits cannot be shown here`)
  return new kind(copy.buffer)
}

function turnRound(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse()
}

/** Samples that do not fill bytes lie one behind the other, the lowest bit first. */
function fromBits(bytes: Uint8Array, view: FrameView, count: number): Samples {
  const numbers = new Uint16Array(count)
  for (let at = 0; at < count; at++) {
    const bit = view.first_bit + at * view.allocated
    const word = bytes[bit >> 3]! | (bytes[(bit >> 3) + 1] ?? 0) << 8 | (bytes[(bit >> 3) + 2] ?? 0) << 16
    numbers[at] = word >> (bit & 7) & (1 << view.allocated) - 1
  }
  return numbers
}

/** What the stored bits say: unused ones are left out, and the sign is repeated. */
function withSign(stored: Samples, view: FrameView): Samples {
  const bits = stored.BYTES_PER_ELEMENT * 8
  const left = 32 - view.low_bits - view.stored
  if (left === 32 - bits && view.low_bits === 0 && !view.is_signed) return stored
  const values = view.is_signed ? new Int32Array(stored.length) : new Uint32Array(stored.length)
  const right = 32 - view.stored
  for (let at = 0; at < stored.length; at++) {
    const number = stored[at]! << left
    values[at] = view.is_signed ? number >> right : number >>> right
  }
  return values
}

function spread(values: Samples, pixels: number): Samples {
  const whole = new (values.constructor as { new (length: number): Samples })(pixels * 3)
  for (let pair = 0; pair < pixels / 2; pair++) {
    for (let side = 0; side < 2; side++) {
      const at = (2 * pair + side) * 3
      whole[at] = values[4 * pair + side]!
      whole[at + 1] = values[4 * pair + 2]!
      whole[at + 2] = values[4 * pair + 3]!
    }
  }
  return whole
}

function interleaved(values: Samples, samples: number): Samples {
  const whole = new (values.constructor as { new (length: number): Samples })(values.length)
  const pixels = values.length / samples
  for (let sample = 0; sample < samples; sample++) {
    for (let at = 0; at < pixels; at++) whole[at * samples + sample] = values[sample * pixels + at]!
  }
  return whole
}
