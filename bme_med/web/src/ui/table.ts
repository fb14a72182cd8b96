/** The parts of one file: where, before, what is done, after; the reason in full for the row that is chosen. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import type { Row } from "../protocol"
import { count, say } from "./events"
import { Rows } from "./rows"
import { shared } from "./styles"

const ROW = 40

/** The action codes of PS3.15 E.1, and that for pixels, in words. */
const CODES: readonly (readonly [string, string])[] = [
  ["X", "removed"], ["Z", "emptied"], ["D", "replaced"], ["C", "cleaned"], ["U", "new UID"], ["redact", "painted over"], ["K", "kept"],
]
const WORDS = new Map(CODES)

export class BmeTable extends LitElement {
  static override properties = { rows: { attribute: false }, isRefused: { type: Boolean }, codes: { state: true } }

  declare rows: readonly Row[]
  declare isRefused: boolean
  /** The codes that are shown; none means all. */
  declare codes: ReadonlySet<string>

  private readonly list = new Rows(this, ROW, () => undefined)
  private shown: readonly Row[] = []

  static override styles = [shared, css`
    :host { display: grid; grid-template-rows: auto auto minmax(8rem, 1fr) auto; gap: .5rem; min-height: 0; min-width: 0; }
    .filters { gap: .4rem; }
    .filters button { display: inline-flex; gap: .4rem; align-items: center; padding: .15rem .6rem; font-size: .88rem; }
    .filters button[aria-pressed="true"] { border-color: var(--link); background: var(--card); box-shadow: inset 0 0 0 1px var(--link); }
    .code { color: var(--code); font-weight: 600; }
    .mark { width: .75em; height: .75em; background: var(--code); }
    .X { --code: var(--X); } .Z { --code: var(--Z); } .D { --code: var(--D); } .K { --code: var(--K); }
    .C { --code: var(--C); } .U { --code: var(--U); } .redact { --code: var(--redact); }
    .line, .head { display: grid; grid-template-columns: minmax(0, 1.25fr) minmax(0, 1.2fr) 7rem minmax(0, 1.2fr); gap: 1rem; padding: 0 .6rem; align-items: center; font-size: .9rem; }
    .line { height: ${ROW}px; border-bottom: 1px solid var(--line); cursor: default; outline-offset: -3px !important; }
    .line.now { background: var(--card); box-shadow: inset .3rem 0 var(--link); }
    .line > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .line .old { text-decoration: line-through; text-decoration-color: var(--quiet); }
    .head { padding-bottom: .2rem; color: var(--quiet); font-weight: 600; }
    .why { margin: 0; min-height: 4.2rem; max-height: 11rem; overflow: auto; }
    .why dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; font-size: .9rem; }
    .why dt { color: var(--quiet); } .why dd { margin: 0; overflow-wrap: anywhere; }
  `]

  constructor() {
    super()
    this.codes = new Set()
  }

  override willUpdate(changed: PropertyValues): void {
    this.shown = this.codes.size ? this.rows.filter(row => this.codes.has(row.code)) : this.rows
    this.list.count = this.shown.length
    if (changed.has("rows") || changed.has("codes")) this.list.restart()
  }

  override render(): TemplateResult {
    return html`
      <div class="row filters" role="group" aria-label="Show only">${CODES.map(([code, words]) => this.filter(code, words))}</div>
      <div class="head" aria-hidden="true"><span>Part</span><span>Before</span><span>What is done</span><span>After</span></div>
      <div class="scroll" role="grid" aria-label="Parts of the file" aria-rowcount=${this.shown.length} aria-colcount="4"
           @scroll=${this.list.scrolled} @keydown=${this.list.pressed}>
        <div class="space" role="presentation" .style=${`height: ${this.list.space}`}>
          ${repeat(this.list.shown, row => row, row => this.line(row))}
        </div>
      </div>
      <div class="why note">${this.why(this.shown[this.list.active])}</div>`
  }

  private filter(code: string, words: string): TemplateResult | typeof nothing {
    const rows = this.rows.filter(row => row.code === code).length
    if (!rows) return nothing
    return html`<button class=${code} aria-pressed=${this.codes.has(code)} @click=${() => this.toggle(code)}>
      <span class="mark"></span>${words} ${rows.toLocaleString("en")}</button>`
  }

  private line(index: number): TemplateResult {
    const row = this.shown[index]
    if (!row) return html``
    const isNow = index === this.list.active
    return html`<div class="line ${row.code} ${isNow ? "now" : ""}" role="row" data-row=${index} aria-rowindex=${index + 1} tabindex=${isNow ? 0 : -1}
        .style=${`transform: ${this.list.place(index)}`} @click=${() => this.list.choose(index)}>
      <span role="gridcell" class="path">${row.where}</span>
      <span role="gridcell" class=${row.before !== row.after && !this.isRefused ? "old" : ""}>${row.before}</span>
      <span role="gridcell" class="code">${this.isRefused ? "" : WORDS.get(row.code) ?? row.code}</span>
      <span role="gridcell">${row.after}</span>
    </div>`
  }

  private why(row: Row | undefined): TemplateResult {
    if (!row) return html`<p class="quiet">Choose a row to see its reason.</p>`
    return html`<dl>
      <dt>Part</dt><dd class="path">${row.where}</dd>
      <dt>Before</dt><dd>${row.before || html`<span class="quiet">empty</span>`}</dd>
      <dt>After</dt><dd>${row.after || html`<span class="quiet">${row.code === "X" ? "not there" : "empty"}</span>`}</dd>
      <dt>Reason</dt><dd><strong class="code ${row.code}">${WORDS.get(row.code) ?? row.code}</strong> ${row.rule}</dd>
    </dl>`
  }

  private toggle(code: string): void {
    const codes = new Set(this.codes)
    if (!codes.delete(code)) codes.add(code)
    this.codes = codes
    void this.updateComplete.then(() => say(this, `${count(this.shown.length, "part")} shown.`))
  }
}

customElements.define("bme-table", BmeTable)
