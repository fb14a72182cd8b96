// Compressed frames as native ones, by decoders in WebAssembly that a page loads when it meets the first such frame.
import openjpeg from "@cornerstonejs/codec-openjpeg/decodewasmjs"
import charls from "@cornerstonejs/codec-charls/decodewasmjs"
import openjph from "@cornerstonejs/codec-openjph/wasmjs"
import { Decoder as LosslessDecoder } from "jpeg-lossless-decoder-js"
import { Unseen, type FrameView } from "./view"

/** Bytes of the asset `name`. */
export type Load = (name: string) => Promise<ArrayBuffer>

/** A decoded frame: samples pixel by pixel in 8 or 16 bits, little endian. */
export interface Decoded {
  readonly bytes: Uint8Array
  readonly bits: number
}

interface Codec {
  readonly wasm: string
  readonly decoder: string
  readonly create: (options: { wasmBinary: ArrayBuffer }) => Promise<CodecModule>
}

const JPEG_2000: Codec = { wasm: "openjpeg.wasm", decoder: "J2KDecoder", create: openjpeg }
const JPEG_LS: Codec = { wasm: "charls.wasm", decoder: "JpegLSDecoder", create: charls }
const HTJ2K: Codec = { wasm: "openjph.wasm", decoder: "HTJ2KDecoder", create: openjph }
const CODECS: Readonly<Record<string, Codec>> = { 80: JPEG_LS, 81: JPEG_LS, 90: JPEG_2000, 91: JPEG_2000, 201: HTJ2K, 202: HTJ2K, 203: HTJ2K }
const LOSSLESS = ["57", "70"]
const created = new Map<Codec, Promise<CodecModule>>()

/** The frame of a JPEG Lossless, JPEG-LS, JPEG 2000 or High-Throughput JPEG 2000 transfer syntax. */
export async function decodeFrame(coded: Uint8Array, view: FrameView, load: Load): Promise<Decoded> {
  const last = view.transfer_syntax.startsWith("1.2.840.10008.1.2.4.") ? view.transfer_syntax.slice(20) : ""
  if (LOSSLESS.includes(last)) return decodeLossless(coded, view)
  const codec = CODECS[last]
  if (!codec) throw new Unseen("frames of this transfer syntax cannot be shown here")
  const module = await moduleOf(codec, load)
  const decoder = new module[codec.decoder]!()
  try {
    decoder.getEncodedBuffer(coded.length).set(coded)
    decoder.decode()
    const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo()
    requireSize(view, height, width, componentCount)
    return { bytes: decoder.getDecodedBuffer().slice(), bits: bitsPerSample }
  } catch (error) {
    throw error instanceof Unseen ? error : new Unseen("a compressed frame cannot be decoded")
  } finally {
    decoder.delete()
  }
}

function moduleOf(codec: Codec, load: Load): Promise<CodecModule> {
  let module = created.get(codec)
  if (!module) {
    module = load(codec.wasm).then((wasmBinary) => codec.create({ wasmBinary }))
    module.catch(() => created.delete(codec))
    created.set(codec, module)
  }
  return module
}

function decodeLossless(coded: Uint8Array, view: FrameView): Decoded {
  const decoder = new LosslessDecoder()
  const decoded = decoder.decode(coded.slice().buffer, 0, coded.length)
  const { precision, dimY, dimX, numComp } = decoder.frame
  requireSize(view, dimY, dimX, numComp)
  const bytes = precision > 8 ? new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength) : Uint8Array.from(decoded)
  return { bytes, bits: precision }
}

/** Compares what a codestream says of its size with the attributes. */
export function requireSize(view: FrameView, rows: number, columns: number, samples: number): void {
  if (rows !== view.rows || columns !== view.columns || samples !== view.samples) throw new Unseen("a frame is not of the size that the attributes say")
}
