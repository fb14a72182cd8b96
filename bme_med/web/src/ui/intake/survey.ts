/** What is in the folder: per patient, study, series and kind. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit"
import type { Series } from "../../protocol"
import { count } from "../events"
import { shared } from "../styles"

export class BmeSurvey extends LitElement {
  static override properties = { series: { attribute: false }, files: { type: Number }, busy: { type: Boolean } }

  declare series: readonly Series[]
  declare files: number
  declare busy: boolean

  static override styles = [shared, css`
    :host { display: block; min-width: 0; }
    h3 { margin-top: 0; }
    .wide { max-height: 26rem; overflow: auto; }
    thead th { position: sticky; top: 0; background: var(--page); }
    td.bad { color: var(--bad); } td.warn { color: var(--warn); }
  `]

  override render(): TemplateResult {
    if (!this.files) return html`<h3>What is in it</h3><p class="quiet">Nothing yet.</p>`
    return html`
      <h3>What is in it</h3>
      <p id="found">${this.sentence()}</p>
      ${this.series.length ? this.table() : nothing}`
  }

  private sentence(): string {
    if (this.busy) return `${count(this.files, "file")} found. Looking at them.`
    const patients = new Set(this.series.filter(one => one.study).map(one => one.patient)).size
    const studies = new Set(this.series.filter(one => one.study).map(one => one.study)).size
    const refused = this.series.reduce((sum, one) => sum + one.refused, 0)
    const listed = this.series.reduce((sum, one) => sum + one.names.length, 0)
    const parts = [`${count(this.files, "file")}: ${count(patients, "patient")}, ${count(studies, "study", "studies")}.`]
    if (refused) parts.push(`${count(refused, "file")} would be refused under this preset.`)
    if (listed < this.files) parts.push(`${count(this.files - listed, "file")} would be skipped.`)
    return parts.join(" ")
  }

  private table(): TemplateResult {
    return html`<div class="wide" tabindex="0" role="region" aria-label="Series and kinds">
      <table>
        <thead><tr>
          <th scope="col">Patient</th><th scope="col">Date</th><th scope="col">Series</th><th scope="col">Kind</th>
          <th scope="col" class="number">Files</th><th scope="col" class="number">Risk of text</th><th scope="col" class="number">Refused</th>
        </tr></thead>
        <tbody>${this.series.map(one => html`<tr>
          <td>${one.patient || "–"}</td><td>${one.date || "–"}</td><td>${one.description || "–"}</td><td>${one.kind}</td>
          <td class="number">${one.names.length}</td>
          <td class="number ${one.risky ? "warn" : ""}">${one.risky || ""}</td>
          <td class="number ${one.refused ? "bad" : ""}">${one.refused || ""}</td>
        </tr>`)}</tbody>
      </table></div>`
  }
}

customElements.define("bme-survey", BmeSurvey)
