/** The second screen: what a file tells before and after, and why each part changes or stays. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit"
import type { Dropped, Engine, Inspection, Series } from "../protocol"
import { say, sentence, sentenceOf, tell } from "./events"
import { shared } from "./styles"
import "./files"
import "./table"

const REMEMBERED = 40

export class BmeChanges extends LitElement {
  static override properties = {
    engine: { attribute: false }, files: { attribute: false }, series: { attribute: false }, profile: {}, chosen: {},
    inspection: { state: true }, problem: { state: true }, busy: { state: true },
  }

  declare engine: Engine
  declare files: ReadonlyMap<string, Dropped>
  declare series: readonly Series[]
  declare profile: string
  declare chosen: string
  declare inspection: Inspection | null
  declare problem: string
  declare busy: boolean

  private readonly known = new Map<Dropped, Inspection>()

  static override styles = [shared, css`
    :host { display: grid; grid-template-rows: auto minmax(24rem, 1fr) auto; height: 100%; gap: .75rem; }
    .both { display: grid; grid-template-columns: minmax(12rem, 20rem) minmax(0, 1fr); gap: 1.5rem; min-height: 0; }
    section { display: grid; grid-template-rows: auto minmax(0, 1fr); min-height: 0; }
    h3 { margin: 0 0 .25rem; overflow-wrap: anywhere; }
    .note { margin: .4rem 0; padding: .4rem .8rem; }
    @media (max-width: 50rem) { .both { grid-template-columns: minmax(0, 1fr); grid-template-rows: 14rem minmax(24rem, 1fr); } }
  `]

  constructor() {
    super()
    this.inspection = null
    this.problem = ""
    this.busy = false
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("profile") || changed.has("files")) this.known.clear()
    if (changed.has("chosen") || changed.has("profile") || changed.has("files")) void this.look()
  }

  override render(): TemplateResult {
    return html`
      <h2>Before and after</h2>
      <div class="both">
        <bme-files .series=${this.series} .chosen=${this.chosen} .boxesOf=${null}></bme-files>
        <section aria-label="The chosen file" aria-busy=${this.busy}>
          <div>${this.head()}</div>
          <bme-table .rows=${this.inspection?.rows ?? []} .isRefused=${(this.inspection?.refusal ?? "") !== ""}></bme-table>
        </section>
      </div>
      <p class="row">
        <button @click=${() => tell(this, "step", "files")}>Back</button>
        <button @click=${() => tell(this, "step", "boxes")}>Draw boxes</button>
        <button class="main" @click=${() => tell(this, "step", "save")}>Save all</button>
      </p>`
  }

  private head(): TemplateResult {
    const seen = this.inspection
    return html`
      <h3 class="path">${this.chosen}</h3>
      ${this.problem ? html`<div class="note bad"><strong>It cannot be shown</strong><p>${this.problem}</p></div>` : nothing}
      ${seen?.refusal ? html`<div class="note bad" id="refusal"><strong>It would be refused: nothing of it is written</strong><p>${seen.refusal}</p></div>` : nothing}
      ${seen?.findings.length ? html`<div class="note warn"><strong>Please know</strong>${seen.findings.map(one => html`<p>${sentence(one)}</p>`)}</div>` : nothing}`
  }

  private async look(): Promise<void> {
    const file = this.files.get(this.chosen)
    this.problem = ""
    if (!file) {
      this.inspection = null
      return
    }
    this.busy = true
    try {
      const seen = this.known.get(file) ?? await this.engine.inspect(file, this.profile)
      this.remember(file, seen)
      if (file.name !== this.chosen) return
      this.inspection = seen
      say(this, seen.refusal ? `${seen.format}. It would be refused.` : `${seen.format}. ${seen.rows.length} parts.`)
    } catch (error) {
      if (file.name !== this.chosen) return
      this.inspection = null
      this.problem = sentenceOf(error)
    }
    this.busy = false
  }

  private remember(file: Dropped, seen: Inspection): void {
    this.known.set(file, seen)
    const [oldest] = this.known.keys()
    if (this.known.size > REMEMBERED && oldest) this.known.delete(oldest)
  }
}

customElements.define("bme-changes", BmeChanges)
