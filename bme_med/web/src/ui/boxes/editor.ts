/** The third screen: boxes over a picture, saved as the boxes file of the command line. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit"
import type { Dropped, Engine, Picture, Series } from "../../protocol"
import { download } from "../download"
import { say, sentence, sentenceOf, tell } from "../events"
import "../files"
import { shared } from "../styles"
import {
  added, countFor, isOneName, isSamePlace, isUid, lastOf, placedOn, readRules, reassigned, removed, replaced, unseen, writeRules,
  type Box, type Place, type Placed, type Rules, type Target,
} from "./document"
import { clamp, numbersOf, type Region } from "./geometry"
import type { History } from "./history"
import "./panel"
import type { Scope } from "./panel"
import "./stage"
import type { BmeStage, Drawn } from "./stage"

const ZOOMS = [1, 1.5, 2, 3, 4, 6, 8]
const WHOLE: Picture = { columns: 1, rows: 1, frames: 1, pixels: new Uint8ClampedArray(4), note: "" }

export class BmeBoxes extends LitElement {
  static override properties = {
    engine: { attribute: false }, files: { attribute: false }, series: { attribute: false }, chosen: {}, history: { attribute: false },
    picture: { state: true }, frame: { state: true }, selected: { state: true }, scope: { state: true }, zoom: { state: true }, problem: { state: true },
  }

  declare engine: Engine
  declare files: ReadonlyMap<string, Dropped>
  declare series: readonly Series[]
  declare chosen: string
  declare history: History<Rules>
  declare picture: Picture | null
  /** Which frame `picture` is; counts from 1, as boxes files do. */
  declare frame: number
  declare selected: Place | null
  declare scope: Scope
  declare zoom: number
  declare problem: string

  private wanted = 1

  static override styles = [shared, css`
    :host { display: grid; grid-template-rows: auto minmax(26rem, 1fr) auto; height: 100%; gap: .75rem; }
    .all { display: grid; grid-template-columns: minmax(11rem, 16rem) minmax(0, 1fr) minmax(13rem, 17rem); gap: 1.25rem; min-height: 0; }
    section { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; gap: .5rem; min-height: 0; min-width: 0; }
    .tools button { padding: .25rem .6rem; }
    .empty { display: grid; place-content: center; padding: 1rem; background: var(--card); text-align: center; }
    @media (max-width: 60rem) { .all { grid-template-columns: minmax(0, 1fr); grid-template-rows: 12rem minmax(22rem, 1fr) auto; } }
  `]

  constructor() {
    super()
    this.picture = null
    this.frame = 1
    this.selected = null
    this.scope = "file"
    this.zoom = 1
    this.problem = ""
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has("chosen") && !changed.has("files")) return
    this.picture = this.selected = null
    this.zoom = 1
    this.problem = ""
    void this.look(1)
  }

  override render(): TemplateResult {
    return html`
      <h2>Boxes</h2>
      <div class="all" @keydown=${this.pressed}>
        <bme-files .series=${this.series} .chosen=${this.chosen} .boxesOf=${(name: string, series: string) => countFor(this.history.now, name, series)}></bme-files>
        <section aria-label="The picture">
          ${this.tools()}
          ${this.picture ? html`<bme-stage .picture=${this.picture} .boxes=${this.boxes} .selected=${this.selected} .zoom=${ZOOMS[this.zoom - 1] ?? 1}
              @pick=${this.picked} @drawn=${this.drawn} @remove=${this.removes} @frame=${(event: CustomEvent<number>) => this.turn(event.detail)}></bme-stage>`
            : html`<div class="empty" role="status">${this.problem || "Loading the picture."}</div>`}
          <p class="quiet small">${this.hint()}</p>
        </section>
        <bme-panel .boxes=${this.boxes} .selected=${this.selected} .scope=${this.shownScope} .size=${this.picture ?? WHOLE}
          .frames=${this.picture?.frames ?? 1} .frame=${this.frame} .hasSeries=${isUid(this.seriesUid)} .unseen=${unseen(this.history.now)}
          @pick=${this.picked} @drawn=${this.drawn} @remove=${this.removes} @scope=${this.scoped}></bme-panel>
      </div>
      <p class="row">
        <button @click=${() => tell(this, "step", "changes")}>Back</button>
        <button class="main" @click=${() => tell(this, "step", "save")}>Save all</button>
      </p>`
  }

  private tools(): TemplateResult {
    const frames = this.picture?.frames ?? 1
    return html`<div class="row tools" role="toolbar" aria-label="Boxes">
      <button ?disabled=${!this.history.canUndo} @click=${() => this.back("undo")}>Undo</button>
      <button ?disabled=${!this.history.canRedo} @click=${() => this.back("redo")}>Redo</button>
      <button ?disabled=${this.zoom <= 1} @click=${() => { this.zoom -= 1 }} aria-label="Smaller">−</button>
      <button ?disabled=${this.zoom >= ZOOMS.length} @click=${() => { this.zoom += 1 }} aria-label="Larger">+</button>
      ${frames > 1 ? html`<label>Frame <input type="number" min="1" max=${frames} .value=${String(this.frame)} @change=${this.frameTyped}> of ${frames}</label>` : nothing}
      <button id="load" @click=${() => this.input.click()}>Load boxes</button>
      <button id="store" ?disabled=${!this.history.now.length} @click=${this.store}>Save boxes</button>
      <input id="boxes" type="file" accept=".json,application/json" hidden aria-label="Boxes file" @change=${this.load}>
    </div>
    `
  }

  private hint(): string {
    const keys = "Tab goes from box to box. Arrow keys move one, with Shift they change its size, with Alt by one pixel. Delete removes it."
    return this.picture ? [sentence(this.picture.note), this.problem, keys].filter(one => one).join(" ") : ""
  }

  private get seriesUid(): string {
    return this.series.find(one => one.names.includes(this.chosen))?.series ?? ""
  }

  private get boxes(): readonly Placed[] {
    if (!this.picture) return []
    return placedOn(this.history.now, this.chosen, this.seriesUid, this.frame, this.picture)
  }

  private get shownScope(): Scope {
    const one = this.boxes.find(({ place }) => isSamePlace(place, this.selected))
    if (!one) return this.scope
    if (one.target.kind === "series") return "series"
    return one.box.frames === undefined || one.box.frames === "all" ? "file" : "frame"
  }

  /** A box may only be drawn on what is seen: frame and picture change together. */
  private async look(frame: number): Promise<void> {
    const file = this.files.get(this.chosen)
    this.wanted = frame
    if (!file) return
    const isStale = (): boolean => this.files.get(this.chosen) !== file || this.wanted !== frame
    try {
      const picture = await this.engine.preview(file, frame)
      if (isStale()) return
      this.picture = picture
      this.frame = frame
      this.problem = ""
    } catch (error) {
      if (isStale()) return
      this.picture = null
      this.problem = `There is no picture to show: ${sentenceOf(error)}`
    }
  }

  private readonly picked = (event: CustomEvent<Place | null>): void => {
    this.selected = event.detail
  }

  private readonly drawn = (event: CustomEvent<Drawn>): void => {
    const { placed, region } = event.detail
    if (placed) this.change(replaced(this.history.now, placed.place, { ...placed.box, ...numbersOf(region) }), `${region.width} by ${region.height}, ${region.left} from the left, ${region.top} from the top.`)
    else this.add(region)
  }

  private add(region: Region): void {
    const target = this.target(this.scope)
    if (!target) {
      this.problem = "The name of this file holds * or ?, which stand for other letters in a boxes file: rename a copy of it."
      return
    }
    const rules = added(this.history.now, target, this.box(region, this.scope))
    this.selected = lastOf(rules, target)
    this.change(rules, "Box added.")
  }

  private readonly removes = (event: CustomEvent<Place>): void => {
    this.selected = null
    this.change(removed(this.history.now, event.detail), "Box deleted.")
    this.stage?.focusBox()
  }

  private readonly scoped = (event: CustomEvent<Scope>): void => {
    const scope = event.detail
    const one = this.boxes.find(({ place }) => isSamePlace(place, this.selected))
    const target = this.target(scope)
    this.scope = scope
    if (!one || !target) return
    const next = reassigned(this.history.now, one.place, target, this.box(one.region, scope))
    this.selected = next.place
    this.change(next.rules, "Changed what the box is for.")
  }

  private target(scope: Scope): Target | null {
    if (scope === "series" && isUid(this.seriesUid)) return { kind: "series", uid: this.seriesUid }
    return isOneName(this.chosen) ? { kind: "file", name: this.chosen } : null
  }

  private box(region: Region, scope: Scope): Box {
    const numbers = numbersOf(region)
    return scope === "frame" && (this.picture?.frames ?? 1) > 1 ? { ...numbers, frames: this.frame } : numbers
  }

  private change(rules: Rules, sentence: string): void {
    this.problem = ""
    tell(this, "rules", rules)
    say(this, sentence)
  }

  private back(way: "undo" | "redo"): void {
    this.selected = null
    tell(this, way, null)
    say(this, way === "undo" ? "Undone." : "Done again.")
  }

  private readonly pressed = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.target instanceof HTMLInputElement) return
    const key = event.key.toLowerCase()
    if (key === "z" && !event.shiftKey) this.back("undo")
    else if (key === "y" || key === "z") this.back("redo")
    else return
    event.preventDefault()
  }

  private turn(by: number): void {
    const frame = clamp(this.wanted + by, 1, this.picture?.frames ?? 1)
    void this.look(frame)
    say(this, `Frame ${frame}.`)
  }

  private readonly frameTyped = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement
    const frame = clamp(Math.round(Number(input.value)) || 1, 1, this.picture?.frames ?? 1)
    input.value = String(frame)
    void this.look(frame)
  }

  private readonly store = (): void => {
    download(new Blob([writeRules(this.history.now)], { type: "application/json" }), "boxes.json")
  }

  private readonly load = async (): Promise<void> => {
    const [file] = this.input.files ?? []
    this.input.value = ""
    if (!file) return
    try {
      const text = await file.text()
      await this.engine.checkBoxes(text)
      this.change(readRules(text), "Boxes loaded.")
      this.selected = null
    } catch (error) {
      this.problem = `The boxes file was not taken: ${sentenceOf(error)}`
      say(this, this.problem)
    }
  }

  private get input(): HTMLInputElement {
    return this.renderRoot.querySelector<HTMLInputElement>("#boxes")!
  }

  private get stage(): BmeStage | null {
    return this.renderRoot.querySelector<BmeStage>("bme-stage")
  }
}

customElements.define("bme-boxes", BmeBoxes)
