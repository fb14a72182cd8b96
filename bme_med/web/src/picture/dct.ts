// JPEG Baseline and Extended of 8 and 12 bits, which browsers do not show beyond 8 (ITU-T T.81, A, B, F.2). For looking: coarse chroma is repeated.
import { MOST_PIXELS, Unseen } from "./view"

interface Component {
  readonly name: number
  readonly wide: number
  readonly high: number
  readonly steps: number
  readonly columns: number
  readonly samples: Uint16Array
}

interface Frame {
  readonly bits: number
  readonly rows: number
  readonly columns: number
  readonly wide: number
  readonly high: number
  readonly components: readonly Component[]
}

/** Codes by length and value. */
type Table = ReadonlyMap<number, number>

const ZIGZAG = Array.from({ length: 64 }, (_, at) => at).sort((a, b) => diagonal(a) - diagonal(b))
const COSINES = Float32Array.from({ length: 64 }, (_, at) => Math.cos(((2 * (at & 7) + 1) * (at >> 3) * Math.PI) / 16) * (at < 8 ? Math.SQRT1_2 : 1) / 2)

/** Where a place of a block stands in the order of its coding: by diagonals that turn round each time. */
function diagonal(place: number): number {
  const [row, column] = [place >> 3, place & 7]
  const sum = row + column
  return 8 * sum + (sum % 2 ? row : column)
}

/** Samples pixel by pixel in 16 bits, and how many bits they have. */
export function decodeDct(jpeg: Uint8Array): { rows: number; columns: number; bits: number; samples: Uint16Array } {
  const tables = new Map<number, Table>()
  const steps = new Map<number, Uint16Array>()
  let frame: Frame | undefined
  let restart = 0
  for (let at = 2; at + 4 <= jpeg.length; ) {
    if (jpeg[at] !== 0xff) throw new Unseen("a compressed frame cannot be decoded")
    const marker = jpeg[at + 1]!
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === 0xd9) break
    const end = at + 2 + (jpeg[at + 2]! << 8 | jpeg[at + 3]!)
    const payload = jpeg.subarray(at + 4, end)
    at = end
    if (marker === 0xc4) readTables(payload, tables)
    else if (marker === 0xdb) readSteps(payload, steps)
    else if (marker === 0xdd) restart = payload[0]! << 8 | payload[1]!
    else if (marker === 0xc0 || marker === 0xc1) frame = readFrame(payload)
    else if (marker > 0xc1 && marker < 0xd0) throw new Unseen("a compressed frame is not coded as its transfer syntax says")
    else if (marker === 0xda && frame) {
      let data = end
      while (data + 1 < jpeg.length && !(jpeg[data] === 0xff && jpeg[data + 1] !== 0 && (jpeg[data + 1]! & 0xf8) !== 0xd0)) data++
      readScan(payload, jpeg.subarray(end, data), frame, tables, steps, restart)
      at = data
    }
  }
  if (!frame) throw new Unseen("a compressed frame cannot be decoded")
  return { rows: frame.rows, columns: frame.columns, bits: frame.bits, samples: joined(frame) }
}

function readTables(payload: Uint8Array, tables: Map<number, Table>): void {
  for (let at = 0; at + 17 <= payload.length; ) {
    const table = new Map<number, number>()
    let [code, symbol] = [0, at + 17]
    for (let length = 1; length <= 16; length++, code <<= 1) {
      for (let count = payload[at + length]!; count > 0; count--) table.set(length << 16 | code++, payload[symbol++] ?? 0)
    }
    tables.set(payload[at]!, table)
    at = symbol
  }
}

function readSteps(payload: Uint8Array, steps: Map<number, Uint16Array>): void {
  for (let at = 0; at < payload.length; ) {
    const [size, place] = [payload[at]! >> 4 ? 2 : 1, payload[at]! & 15]
    const first = at + 1
    steps.set(place, Uint16Array.from({ length: 64 }, (_, n) => (size === 2 ? payload[first + 2 * n]! << 8 | payload[first + 2 * n + 1]! : payload[first + n]!)))
    at = first + 64 * size
  }
}

function readFrame(payload: Uint8Array): Frame {
  const [bits, rows, columns] = [payload[0]!, payload[1]! << 8 | payload[2]!, payload[3]! << 8 | payload[4]!]
  const found = Array.from({ length: payload[5]! }, (_, n) => payload.subarray(6 + 3 * n, 9 + 3 * n))
  const alone = found.length === 1
  const factors = found.map((one) => (alone ? [1, 1] : [one[1]! >> 4, one[1]! & 15]) as [number, number])
  const wide = Math.max(...factors.map(([one]) => one))
  const high = Math.max(...factors.map(([, one]) => one))
  if (rows * columns > MOST_PIXELS || !(rows * columns * wide * high)) throw new Unseen("the picture is too large to be shown here")
  const components = found.map((one, n): Component => {
    const [across, down] = factors[n]!
    const blocks = Math.ceil(columns / (8 * wide)) * across
    return { name: one[0]!, wide: across, high: down, steps: one[2]!, columns: 8 * blocks, samples: new Uint16Array(64 * blocks * Math.ceil(rows / (8 * high)) * down) }
  })
  return { bits, rows, columns, wide, high, components }
}

function readScan(header: Uint8Array, data: Uint8Array, frame: Frame, tables: Map<number, Table>, steps: Map<number, Uint16Array>, restart: number): void {
  const used = Array.from({ length: header[0]! }, (_, n) => {
    const component = frame.components.find(({ name }) => name === header[1 + 2 * n])
    const selector = header[2 + 2 * n]!
    const [dc, ac, table] = [tables.get(selector >> 4), tables.get(16 | selector & 15), component && steps.get(component.steps)]
    if (!component || !dc || !ac || !table) throw new Unseen("a compressed frame cannot be decoded")
    return { component, dc, ac, table, before: 0 }
  })
  const alone = used.length === 1 ? used[0]!.component : undefined
  const across = alone ? Math.ceil(frame.columns * alone.wide / (8 * frame.wide)) : Math.ceil(frame.columns / (8 * frame.wide))
  const down = alone ? Math.ceil(frame.rows * alone.high / (8 * frame.high)) : Math.ceil(frame.rows / (8 * frame.high))
  const bits = new Bits(data)
  const block = new Float32Array(64)
  for (let mcu = 0; mcu < across * down; mcu++) {
    if (restart && mcu && mcu % restart === 0) {
      bits.restart()
      for (const one of used) one.before = 0
    }
    for (const one of used) {
      const [wide, high] = alone ? [1, 1] : [one.component.wide, one.component.high]
      for (let n = 0; n < wide * high; n++) {
        one.before = readBlock(bits, one.dc, one.ac, one.table, one.before, block)
        const [row, column] = [Math.floor(mcu / across) * high + Math.floor(n / wide), mcu % across * wide + n % wide]
        writeBlock(block, one.component, row, column, frame.bits)
      }
    }
  }
}

/** Reads the coefficients of a block, in rows, multiplied by their steps; gives its DC coefficient. */
function readBlock(bits: Bits, dc: Table, ac: Table, steps: Uint16Array, before: number, block: Float32Array): number {
  block.fill(0)
  const value = before + bits.amplitude(bits.symbol(dc))
  block[0] = value * steps[0]!
  for (let at = 1; at < 64; at++) {
    const symbol = bits.symbol(ac)
    const size = symbol & 15
    if (!size && symbol !== 0xf0) break
    at += symbol >> 4
    if (size) block[ZIGZAG[at] ?? 0] = bits.amplitude(size) * (steps[at] ?? 0)
  }
  return value
}

/** The samples of a block (A.3.3), at a row and a column of blocks. */
function writeBlock(block: Float32Array, component: Component, row: number, column: number, bits: number): void {
  const half = new Float32Array(64)
  for (let v = 0; v < 8; v++) {
    for (let x = 0; x < 8; x++) {
      let sum = 0
      for (let u = 0; u < 8; u++) sum += block[8 * v + u]! * COSINES[8 * u + x]!
      half[8 * v + x] = sum
    }
  }
  const [middle, most] = [1 << bits - 1, (1 << bits) - 1]
  for (let y = 0; y < 8; y++) {
    const line = (8 * row + y) * component.columns + 8 * column
    for (let x = 0; x < 8; x++) {
      let sum = middle
      for (let v = 0; v < 8; v++) sum += half[8 * v + x]! * COSINES[8 * v + y]!
      component.samples[line + x] = Math.min(Math.max(Math.round(sum), 0), most)
    }
  }
}

function joined({ rows, columns, wide, high, components }: Frame): Uint16Array {
  const samples = new Uint16Array(rows * columns * components.length)
  components.forEach((component, place) => {
    for (let row = 0, to = place; row < rows; row++) {
      const line = Math.floor(row * component.high / high) * component.columns
      for (let column = 0; column < columns; column++, to += components.length) samples[to] = component.samples[line + Math.floor(column * component.wide / wide)]!
    }
  })
  return samples
}

class Bits {
  private at = 0
  private held = 0
  private count = 0

  constructor(private readonly data: Uint8Array) {}

  bit(): number {
    if (this.count === 0) {
      this.held = this.data[this.at++] ?? 0xff
      if (this.held === 0xff) this.at++ // of 0xFF, the zero behind it (B.1.1.5)
      this.count = 8
    }
    return this.held >> --this.count & 1
  }

  symbol(table: Table): number {
    for (let length = 1, code = 0; length <= 16; length++) {
      code = code << 1 | this.bit()
      const symbol = table.get(length << 16 | code)
      if (symbol !== undefined) return symbol
    }
    throw new Unseen("a compressed frame cannot be decoded")
  }

  /** The value of an amplitude of `size` bits (F.2.2.1). */
  amplitude(size: number): number {
    let value = 0
    for (let n = 0; n < size; n++) value = value << 1 | this.bit()
    return size && value < 1 << size - 1 ? value + 1 - (1 << size) : value
  }

  /** Goes on behind the next restart marker. */
  restart(): void {
    this.count = 0
    while (this.at < this.data.length && !(this.data[this.at] === 0xff && (this.data[this.at + 1]! & 0xf8) === 0xd0)) this.at++
    this.at += 2
  }
}
