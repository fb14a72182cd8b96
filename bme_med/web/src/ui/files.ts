/** Which file is looked at: a series, and a file of it. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import type { Series } from "../protocol"
import { count, tell } from "./events"
import { Rows } from "./rows"
import { shared } from "./styles"

const ROW = 34

export class BmeFiles extends LitElement {
  static override properties = { series: { attribute: false }, chosen: {}, boxesOf: { attribute: false } }

  declare series: readonly Series[]
  declare chosen: string
  /** How many boxes a file has, where that is to be shown. */
  declare boxesOf: ((name: string, series: string) => number) | null

  private readonly rows = new Rows(this, ROW, row => this.choose(this.group?.names[row]))
  private last: Series | null = null

  static override styles = [shared, css`
    :host { display: grid; grid-template-rows: auto auto minmax(10rem, 1fr); gap: .5rem; min-height: 0; min-width: 0; }
    select { width: 100%; }
    .scroll { min-height: 0; }
    .line {
      display: flex; gap: .5rem; align-items: center; height: ${ROW}px; padding: 0 .6rem; border-bottom: 1px solid var(--line);
      overflow: hidden; white-space: nowrap; cursor: pointer; font-size: .9rem; outline-offset: -3px !important;
    }
    .line span { flex: 1; overflow: hidden; text-overflow: ellipsis; direction: rtl; text-align: left; }
    .line[aria-selected="true"] { background: var(--card); box-shadow: inset .3rem 0 var(--link); }
  `]

  private get group(): Series | undefined {
    return this.series.find(one => one.names.includes(this.chosen)) ?? this.series[0]
  }

  override willUpdate(changed: PropertyValues): void {
    const group = this.group
    this.rows.count = group?.names.length ?? 0
    if (group && (group !== this.last || changed.has("series"))) this.rows.restart()
    this.last = group ?? null
    this.rows.active = Math.max(0, group?.names.indexOf(this.chosen) ?? 0)
  }

  override render(): TemplateResult {
    const group = this.group
    if (!group) return html`<p class="quiet">No file is here that a run would look into.</p>`
    return html`
      <label for="series">Series or kind</label>
      <select id="series" @change=${this.seriesChosen}>
        ${this.series.map((one, index) => html`<option value=${index} .selected=${one === group}>${label(one)}</option>`)}
      </select>
      <div class="scroll" role="listbox" aria-label="Files" @scroll=${this.rows.scrolled} @keydown=${this.rows.pressed}>
        <div class="space" role="presentation" .style=${`height: ${this.rows.space}`}>
          ${repeat(this.rows.shown, row => row, row => this.line(group, row))}
        </div>
      </div>`
  }

  private line(group: Series, row: number): TemplateResult {
    const name = group.names[row] ?? ""
    const boxes = this.boxesOf?.(name, group.series) ?? 0
    return html`<div class="line" role="option" data-row=${row} tabindex=${row === this.rows.active ? 0 : -1}
        aria-selected=${name === this.chosen} aria-setsize=${group.names.length} aria-posinset=${row + 1}
        title=${name} .style=${`transform: ${this.rows.place(row)}`} @click=${() => this.rows.choose(row)}>
      <span><bdi>${name}</bdi></span>${boxes ? html`<small class="quiet">${count(boxes, "box", "boxes")}</small>` : nothing}
    </div>`
  }

  private readonly seriesChosen = (event: Event): void => {
    const group = this.series[Number((event.currentTarget as HTMLSelectElement).value)]
    this.choose(group?.names[0])
  }

  private choose(name: string | undefined): void {
    if (name !== undefined) tell(this, "file", name)
  }
}

function label(one: Series): string {
  const words = [one.patient, one.date, one.description || one.kind].filter(word => word)
  return `${words.join(" · ")} (${count(one.names.length, "file")})`
}

customElements.define("bme-files", BmeFiles)
