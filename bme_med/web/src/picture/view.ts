// What Python says of a frame (bme_med/dicom/viewing.py): how its bytes become samples, and how those are shown.

export interface FrameView {
  readonly is_encapsulated: boolean
  readonly transfer_syntax: string
  readonly frames: number
  readonly rows: number
  readonly columns: number
  readonly samples: number
  readonly photometric: string
  readonly planar: number
  readonly allocated: number
  readonly stored: number
  readonly low_bits: number
  readonly is_signed: boolean
  readonly is_float: boolean
  readonly is_big_endian: boolean
  readonly is_paired: boolean
  readonly first_bit: number
  readonly slope: number
  readonly intercept: number
  readonly is_inverse: boolean
  readonly windows: readonly (readonly [number, number])[]
  readonly function: string
  readonly padding: readonly [number, number] | null
  readonly palette: readonly number[]
  readonly first_entry: number
}

/** Sample values of one frame, pixel by pixel. */
export type Samples = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

export class Unseen extends Error {}

/** Frames of more pixels are not drawn: a screen shows no more, and memory is finite. */
export const MOST_PIXELS = 100_000_000
