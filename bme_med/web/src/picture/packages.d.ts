// What packages of codecs give; their own types are none, or say less.
interface CodecModule {
  readonly [decoder: string]: new () => CodecDecoder
}

interface CodecDecoder {
  getEncodedBuffer(bytes: number): Uint8Array
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned: boolean }
  getDecodedBuffer(): Uint8Array
  decode(): void
  readHeader?(): void
  delete(): void
}

declare module "@cornerstonejs/codec-openjpeg/decodewasmjs" {
  const create: (options: { wasmBinary: ArrayBuffer }) => Promise<CodecModule>
  export default create
}
declare module "@cornerstonejs/codec-charls/decodewasmjs" {
  const create: (options: { wasmBinary: ArrayBuffer }) => Promise<CodecModule>
  export default create
}
declare module "@cornerstonejs/codec-openjph/wasmjs" {
  const create: (options: { wasmBinary: ArrayBuffer }) => Promise<CodecModule>
  export default create
}
declare module "jpeg-lossless-decoder-js" {
  export class Decoder {
    readonly frame: { readonly precision: number; readonly dimY: number; readonly dimX: number; readonly numComp: number }
    decode(buffer: ArrayBuffer, offset: number, length: number): Uint8Array | Uint16Array
  }
}
declare module "libheif-js/libheif-wasm/libheif.js" {
  interface Image {
    get_width(): number
    get_height(): number
    is_primary(): boolean
    display(into: { data: Uint8ClampedArray; width: number; height: number }, done: (made: unknown) => void): void
    free(): void
  }
  interface Heif {
    readonly HeifDecoder: new () => { decode(photo: Uint8Array): readonly Image[] }
  }
  const create: (options: { wasmBinary: ArrayBuffer }) => Heif
  export default create
}
