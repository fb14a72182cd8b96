/** The picture with its boxes, for pointer and keyboard. The canvas is for looking: nothing is ever read from it. */

import { LitElement, css, html, nothing, svg, type PropertyValues, type SVGTemplateResult, type TemplateResult } from "lit"
import type { Picture } from "../../protocol"
import { tell } from "../events"
import { shared } from "../styles"
import { isSamePlace, type Place, type Placed } from "./document"
import { HANDLES, middle, moved, regionBetween, resized, type Handle, type Point, type Region, type Size } from "./geometry"

/** A gesture that is not over: `region` is what it has made so far. */
interface Gesture { readonly from: Point; readonly placed: Placed | null; readonly handle: Handle | null; readonly region: Region }

/** What the stage tells: a new region, for a box or, where `placed` is null, for a new one. */
export interface Drawn { readonly placed: Placed | null; readonly region: Region }

const HANDLE = 6
const STEPS = 100

export class BmeStage extends LitElement {
  static override properties = {
    picture: { attribute: false }, boxes: { attribute: false }, selected: { attribute: false }, zoom: { type: Number },
    gesture: { state: true }, room: { state: true },
  }

  declare picture: Picture
  declare boxes: readonly Placed[]
  declare selected: Place | null
  declare zoom: number
  declare gesture: Gesture | null
  declare room: Size

  private readonly watcher = new ResizeObserver(() => { this.room = { columns: this.clientWidth, rows: this.clientHeight } })

  static override styles = [shared, css`
    :host { display: block; overflow: auto; min-width: 0; min-height: 0; background: #000; }
    .stage { position: relative; margin: auto; touch-action: none; cursor: crosshair; user-select: none; }
    canvas, svg { position: absolute; width: 100%; height: 100%; }
    canvas.large { image-rendering: pixelated; }
    rect { outline: none; }
    .box { fill: #000; fill-opacity: .95; stroke: #ffd23f; vector-effect: non-scaling-stroke; stroke-width: 2; cursor: move; }
    .box.series { stroke: #7fd8ff; stroke-dasharray: 6 3; }
    .box.chosen { stroke-width: 4; fill-opacity: .65; }
    .box:focus-visible { stroke: #fff; stroke-width: 5; }
    .new { fill: #000; fill-opacity: .5; stroke: #ffd23f; stroke-width: 2; vector-effect: non-scaling-stroke; pointer-events: none; }
    .handle { fill: #fff; stroke: #000; vector-effect: non-scaling-stroke; }
    .nw { cursor: nwse-resize; } .ne { cursor: nesw-resize; } .n { cursor: ns-resize; } .w { cursor: ew-resize; }
  `]

  constructor() {
    super()
    this.zoom = 1
    this.gesture = null
    this.room = { columns: 0, rows: 0 }
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.watcher.observe(this)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.watcher.disconnect()
  }

  /** Puts the keyboard on the chosen box, or on the picture where there is none, once all is rendered. */
  focusBox(): void {
    setTimeout(() => {
      const target = this.renderRoot.querySelector<SVGElement>(".box.chosen") ?? this.renderRoot.querySelector<HTMLElement>(".stage")
      target?.focus({ preventScroll: true })
    })
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("picture")) this.paint()
  }

  override render(): TemplateResult {
    const { columns, rows } = this.picture
    const scale = this.scale
    return html`<div class="stage" tabindex="0" role="application" aria-label=${`Picture, ${columns} by ${rows} pixels`} aria-description="Press N to add a box"
        .style=${`width: ${columns * scale}px; height: ${rows * scale}px`}
        @pointerdown=${this.pressed} @pointermove=${this.dragged} @pointerup=${this.released} @pointercancel=${this.cancelled} @keydown=${this.typed}>
      <canvas class=${scale > 1 ? "large" : ""} width=${columns} height=${rows} aria-hidden="true"></canvas>
      <svg viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none">
        ${this.boxes.map((one, index) => this.box(one, index))}
        ${this.gesture && !this.gesture.placed ? rectangle(this.gesture.region, "new") : nothing}
        ${this.boxes.filter(one => this.isChosen(one)).map(one => this.handles(this.regionOf(one)))}
      </svg>
    </div>`
  }

  private box(one: Placed, index: number): SVGTemplateResult {
    const { left, top, width, height } = this.regionOf(one)
    const words = `Box ${index + 1} of ${this.boxes.length}: ${width} by ${height} pixels, ${left} from the left, ${top} from the top`
    return svg`<rect class="box ${one.target.kind} ${this.isChosen(one) ? "chosen" : ""}" data-index=${index} tabindex="0" role="img"
      aria-label=${words} x=${left} y=${top} width=${width} height=${height}
      @focus=${() => tell(this, "pick", one.place)}></rect>`
  }

  private handles(region: Region): readonly SVGTemplateResult[] {
    const radius = HANDLE / this.scale
    return HANDLES.map((handle, index) => {
      const x = region.left + (region.width * (handle.x + 1)) / 2
      const y = region.top + (region.height * (handle.y + 1)) / 2
      return svg`<rect class="handle ${cursorOf(handle)}" data-handle=${index} x=${x - radius} y=${y - radius} width=${2 * radius} height=${2 * radius}></rect>`
    })
  }

  private regionOf(one: Placed): Region {
    return this.gesture && isSamePlace(this.gesture.placed?.place, one.place) ? this.gesture.region : one.region
  }

  private isChosen(one: Placed): boolean {
    return isSamePlace(one.place, this.selected)
  }

  /** Screen pixels per pixel of the picture. */
  private get scale(): number {
    const { columns, rows } = this.picture
    const fit = Math.min(this.room.columns / columns, this.room.rows / rows)
    return Math.max(fit, 1 / Math.max(columns, rows)) * this.zoom
  }

  private paint(): void {
    const { pixels, columns, rows } = this.picture
    const canvas = this.renderRoot.querySelector("canvas")
    canvas?.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(pixels), columns, rows), 0, 0)
  }

  private pointOf(event: PointerEvent): Point {
    const place = this.renderRoot.querySelector("svg")!.getBoundingClientRect()
    return {
      x: ((event.clientX - place.left) * this.picture.columns) / place.width,
      y: ((event.clientY - place.top) * this.picture.rows) / place.height,
    }
  }

  private readonly pressed = (event: PointerEvent): void => {
    if (event.button !== 0) return
    const target = event.target as SVGElement
    const from = this.pointOf(event)
    const chosen = this.boxes.find(one => this.isChosen(one)) ?? null
    const index = target.dataset["index"]
    const handle = HANDLES[Number(target.dataset["handle"] ?? NaN)] ?? null
    const placed = handle ? chosen : index === undefined ? null : this.boxes[Number(index)] ?? null
    this.gesture = { from, placed, handle, region: placed?.region ?? regionBetween(from, from, this.picture) }
    if (placed) tell(this, "pick", placed.place);
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
    this.focusBox()
    event.preventDefault()
  }

  private readonly dragged = (event: PointerEvent): void => {
    if (!this.gesture) return
    const { from, placed, handle } = this.gesture
    const to = this.pointOf(event)
    const by = { x: to.x - from.x, y: to.y - from.y }
    const region = !placed ? regionBetween(from, to, this.picture)
      : handle ? resized(placed.region, handle, by, this.picture) : moved(placed.region, by, this.picture)
    this.gesture = { ...this.gesture, region }
  }

  private readonly released = (): void => {
    if (!this.gesture) return
    const { placed, region } = this.gesture
    this.gesture = null
    if (placed) this.change(placed, region)
    else if (Math.min(region.width, region.height) * this.scale >= 4) this.draw(region)
    else tell(this, "pick", null)
  }

  private readonly cancelled = (): void => {
    this.gesture = null
  }

  private readonly typed = (event: KeyboardEvent): void => {
    const chosen = this.boxes.find(one => this.isChosen(one))
    if (this.act(event, chosen)) event.preventDefault()
  }

  /** Does what a key stands for; whether it stands for anything. */
  private act(event: KeyboardEvent, chosen: Placed | undefined): boolean {
    const arrow = ARROWS[event.key]
    if (event.ctrlKey || event.metaKey) return false
    if (event.key === "n" || event.key === "N") this.draw(middle(this.picture))
    else if (event.key === "Escape" && this.gesture) this.gesture = null
    else if (event.key === "Escape") tell(this, "pick", null)
    else if (event.key === "PageDown") tell(this, "frame", 1)
    else if (event.key === "PageUp") tell(this, "frame", -1)
    else if (chosen && (event.key === "Delete" || event.key === "Backspace")) tell(this, "remove", chosen.place)
    else if (chosen && arrow) this.shift(chosen, arrow, event)
    else return false
    return true
  }

  /** Moves the box, or its right and bottom edge with Shift; by one pixel with Alt. */
  private shift(chosen: Placed, arrow: Point, event: KeyboardEvent): void {
    const step = event.altKey ? 1 : Math.max(1, Math.round(Math.max(this.picture.columns, this.picture.rows) / STEPS))
    const by = { x: arrow.x * step, y: arrow.y * step }
    const change = event.shiftKey ? resized(chosen.region, { x: 1, y: 1 }, by, this.picture) : moved(chosen.region, by, this.picture)
    this.change(chosen, change)
  }

  private change(placed: Placed, region: Region): void {
    if (JSON.stringify(region) !== JSON.stringify(placed.region)) tell<Drawn>(this, "drawn", { placed, region })
    this.focusBox()
  }

  private draw(region: Region): void {
    tell<Drawn>(this, "drawn", { placed: null, region })
    this.focusBox()
  }
}

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 },
}

function rectangle({ left, top, width, height }: Region, kind: string): SVGTemplateResult {
  return svg`<rect class=${kind} x=${left} y=${top} width=${width} height=${height}></rect>`
}

function cursorOf({ x, y }: Handle): string {
  if (x === 0) return "n"
  if (y === 0) return "w"
  return x === y ? "nw" : "ne"
}

customElements.define("bme-stage", BmeStage)
